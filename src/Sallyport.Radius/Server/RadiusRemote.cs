using System.Buffers.Binary;
using System.Net;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Server;

/// <summary>Who sent a packet, as a value: comparing and looking up allocates nothing. An IPv4 address is held as the IPv6 address that it maps to.</summary>
public readonly struct RadiusRemote : IEquatable<RadiusRemote>
{
    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    private RadiusRemote(ulong high, ulong low, uint scope, ushort port)
    {
        High = high;
        Low = low;
        Scope = scope;
        Port = port;
    }

    /// <summary>The sender with an address and a port.</summary>
    public RadiusRemote(IPEndPoint endPoint)
    {
        Guard.NotNull(endPoint);
        Port = (ushort)endPoint.Port;
        (High, Low) = Split(endPoint.Address);
        Scope = IsMapped(High, Low) ? 0 : (uint)endPoint.Address.ScopeId;
    }

    /// <summary>The first half of the address.</summary>
    internal ulong High { get; }

    /// <summary>The second half of the address.</summary>
    internal ulong Low { get; }

    /// <summary>The interface of a link-local address, or 0.</summary>
    public uint Scope { get; }

    /// <summary>The port.</summary>
    public ushort Port { get; }

    /// <summary>Whether it is an IPv4 address.</summary>
    public bool IsIPv4 => IsMapped(High, Low);

    /// <summary>The address. Allocates it.</summary>
    public IPAddress Address
    {
        get
        {
            Span<byte> octets = stackalloc byte[16];
            WriteAddress(octets);
            return IsIPv4 ? Octets.Address(octets.Slice(12)) : Scope == 0 ? Octets.Address(octets) : new IPAddress(octets.ToArray(), Scope);
        }
    }

    /// <summary>The sender with an address of 4 octets.</summary>
    public static RadiusRemote FromIPv4(ReadOnlySpan<byte> address, ushort port) => new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), 0, port);

    /// <summary>The sender with an address of 16 octets.</summary>
    public static RadiusRemote FromIPv6(ReadOnlySpan<byte> address, uint scope, ushort port) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address.Slice(8)), scope, port);

    /// <summary>Writes the address as IPv6, 16 octets; an IPv4 address is the last four.</summary>
    public void WriteAddress(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination.Slice(8), Low);
    }

    /// <summary>The same address with another port.</summary>
    public RadiusRemote WithPort(ushort port) => new(High, Low, Scope, port);

    /// <summary>Address and port. Allocates them.</summary>
    public IPEndPoint ToEndPoint() => new(Address, Port);

    /// <inheritdoc/>
    public bool Equals(RadiusRemote other) => Low == other.Low && High == other.High && Port == other.Port && Scope == other.Scope;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RadiusRemote other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (High ^ Low ^ ((ulong)Port << 32) ^ Scope).GetHashCode();

    /// <summary>Address and port.</summary>
    public override string ToString() => ToEndPoint().ToString();

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(RadiusRemote left, RadiusRemote right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(RadiusRemote left, RadiusRemote right) => !left.Equals(right);

    /// <summary>Whether the halves are those of an IPv4 address.</summary>
    internal static bool IsMapped(ulong high, ulong low) => high == 0 && low >> 32 == MappedPrefix >> 32;

    /// <summary>The two halves of an address in its IPv6 form.</summary>
    internal static (ulong High, ulong Low) Split(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
#if NET
        address.TryWriteBytes(octets, out int length);
#else
        byte[] array = address.GetAddressBytes();
        array.CopyTo(octets);
        int length = array.Length;
#endif
        return length == 4
            ? (0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(octets))
            : (BinaryPrimitives.ReadUInt64BigEndian(octets), BinaryPrimitives.ReadUInt64BigEndian(octets.Slice(8)));
    }
}
