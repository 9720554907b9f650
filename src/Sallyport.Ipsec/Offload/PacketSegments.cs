using System.Buffers.Binary;

namespace Sallyport.Ipsec.Offload;

/// <summary>
/// What one read of a TUN device with IFF_VNET_HDR stands for: a packet, or a super-packet of TCP or UDP that is to be cut into packets of
/// the path's size. Nothing is allocated, and nothing that a header claims is trusted.
/// </summary>
internal ref struct PacketSegments
{

    private readonly Span<byte> _packet;
    private readonly int _transport;
    private readonly int _headers;
    private readonly int _segmentSize;
    private readonly bool _tcp;
    private int _at;
    private int _index;

    private PacketSegments(Span<byte> packet)
    {
        _packet = packet;
        Count = 1;
        LargestLength = packet.Length;
    }

    private PacketSegments(Span<byte> packet, int transport, int headers, int segmentSize, bool tcp)
    {
        _packet = packet;
        _transport = transport;
        _headers = headers;
        _segmentSize = segmentSize;
        _tcp = tcp;
        _at = headers;
        Count = (packet.Length - headers + segmentSize - 1) / segmentSize;
        LargestLength = headers + segmentSize;
    }

    /// <summary>How many packets there are, at least one.</summary>
    public int Count { get; }

    /// <summary>The octets of each packet but the last, which may be shorter.</summary>
    public int LargestLength { get; }

    /// <summary>Whether it is one packet, which <see cref="Single"/> holds complete and in place.</summary>
    public readonly bool IsSingle => Count == 1;

    /// <summary>The one packet.</summary>
    public readonly Span<byte> Single => _packet;

    /// <summary>Looks at what was read. A single packet's checksum is completed in place.</summary>
    /// <param name="header">The header that stood before the packet.</param>
    /// <param name="packet">The packet, from its IP header on.</param>
    /// <param name="segments">The packets.</param>
    /// <returns>Whether the header tells the truth about the packet and is one that is understood; else the packet is to be dropped.</returns>
    public static bool TryCreate(in VirtioNetHeader header, Span<byte> packet, out PacketSegments segments)
    {
        segments = default;
        bool needsChecksum = (header.Flags & VirtioNetHeader.NeedsChecksum) != 0;
        if (header.GsoType == VirtioNetHeader.GsoNone)
        {
            segments = new PacketSegments(packet);
            return !needsChecksum || TryComplete(packet, header.ChecksumStart, header.ChecksumOffset);
        }

        // A super-packet leaves its checksum to be completed (virtio 1.2 §5.1.6.2).
        if (!needsChecksum
            || header.SegmentSize == 0
            || !IpLayout.TryParse(packet, out IpLayout ip)
            || ip.IsFragment
            || ip.Length != packet.Length
            || ip.TransportOffset != header.ChecksumStart
            || !TryGetTransport(header, ip, packet, out int headers))
        {
            return false;
        }

        int transport = ip.TransportOffset;
        if (packet.Length - headers <= header.SegmentSize)
        {
            segments = new PacketSegments(packet);
            return TryComplete(packet, transport, header.ChecksumOffset);
        }

        segments = new PacketSegments(packet, transport, headers, header.SegmentSize, ip.Protocol == IpLayout.Tcp);
        return true;
    }

    /// <summary>Writes the next packet: the headers made right for it, and its part of the payload.</summary>
    /// <param name="destination">At least <see cref="LargestLength"/> octets that are none of the packet's.</param>
    /// <param name="length">The packet's length in octets.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(scoped Span<byte> destination, out int length)
    {
        length = 0;
        if (_index >= Count)
        {
            return false;
        }

        if (IsSingle)
        {
            _packet.CopyTo(destination);
            length = _packet.Length;
            _index++;
            return true;
        }

        int payload = Math.Min(_segmentSize, _packet.Length - _at);
        length = _headers + payload;
        destination = destination[..length];
        _packet[.._headers].CopyTo(destination);
        WriteNetworkHeader(destination);
        Span<byte> transport = destination[_transport..];
        int checksum = _tcp ? WriteTcpHeader(transport) : WriteUdpHeader(transport);

        // The field holds the pseudo header's sum with the length of all; that of this packet takes its place.
        uint sum = (ushort)~(_packet.Length - _transport) + (uint)(length - _transport);
        sum = InternetChecksum.Add(sum, transport[..(_headers - _transport)]);
        sum = InternetChecksum.AddAndCopy(sum, _packet.Slice(_at, payload), destination[_headers..]);
        WriteChecksum(transport, checksum, sum);
        _at += payload;
        _index++;
        return true;
    }

    private static bool TryGetTransport(in VirtioNetHeader header, in IpLayout ip, ReadOnlySpan<byte> packet, out int headers)
    {
        headers = 0;
        ReadOnlySpan<byte> transport = packet[ip.TransportOffset..];
        switch (header.GsoType & ~VirtioNetHeader.GsoEcn)
        {
            case VirtioNetHeader.GsoTcp4 when ip.Version == 4:
            case VirtioNetHeader.GsoTcp6 when ip.Version == 6:
                if (ip.Protocol != IpLayout.Tcp || header.ChecksumOffset != TcpHeader.Checksum || transport.Length < TcpHeader.Size)
                {
                    return false;
                }

                int dataOffset = TcpHeader.Length(transport);
                headers = ip.TransportOffset + dataOffset;
                return dataOffset >= TcpHeader.Size && dataOffset < transport.Length;

            case VirtioNetHeader.GsoUdp when header.GsoType == VirtioNetHeader.GsoUdp:
                headers = ip.TransportOffset + UdpHeader.Size;
                return ip.Protocol == IpLayout.Udp && header.ChecksumOffset == UdpHeader.Checksum && transport.Length > UdpHeader.Size;

            default:
                return false;
        }
    }

    private static bool TryComplete(Span<byte> packet, int start, int offset)
    {
        if (start + offset + sizeof(ushort) > packet.Length)
        {
            return false;
        }

        Span<byte> transport = packet[start..];
        WriteChecksum(transport, offset, InternetChecksum.Add(0, transport));
        return true;
    }

    // RFC 768: a checksum of zero is sent as all ones, as zero would say that there is none. No other transport has its checksum in UDP's place
    // for which the two would not be the same.
    private static void WriteChecksum(Span<byte> transport, int offset, uint sum)
    {
        ushort checksum = InternetChecksum.Finish(sum);
        BinaryPrimitives.WriteUInt16BigEndian(transport[offset..], checksum == 0 && offset == UdpHeader.Checksum ? ushort.MaxValue : checksum);
    }

    private readonly void WriteNetworkHeader(Span<byte> packet)
    {
        if (packet[0] >> 4 == 6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - IpLayout.IPv6HeaderSize));
            return;
        }

        // RFC 791 §3.1: the identification tells packets of one source and protocol apart.
        Span<byte> header = packet[..((packet[0] & 0xF) * 4)];
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(header[4..]) + _index));
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Compute(header));
    }

    // RFC 9293 §3.1: FIN and PSH concern the end of the data. RFC 3168 §6.1.2: CWR is said once.
    private readonly int WriteTcpHeader(Span<byte> tcp)
    {
        BinaryPrimitives.WriteUInt32BigEndian(tcp[TcpHeader.Sequence..], BinaryPrimitives.ReadUInt32BigEndian(tcp[TcpHeader.Sequence..]) + (uint)(_at - _headers));
        int withheld = (_index > 0 ? TcpHeader.CongestionWindowReduced : 0) | (_index < Count - 1 ? TcpHeader.Fin | TcpHeader.Push : 0);
        tcp[TcpHeader.Flags] &= (byte)~withheld;
        return TcpHeader.Checksum;
    }

    private static int WriteUdpHeader(Span<byte> udp)
    {
        BinaryPrimitives.WriteUInt16BigEndian(udp[UdpHeader.Length..], (ushort)udp.Length);
        return UdpHeader.Checksum;
    }
}
