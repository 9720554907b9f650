using System.Buffers.Binary;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.PathMtu;

/// <summary>The fragments of an IPv4 packet, or of a fragment (RFC 791 §3.2). Allocates nothing.</summary>
internal ref struct IPv4Fragments
{
    private const ushort MoreFragments = 0x2000;
    private const ushort Offset = 0x1FFF;
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte Copied = 0x80;
    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _headerLength;
    private readonly int _mtu;
    private int _at;

    private IPv4Fragments(ReadOnlySpan<byte> packet, int headerLength, int mtu)
    {
        _packet = packet;
        _headerLength = headerLength;
        _mtu = mtu;
        _at = headerLength;
    }

    /// <summary>Prepares a packet to be cut.</summary>
    /// <param name="packet">The packet, all checksums complete.</param>
    /// <param name="mtu">The longest fragment in octets, header included: at least 68.</param>
    /// <param name="fragments">The fragments.</param>
    /// <returns>Whether it can be: not what is no IPv4 packet, what may not be fragmented, or has broken options.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> packet, int mtu, out IPv4Fragments fragments)
    {
        fragments = default;
        if (!IpLayout.TryParse(packet, out IpLayout ip) || ip.Version != 4 || (packet[6] & 0x40) != 0 || mtu < PacketFit.LeastIPv4 || !AreWhole(packet[IpLayout.IPv4HeaderSize..ip.TransportOffset]))
        {
            return false;
        }

        // The last octet of all must still have an offset.
        packet = packet[..ip.Length];
        int end = ((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & Offset) * 8) + ip.Length - ip.TransportOffset;
        if (end > ushort.MaxValue)
        {
            return false;
        }

        fragments = new IPv4Fragments(packet, ip.TransportOffset, mtu);
        return ip.Length > ip.TransportOffset;
    }

    /// <summary>Writes the next fragment.</summary>
    /// <param name="destination">At least as many octets as a fragment may have.</param>
    /// <param name="length">Its length.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(scoped Span<byte> destination, out int length)
    {
        length = 0;
        int left = _packet.Length - _at;
        if (left == 0)
        {
            return false;
        }

        bool first = _at == _headerLength;
        int header = first ? _headerLength : LaterHeader(destination);
        if (first)
        {
            _packet[.._headerLength].CopyTo(destination);
        }

        // Offsets count units of eight octets.
        int payload = left <= _mtu - header ? left : (_mtu - header) & ~7;
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(_packet[6..]);
        bool more = payload < left || (before & MoreFragments) != 0;
        int offset = (before & Offset) + ((_at - _headerLength) / 8);
        length = header + payload;
        destination[0] = (byte)(0x40 | (header / 4));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)((before & 0x8000) | (more ? MoreFragments : 0) | offset));
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], InternetChecksum.Compute(destination[..header]));
        _packet.Slice(_at, payload).CopyTo(destination[header..]);
        _at += payload;
        return true;
    }

    // RFC 791 §3.1: options with the copied flag are in all fragments, others in the first alone.
    private readonly int LaterHeader(Span<byte> destination)
    {
        _packet[..IpLayout.IPv4HeaderSize].CopyTo(destination);
        int length = IpLayout.IPv4HeaderSize;
        ReadOnlySpan<byte> options = _packet[IpLayout.IPv4HeaderSize.._headerLength];
        while (!options.IsEmpty && options[0] != EndOfOptions)
        {
            int size = options[0] == NoOperation ? 1 : options[1];
            if ((options[0] & Copied) != 0)
            {
                options[..size].CopyTo(destination[length..]);
                length += size;
            }

            options = options[size..];
        }

        int padded = (length + 3) & ~3;
        destination[length..padded].Clear();
        return padded;
    }

    private static bool AreWhole(ReadOnlySpan<byte> options)
    {
        while (!options.IsEmpty && options[0] != EndOfOptions)
        {
            int size = options[0] == NoOperation ? 1 : options.Length < 2 ? 0 : options[1];
            if (size == 0 || size > options.Length || (size == 1 && options[0] != NoOperation))
            {
                return false;
            }

            options = options[size..];
        }

        return true;
    }
}
