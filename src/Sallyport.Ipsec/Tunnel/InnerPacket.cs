using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>What selectors look at in an inner packet: addresses, protocol, ports (RFC 4301 §4.4.1.1). IPv4 addresses are mapped into IPv6's.</summary>
internal readonly ref struct InnerPacket
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;
    private const int IPv4HeaderSize = 20;
    private const int IPv6HeaderSize = 40;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryParse(ReadOnlySpan<byte> octets, out InnerPacket packet)
    {
        packet = default;
        return !octets.IsEmpty && (octets[0] >> 4) switch
        {
            4 => TryParseIPv4(octets, out packet),
            6 => TryParseIPv6(octets, out packet),
            _ => false,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryParseIPv4(ReadOnlySpan<byte> octets, out InnerPacket packet)
    {
        packet = default;
        if (octets.Length < IPv4HeaderSize)
        {
            return false;
        }

        int headerLength = (octets[0] & 0xF) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        if (headerLength < IPv4HeaderSize || totalLength < headerLength || totalLength > octets.Length)
        {
            return false;
        }

        bool laterFragment = (BinaryPrimitives.ReadUInt16BigEndian(octets[6..]) & 0x1FFF) != 0;
        packet = new InnerPacket(
            octets[..totalLength], Address(octets[12..16]), Address(octets[16..20]), octets[9], laterFragment ? default : octets[headerLength..totalLength]);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryParseIPv6(ReadOnlySpan<byte> octets, out InnerPacket packet)
    {
        packet = default;
        if (octets.Length < IPv6HeaderSize)
        {
            return false;
        }

        int totalLength = IPv6HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(octets[4..]);
        if (totalLength > octets.Length)
        {
            return false;
        }

        packet = new InnerPacket(octets[..totalLength], Address(octets[8..24]), Address(octets[24..40]), octets[6], octets[IPv6HeaderSize..totalLength]);
        return true;
    }
}
