using System.Buffers.Binary;

namespace Sallyport.Ipsec.Offload;

/// <summary>Which packets must not be overtaken by a packet.</summary>
internal enum FlowOrder
{
    /// <summary>None: it is of a protocol that is never gathered.</summary>
    Free,

    /// <summary>Those of its flow.</summary>
    Flow,

    /// <summary>Any may be of its flow: a fragment, or what is not understood.</summary>
    Unknown,
}

/// <summary>What gathering looks at in a packet: its flow, and whether it may be part of a super-packet at all.</summary>
/// <param name="Order">Whom it follows.</param>
/// <param name="Key">A number that all packets of its flow have, and few others; not zero.</param>
/// <param name="Kind">What takes a super-packet of it, or none where it must go alone.</param>
/// <param name="Transport">Where the transport header begins.</param>
/// <param name="Headers">The octets of all headers.</param>
internal readonly record struct FlowPacket(FlowOrder Order, ulong Key, TunOffloads Kind, int Transport, int Headers)
{
    /// <summary>What is a super-packet of TCP.</summary>
    public const TunOffloads Tcp = TunOffloads.Tcp4 | TunOffloads.Tcp6;

    // Odd numbers whose bits look random: the fractions of the golden ratio and of the square root of two.
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong Silver = 0x6A09E667F3BCC909;

    /// <summary>Reads a packet's headers; checksums but that of IPv4's header are left for <see cref="HasRightChecksum"/>.</summary>
    public static FlowPacket Read(ReadOnlySpan<byte> packet)
    {
        if (!IpLayout.TryParse(packet, out IpLayout ip) || ip.IsFragment)
        {
            return new FlowPacket(FlowOrder.Unknown, 0, TunOffloads.None, 0, 0);
        }

        // Options and extension headers are few and far between: not worth their rules.
        bool plain = ip.TransportOffset == (ip.Version == 4 ? IpLayout.IPv4HeaderSize : IpLayout.IPv6HeaderSize);
        if (ip.Protocol is not (IpLayout.Tcp or IpLayout.Udp))
        {
            return new FlowPacket(plain ? FlowOrder.Free : FlowOrder.Unknown, 0, TunOffloads.None, 0, 0);
        }

        ReadOnlySpan<byte> transport = packet[ip.TransportOffset..ip.Length];
        if (!plain || transport.Length < UdpHeader.Size)
        {
            return new FlowPacket(FlowOrder.Unknown, 0, TunOffloads.None, 0, 0);
        }

        ulong key = HashOf(packet, ip, transport);
        int header = 0;
        bool right = ip.Length == packet.Length
            && (ip.Protocol == IpLayout.Tcp ? IsGatherableTcp(transport, out header) : IsGatherableUdp(transport, out header))
            && (ip.Version == 6 || InternetChecksum.Compute(packet[..ip.TransportOffset]) == 0);
        TunOffloads kind = (ip.Protocol, ip.Version) switch
        {
            _ when !right => TunOffloads.None,
            (IpLayout.Tcp, 4) => TunOffloads.Tcp4,
            (IpLayout.Tcp, _) => TunOffloads.Tcp6,
            (_, 4) => TunOffloads.Udp4,
            _ => TunOffloads.Udp6,
        };
        return new FlowPacket(FlowOrder.Flow, key, kind, ip.TransportOffset, ip.TransportOffset + (right ? header : 0));
    }

    /// <summary>Whether the transport's checksum is right: whoever takes a super-packet is told to trust it.</summary>
    public bool HasRightChecksum(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> transport = packet[Transport..];
        return InternetChecksum.Finish(InternetChecksum.Add(PseudoHeader(packet, transport.Length), transport)) == 0;
    }

    /// <summary>The sum of the pseudo header that goes with the packet's addresses and protocol.</summary>
    public uint PseudoHeader(ReadOnlySpan<byte> headers, int transportLength) => Kind switch
    {
        TunOffloads.Tcp4 or TunOffloads.Udp4 => InternetChecksum.PseudoHeader(headers.Slice(12, 8), headers[9], transportLength),
        _ => InternetChecksum.PseudoHeader(headers.Slice(8, 32), headers[6], transportLength),
    };

    /// <summary>
    /// Whether two packets of one kind have the same in every header field that all segments of a super-packet share. That leaves out lengths,
    /// checksums, TCP's sequence number and PSH, and IPv4's identification, each of which has rules of its own.
    /// </summary>
    public bool HasSameHeaders(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> other, in FlowPacket of)
    {
        if (Kind != of.Kind || Headers != of.Headers)
        {
            return false;
        }

        bool network = Transport == IpLayout.IPv4HeaderSize
            ? Same(packet, other, 0, 2) && Same(packet, other, 6, 4) && Same(packet, other, 12, 8)
            : Same(packet, other, 0, 4) && Same(packet, other, 6, 34);
        if (!network || !Same(packet, other, Transport, 4) || (Kind & Tcp) == 0)
        {
            return network && Same(packet, other, Transport, 4);
        }

        return Same(packet, other, Transport + TcpHeader.Acknowledgment, 5)
            && Same(packet, other, Transport + TcpHeader.Window, 2)
            && Same(packet, other, Transport + TcpHeader.Urgent, Headers - Transport - TcpHeader.Urgent);
    }

    private static bool Same(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int at, int length) => a.Slice(at, length).SequenceEqual(b.Slice(at, length));

    private static bool IsGatherableTcp(ReadOnlySpan<byte> tcp, out int header)
    {
        header = tcp.Length < TcpHeader.Size ? 0 : TcpHeader.Length(tcp);
        return header >= TcpHeader.Size && header < tcp.Length && (tcp[TcpHeader.Flags] | TcpHeader.Push) == (TcpHeader.Acknowledge | TcpHeader.Push);
    }

    // RFC 768, RFC 8200 §8.1: a checksum of zero is none, which says nothing about the data.
    private static bool IsGatherableUdp(ReadOnlySpan<byte> udp, out int header)
    {
        header = UdpHeader.Size;
        return udp.Length > UdpHeader.Size
            && BinaryPrimitives.ReadUInt16BigEndian(udp[UdpHeader.Length..]) == udp.Length
            && BinaryPrimitives.ReadUInt16BigEndian(udp[UdpHeader.Checksum..]) != 0;
    }

    private static ulong HashOf(ReadOnlySpan<byte> packet, in IpLayout ip, ReadOnlySpan<byte> transport)
    {
        ulong ports = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(transport) << 8) | ip.Protocol;
        ulong addresses = BinaryPrimitives.ReadUInt64LittleEndian(packet[12..]);
        if (ip.Version == 6)
        {
            addresses = 0;
            for (int at = 8; at < IpLayout.IPv6HeaderSize; at += sizeof(ulong))
            {
                addresses = ulong.RotateLeft((addresses ^ BinaryPrimitives.ReadUInt64LittleEndian(packet[at..])) * Silver, 29);
            }
        }

        return (ulong.RotateLeft(addresses * Golden, 31) ^ ports) * Silver | 1;
    }
}
