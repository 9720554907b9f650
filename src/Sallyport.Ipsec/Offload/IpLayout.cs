using System.Buffers.Binary;

namespace Sallyport.Ipsec.Offload;

/// <summary>Where the parts of an IP packet lie. Nothing beyond the IP headers has been looked at.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Length">The octets of the packet by its own account; at most what is there.</param>
/// <param name="TransportOffset">Where the IP headers end, at most <paramref name="Length"/>: extension headers of IPv6 are passed over (RFC 8200 §4), up to a fragment's own.</param>
/// <param name="Protocol">What comes there.</param>
/// <param name="IsFragment">Whether it is a part of a packet only.</param>
internal readonly record struct IpLayout(int Version, int Length, int TransportOffset, byte Protocol, bool IsFragment)
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Icmp = 1;
    public const byte IcmpV6 = 58;
    public const int IPv4HeaderSize = 20;
    public const int IPv6HeaderSize = 40;
    private const byte HopByHopOptions = 0;
    private const byte RoutingHeader = 43;
    private const byte FragmentHeader = 44;
    private const byte DestinationOptions = 60;

    /// <summary>Reads the IP headers.</summary>
    /// <returns>Whether it is an IP packet with all the octets that it claims.</returns>
    public static bool TryParse(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        layout = default;
        return !packet.IsEmpty && (packet[0] >> 4) switch
        {
            4 => TryParseIPv4(packet, out layout),
            6 => TryParseIPv6(packet, out layout),
            _ => false,
        };
    }

    private static bool TryParseIPv4(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        layout = default;
        if (packet.Length < IPv4HeaderSize)
        {
            return false;
        }

        int headerLength = (packet[0] & 0xF) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (headerLength < IPv4HeaderSize || length < headerLength || length > packet.Length)
        {
            return false;
        }

        // More Fragments, or an offset (RFC 791 §3.1).
        bool fragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0;
        layout = new IpLayout(4, length, headerLength, packet[9], fragment);
        return true;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        layout = default;
        if (packet.Length < IPv6HeaderSize)
        {
            return false;
        }

        int length = IPv6HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (length > packet.Length)
        {
            return false;
        }

        // Each header is eight octets at least, so the walk ends.
        byte next = packet[6];
        int at = IPv6HeaderSize;
        while (next is HopByHopOptions or RoutingHeader or DestinationOptions && at + 8 <= length)
        {
            int size = (packet[at + 1] + 1) * 8;
            if (at + size > length)
            {
                return false;
            }

            next = packet[at];
            at += size;
        }

        layout = new IpLayout(6, length, at, next, next == FragmentHeader);
        return true;
    }
}
