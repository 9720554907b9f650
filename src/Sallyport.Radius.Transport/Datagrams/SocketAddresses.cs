using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>Addresses between the system's form and ours, without an object for each: family, port, and 4 octets, or flow label, 16 octets and interface.</summary>
internal static class SocketAddresses
{
    /// <summary>The octets of the longer form.</summary>
    public const int LargestSize = 28;

    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;

    /// <summary>Reads who sent something to a socket.</summary>
    public static RadiusRemote Read(ReadOnlySpan<byte> octets, AddressFamily family)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(octets[PortOffset..]);
        return family == AddressFamily.InterNetworkV6
            ? RadiusRemote.FromIPv6(octets.Slice(IPv6Offset, 16), BitConverter.ToUInt32(octets[ScopeOffset..]), port)
            : RadiusRemote.FromIPv4(octets.Slice(IPv4Offset, 4), port);
    }

    /// <summary>Writes whom a socket sends to, into a form that has the family already.</summary>
    public static void Write(Span<byte> octets, AddressFamily family, in RadiusRemote remote)
    {
        BinaryPrimitives.WriteUInt16BigEndian(octets[PortOffset..], remote.Port);
        if (family == AddressFamily.InterNetworkV6)
        {
            remote.WriteAddress(octets.Slice(IPv6Offset, 16));
            BitConverter.TryWriteBytes(octets[ScopeOffset..], remote.Scope);
        }
        else
        {
            Span<byte> mapped = stackalloc byte[16];
            remote.WriteAddress(mapped);
            mapped[12..].CopyTo(octets[IPv4Offset..]);
        }
    }

    /// <summary>The form of a family, without address.</summary>
    public static ReadOnlySpan<byte> Blank(AddressFamily family)
    {
        SocketAddress address = new(family);
        return address.Buffer.Span[..address.Size];
    }
}
