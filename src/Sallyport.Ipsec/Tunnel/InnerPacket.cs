using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>
/// What selectors look at in an inner packet: addresses, protocol, ports (RFC 4301 §4.4.1.1). Addresses of IPv4 are mapped into IPv6's; extension
/// headers of IPv6 are passed over.
/// </summary>
internal readonly ref struct InnerPacket
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    private InnerPacket(ReadOnlySpan<byte> packet, UInt128 source, UInt128 destination, byte protocol, ReadOnlySpan<byte> transport)
    {
        Span = packet;
        Source = source;
        Destination = destination;
        Protocol = protocol;

        // TCP, UDP, DCCP, SCTP and UDP-Lite begin with their ports.
        HasPorts = protocol is 6 or 17 or 33 or 132 or 136 && transport.Length >= 4;
        if (HasPorts)
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        }
    }

    /// <summary>The packet without what a sender may have put behind it to hide its length (RFC 4303 §2.7).</summary>
    public ReadOnlySpan<byte> Span { get; }

    public UInt128 Source { get; }

    public UInt128 Destination { get; }

    public byte Protocol { get; }

    /// <summary>Whether ports are known: not in fragments after the first.</summary>
    public bool HasPorts { get; }

    public ushort SourcePort { get; }

    public ushort DestinationPort { get; }

    public static UInt128 Address(ReadOnlySpan<byte> octets) => octets.Length == 4
        ? new UInt128(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(octets))
        : BinaryPrimitives.ReadUInt128BigEndian(octets);

    /// <summary>The source in a whole IP header.</summary>
    public static UInt128 SourceOf(ReadOnlySpan<byte> header) => header[0] >> 4 == 4 ? Address(header[12..16]) : Address(header[8..24]);

    /// <summary>Whether an address is one of IPv4.</summary>
    public static bool IsIPv4(UInt128 address) => (ulong)(address >> 64) == 0 && (ulong)address >> 32 == MappedPrefix >> 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryParse(ReadOnlySpan<byte> octets, out InnerPacket packet)
    {
        packet = default;
        if (!IpLayout.TryParse(octets, out IpLayout ip))
        {
            return false;
        }

        octets = octets[..ip.Length];
        bool v4 = ip.Version == 4;
        UInt128 source = v4 ? Address(octets[12..16]) : Address(octets[8..24]);
        UInt128 destination = v4 ? Address(octets[16..20]) : Address(octets[24..40]);

        // RFC 6890 §2.2.3: what stands for an address of IPv4 is in no packet of IPv6.
        if (IsIPv4(source) != v4 || IsIPv4(destination) != v4)
        {
            return false;
        }

        packet = new InnerPacket(octets, source, destination, ip.Protocol, ip.IsLaterFragment ? default : octets[ip.TransportOffset..]);
        return true;
    }
}
