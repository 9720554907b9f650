using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sallyport.Ipsec.Offload;

/// <summary>Where the parts of an IP packet lie. Nothing beyond the IP headers has been looked at.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Length">The octets of the packet by its own account; at most what is there.</param>
/// <param name="TransportOffset">Where the IP headers end, at most <paramref name="Length"/>: extension headers of IPv6 are passed over (RFC 8200 §4).</param>
/// <param name="Protocol">What comes there; in a later fragment, what began there in the first.</param>
/// <param name="IsFragment">Whether it is a part of a packet only.</param>
/// <param name="IsLaterFragment">Whether it is a part that does not begin with what its protocol begins with.</param>
internal readonly record struct IpLayout(int Version, int Length, int TransportOffset, byte Protocol, bool IsFragment, bool IsLaterFragment)
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Icmp = 1;
    public const byte IcmpV6 = 58;
    public const int IPv4HeaderSize = 20;
    public const int IPv6HeaderSize = 40;
    private const int FragmentOffset = 0x1FFF;
    private const int MoreFragments = 0x2000;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        // RFC 791 §3.1.
        int fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        layout = new IpLayout(4, length, headerLength, packet[9], (fragment & (MoreFragments | FragmentOffset)) != 0, (fragment & FragmentOffset) != 0);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        // Each header is eight octets at least, so the walk ends. Behind the header of a later fragment nothing is where it seems to be (RFC 8200 §4.5).
        byte next = packet[6];
        int at = IPv6HeaderSize;
        bool fragment = false;
        bool later = false;
        while (!later && IsExtension(next) && at + 8 <= length)
        {
            int size = next == FragmentHeader ? 8 : (packet[at + 1] + 1) * 8;
            if (at + size > length)
            {
                return false;
            }

            fragment |= next == FragmentHeader;
            later = next == FragmentHeader && BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]) >> 3 != 0;
            next = packet[at];
            at += size;
        }

        layout = new IpLayout(6, length, at, next, fragment || next == FragmentHeader, later);
        return true;
    }

    private static bool IsExtension(byte header) => header is HopByHopOptions or RoutingHeader or FragmentHeader or DestinationOptions;
}
