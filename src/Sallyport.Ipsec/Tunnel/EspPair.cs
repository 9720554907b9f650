using Sallyport.Esp;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>The ESP SAs that one Child SA made, one for each direction. Its keys end by <see cref="TunnelTable"/> alone, once nobody uses them.</summary>
internal sealed class EspPair : IDisposable
{
    /// <summary>No suite puts more octets around an inner packet: header, initialization vector, padding and its length, check value.</summary>
    public const int LargestOverhead = 80;

    private bool _heard;

    /// <summary>Takes the keys over and clears the caller's copy.</summary>
    /// <param name="tunnel">Whose it is.</param>
    /// <param name="number">Its place in the order in which the tunnel's pairs were made.</param>
    /// <param name="child">Keys and SPIs.</param>
    /// <param name="options">What IKE does not decide.</param>
    public EspPair(EspTunnel tunnel, int number, IkeChildSa child, EspPairOptions options)
    {
        EspSuite suite = EspSuites.Of(child.Suite) with { Provider = options.Provider };
        Tunnel = tunnel;
        Number = number;
        Suite = child.Suite;
        TextOffset = suite.TextOffset;
        Inbound = new EspInboundSa(child.InboundSpi, suite, child.InboundKey, child.Suite.ExtendedSequenceNumbers, options.ReplayWindow);
        Outbound = new EspOutboundSa(child.OutboundSpi, suite, child.OutboundKey, child.Suite.ExtendedSequenceNumbers);
        child.Clear();
    }

    public EspTunnel Tunnel { get; }

    public int Number { get; }

    public IkeChildSuite Suite { get; }

    /// <summary>What the tunnel had carried before the pair was made.</summary>
    public EspCounts Before { get; init; }

    /// <summary>Whether it was deleted, and takes in only what is under way.</summary>
    public bool IsRetired { get; set; }

    /// <summary>Where the inner packet begins in a sealed one.</summary>
    public int TextOffset { get; }

    /// <summary>How long an inner packet may be for the path to carry what comes of it whole.</summary>
    public int LargestInner => Outbound.Suite.LargestInner(Tunnel.PathMtu, Tunnel.Encapsulation);

    public EspInboundSa Inbound { get; }

    public EspOutboundSa Outbound { get; }

    /// <summary>Whether it is news that the peer uses this pair: it is once, and never of the one that we use.</summary>
    public bool IsNews() => this != Tunnel.Current && !_heard && !Interlocked.Exchange(ref _heard, true);

    public void Dispose()
    {
        Inbound.Dispose();
        Outbound.Dispose();
    }
}

/// <summary>What an ESP SA needs and IKE does not decide.</summary>
/// <param name="ReplayWindow">How many sequence numbers behind the newest are still taken.</param>
/// <param name="Provider">What computes AES-GCM.</param>
internal readonly record struct EspPairOptions(int ReplayWindow, AesGcmProvider Provider = AesGcmProvider.Fastest);
