namespace Sallyport.Esp;

/// <summary>Where the Don't Fragment bit of an outer IPv4 header comes from (RFC 4301 §8.1).</summary>
public enum DontFragmentRule
{
    /// <summary>From the inner header. An inner IPv6 packet counts as one that must not be fragmented, as on its way none is (RFC 8200 §4.5).</summary>
    Copy,

    /// <summary>Always set.</summary>
    Set,

    /// <summary>Always clear.</summary>
    Clear,
}

/// <summary>What the outer header of a tunnel takes from the inner one (RFC 4301 §5.1.2).</summary>
/// <param name="TrafficClass">The octet that is IPv4's Type of Service and IPv6's Traffic Class: six bits of DSCP, two of ECN.</param>
/// <param name="DontFragment">The Don't Fragment bit, where the outer header is an IPv4 one.</param>
public readonly record struct OuterHeader(byte TrafficClass, bool DontFragment)
{
    /// <summary>The codepoint of differentiated services, 0 to 63 (RFC 2474 §3).</summary>
    public int Dscp => TrafficClass >> 2;

    /// <summary>The ECN field (RFC 3168 §5).</summary>
    public EcnCodepoint Ecn => (EcnCodepoint)(TrafficClass & InnerHeader.EcnMask);

    /// <summary>Reads the inner header. DSCP is copied unless told otherwise (RFC 4301 §5.1.2.1), ECN is copied whatever it is (RFC 6040 §4.1).</summary>
    /// <param name="inner">An IPv4 or IPv6 packet.</param>
    /// <param name="header">What the outer header takes.</param>
    /// <param name="dontFragment">Where the Don't Fragment bit comes from.</param>
    /// <param name="dscp">A codepoint from 0 to 63 for all packets, which tells the path nothing of what is inside; none to copy that of the inner header.</param>
    /// <param name="compatible">Whether the other end may not know how to bring ECN back from the outer header, so that none may be marked there
    /// (RFC 6040 §4.1, compatibility mode). An end that has negotiated IKEv2 does (RFC 7296 §2.24).</param>
    /// <returns>Whether it was an IP packet.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> inner, out OuterHeader header, DontFragmentRule dontFragment = DontFragmentRule.Copy, int? dscp = null, bool compatible = false)
    {
        header = default;
        int version = InnerHeader.Version(inner);
        if (version == 0)
        {
            return false;
        }

        int trafficClass = InnerHeader.TrafficClass(inner);
        int codepoint = dscp is { } given ? given & 0x3f : trafficClass >> 2;
        int ecn = compatible ? 0 : trafficClass & InnerHeader.EcnMask;
        header = new OuterHeader((byte)((codepoint << 2) | ecn), dontFragment switch
        {
            DontFragmentRule.Set => true,
            DontFragmentRule.Clear => false,
            _ => version == 6 || (inner[6] & 0x40) != 0,
        });
        return true;
    }
}
