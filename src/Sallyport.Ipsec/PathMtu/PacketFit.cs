using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.PathMtu;

/// <summary>What is to be done with a packet on a path.</summary>
internal enum PacketFitAction
{
    /// <summary>It is sealed; what comes of it passes the path whole.</summary>
    Seal,

    /// <summary>It is sealed, and what comes of it travels in fragments: it is no longer than any link must carry.</summary>
    SealForFragments,

    /// <summary>It is cut into fragments, each of which is sealed.</summary>
    Fragment,

    /// <summary>It is dropped, and its sender told.</summary>
    Refuse,
}

/// <summary>Whether a packet fits a tunnel's path (RFC 4301 §8.2, RFC 1191 §4, RFC 8201 §3).</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="Mtu">The longest packet in octets that is not refused.</param>
internal readonly record struct PacketFit(PacketFitAction Action, int Mtu)
{
    /// <summary>What every link carries of IPv6 (RFC 8200 §5) and of IPv4 (RFC 791 §3.2).</summary>
    public const int LeastIPv6 = 1280;
    public const int LeastIPv4 = 68;
    private const int DontFragment = 0x40;

    /// <summary>Decides about a packet.</summary>
    /// <param name="packet">An IP packet, or a super-packet.</param>
    /// <param name="length">Its octets, or those of its longest part.</param>
    /// <param name="limit">How long an inner packet may be for the path to carry it whole.</param>
    public static PacketFit Of(ReadOnlySpan<byte> packet, int length, int limit)
    {
        bool v4 = packet[0] >> 4 == 4;
        int mtu = Math.Max(limit, v4 ? LeastIPv4 : LeastIPv6);
        PacketFitAction action = 0 switch
        {
            _ when length <= limit => PacketFitAction.Seal,
            _ when length <= mtu => PacketFitAction.SealForFragments,
            _ when v4 && (packet[6] & DontFragment) == 0 => PacketFitAction.Fragment,
            _ => PacketFitAction.Refuse,
        };
        return new PacketFit(action, mtu);
    }
}
