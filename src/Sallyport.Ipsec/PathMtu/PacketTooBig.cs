using System.Buffers.Binary;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.PathMtu;

/// <summary>
/// The message that tells a sender how long its packets may be: ICMP "fragmentation needed and DF set" (RFC 1191 §4), ICMPv6 "packet too big"
/// (RFC 4443 §3.2).
/// </summary>
internal static class PacketTooBig
{
    /// <summary>The longest message in octets, all headers included.</summary>
    public const int LargestSize = PacketFit.LeastIPv6;

    // RFC 1812 §4.3.2.3: as much as fits 576 octets. RFC 4443 §2.4 (c): as much as fits 1280.
    private const int LargestIPv4 = 576;
    private const int IcmpHeaderSize = 8;
    private const byte DestinationUnreachable = 3;
    private const byte FragmentationNeeded = 4;
    private const byte PacketTooBigType = 2;
    private const byte HopLimit = 64;
    private const byte Redirect = 137;
    private const int FirstIPv4Multicast = 224;
    private const byte IPv6Multicast = 0xFF;

    // RFC 1812 §4.3.2.5: routers speak with the precedence of internetwork control.
    private const byte InternetworkControl = 0xC0;

    /// <summary>Writes the message.</summary>
    /// <param name="packet">The packet that is too big.</param>
    /// <param name="mtu">How long it may be.</param>
    /// <param name="message">At least <see cref="LargestSize"/> octets.</param>
    /// <param name="length">The message's length.</param>
    /// <returns>Whether there is one: some packets are not answered.</returns>
    /// <remarks>It comes from the packet's own destination: of all addresses the one that lies behind the device for certain, so that no filter of
    /// source addresses refuses it.</remarks>
    public static bool TryWrite(ReadOnlySpan<byte> packet, int mtu, Span<byte> message, out int length)
    {
        length = 0;
        if (!IpLayout.TryParse(packet, out IpLayout ip) || !IsAnswered(packet, ip))
        {
            return false;
        }

        length = ip.Version == 4 ? WriteIPv4(packet, mtu, message) : WriteIPv6(packet, mtu, message);
        return true;
    }

    private static int WriteIPv4(ReadOnlySpan<byte> packet, int mtu, Span<byte> message)
    {
        packet = packet[..Math.Min(packet.Length, LargestIPv4 - IpLayout.IPv4HeaderSize - IcmpHeaderSize)];
        int length = IpLayout.IPv4HeaderSize + IcmpHeaderSize + packet.Length;
        Span<byte> header = message[..IpLayout.IPv4HeaderSize];
        header.Clear();
        header[0] = 0x45;
        header[1] = InternetworkControl;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        header[6] = 0x40;
        header[8] = HopLimit;
        header[9] = IpLayout.Icmp;
        packet.Slice(16, 4).CopyTo(header[12..]);
        packet.Slice(12, 4).CopyTo(header[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Compute(header));

        Span<byte> icmp = message[IpLayout.IPv4HeaderSize..length];
        icmp[..IcmpHeaderSize].Clear();
        icmp[0] = DestinationUnreachable;
        icmp[1] = FragmentationNeeded;
        BinaryPrimitives.WriteUInt16BigEndian(icmp[6..], (ushort)Math.Min(mtu, ushort.MaxValue));
        packet.CopyTo(icmp[IcmpHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Compute(icmp));
        return length;
    }

    private static int WriteIPv6(ReadOnlySpan<byte> packet, int mtu, Span<byte> message)
    {
        packet = packet[..Math.Min(packet.Length, LargestSize - IpLayout.IPv6HeaderSize - IcmpHeaderSize)];
        int length = IpLayout.IPv6HeaderSize + IcmpHeaderSize + packet.Length;
        Span<byte> header = message[..IpLayout.IPv6HeaderSize];
        header.Clear();
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(length - IpLayout.IPv6HeaderSize));
        header[6] = IpLayout.IcmpV6;
        header[7] = HopLimit;
        packet.Slice(24, 16).CopyTo(header[8..]);
        packet.Slice(8, 16).CopyTo(header[24..]);

        Span<byte> icmp = message[IpLayout.IPv6HeaderSize..length];
        icmp[..IcmpHeaderSize].Clear();
        icmp[0] = PacketTooBigType;
        BinaryPrimitives.WriteUInt32BigEndian(icmp[4..], (uint)mtu);
        packet.CopyTo(icmp[IcmpHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Finish(InternetChecksum.Add(InternetChecksum.PseudoHeader(header[8..], IpLayout.IcmpV6, icmp.Length), icmp)));
        return length;
    }

    // RFC 1812 §4.3.2.7: no answer to a later fragment, to an ICMP error, to or from what is no single host. RFC 4443 §2.4 (e): the same, redirects among
    // the errors, but that fragments are answered, and multicasts by this message; here it would have to come from one, and is not.
    private static bool IsAnswered(ReadOnlySpan<byte> packet, in IpLayout ip)
    {
        ReadOnlySpan<byte> transport = packet[ip.TransportOffset..ip.Length];
        if (ip.Version == 4)
        {
            bool error = ip.Protocol == IpLayout.Icmp && (transport.IsEmpty || transport[0] is not (0 or 8 or 9 or 10 or 13 or 14));
            return !ip.IsLaterFragment && !error && packet[16] < FirstIPv4Multicast && packet[12] is > 0 and < FirstIPv4Multicast;
        }

        bool errorV6 = ip.Protocol == IpLayout.IcmpV6 && !ip.IsLaterFragment && (transport.IsEmpty || transport[0] is < 128 or Redirect);
        return !errorV6 && packet[24] != IPv6Multicast && packet[8] != IPv6Multicast && packet.Slice(8, 16).IndexOfAnyExcept((byte)0) >= 0;
    }
}
