using System.Net;
using System.Net.Sockets;
using Sallyport.Esp;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.PathMtu;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>
/// One session's ESP: its pairs of SAs, its peer's outer address and its counts. Packets are taken in under any of the pairs and sent under
/// one; while keys are exchanged there are two (RFC 7296 §2.8). The loop that owns the IKE core makes, uses and ends pairs; all else is safe for
/// concurrent use.
/// </summary>
#pragma warning disable CA1001 // Its pairs end by the table, once nobody uses them.
internal sealed class EspTunnel
#pragma warning restore CA1001
{
    private static readonly long ActivityGrain = TimeSpan.FromSeconds(1).Ticks;
    private readonly EspPairOptions _options;
    private volatile EspPair[] _pairs;
    private volatile EspPair _current;
    private volatile bool _ended;
    private volatile SocketAddress _remote;
    private IPEndPoint? _ahead;
    private volatile int _loop;
    private int _made;
    private long _packetsIn;
    private long _octetsIn;
    private long _dropsIn;
    private long _packetsOut;
    private long _octetsOut;
    private long _dropsOut;
    private long _notedIn = long.MinValue / 2;
    private long _notedOut = long.MinValue / 2;
    private long _suspected = long.MinValue / 2;
    private long _lastSent = long.MinValue / 2;

    /// <summary>Takes the keys over and clears the caller's copy.</summary>
    public EspTunnel(IpsecSession session, IkeChildSa child, IPEndPoint remote, EspPairOptions options)
    {
        _options = options;
        Session = session;
        Filter = new TrafficFilter(child.LocalSelectors, child.RemoteSelectors);
        _remote = remote.Serialize();
        RemoteEndPoint = remote;
        _current = new EspPair(this, _made++, child, options);
        _pairs = [_current];
        _loop = (int)(child.InboundSpi & 0xff);
    }

    public IpsecSession Session { get; }

    /// <summary>The pair under which packets are sent; the last one, once the tunnel has ended.</summary>
    public EspPair Current => _current;

    /// <summary>All pairs under which packets are taken in, oldest first; none once the tunnel has ended.</summary>
    public IReadOnlyList<EspPair> Pairs => _pairs;

    public TrafficFilter Filter { get; }

    /// <summary>Where ESP goes. Follows the peer behind a NAT.</summary>
    public SocketAddress Remote => _remote;

    public IPEndPoint RemoteEndPoint { get; private set; }

    /// <summary>How long the packets are that the path to the peer carries, in octets with all headers, as far as it is known.</summary>
    public int PathMtu { get; set; } = PathProbe.Unknown;

    /// <summary>What stands in front of ESP.</summary>
    public EspEncapsulation Encapsulation => _remote.Family == AddressFamily.InterNetworkV6 ? EspEncapsulation.IPv6Udp : EspEncapsulation.IPv4Udp;

    /// <summary>The number of the loop that seals for this tunnel: the one that its peer's packets come to.</summary>
    public int Loop => _loop;

    /// <summary>When something last went out, in ticks of the endpoint's clock.</summary>
    public long LastSent
    {
        get => Interlocked.Read(ref _lastSent);
        set => Interlocked.Exchange(ref _lastSent, value);
    }

    public EspCounts Counts => new(
        Interlocked.Read(ref _packetsIn),
        Interlocked.Read(ref _octetsIn),
        Interlocked.Read(ref _dropsIn),
        Interlocked.Read(ref _packetsOut),
        Interlocked.Read(ref _octetsOut),
        Interlocked.Read(ref _dropsOut));

    /// <summary>The pair under which packets are sent; none once the tunnel has ended.</summary>
    public bool TryGetCurrent(out EspPair pair)
    {
        pair = _current;
        return !_ended;
    }

    /// <summary>The pair that takes packets in under an SPI, or <see langword="null"/>.</summary>
    public EspPair? ByInboundSpi(uint spi) => Array.Find(_pairs, p => p.Inbound.Spi == spi);

    /// <summary>Sends under a pair from now on, unless it was deleted or a newer one is in use.</summary>
    public void Use(EspPair pair)
    {
        if (pair.Number > _current.Number && !pair.IsRetired && _pairs.Contains(pair))
        {
            _current = pair;
        }
    }

    /// <summary>Sends under a pair no more: it was deleted. Under it packets are still taken in.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="successor">Under which packets are sent instead, where they went under that one.</param>
    public void Retire(EspPair pair, EspPair? successor)
    {
        pair.IsRetired = true;
        if (_current == pair && successor is not null)
        {
            _current = successor;
        }
    }

    /// <summary>Makes a loop the one that seals.</summary>
    public void SentBy(int loop)
    {
        if (_loop != loop)
        {
            _loop = loop;
        }
    }

    public void MoveTo(IPEndPoint remote)
    {
        RemoteEndPoint = remote;
        _remote = remote.Serialize();
    }

    /// <summary>Moves to where the peer seems to be, before IKE knows.</summary>
    /// <returns>Whether IKE is to be told: it was told of all moves before, or knows that there are some.</returns>
    public bool MoveAhead(IPEndPoint remote)
    {
        MoveTo(remote);
        return Interlocked.Exchange(ref _ahead, remote) is null;
    }

    /// <summary>The last move that IKE was not told of.</summary>
    public IPEndPoint TakeMove() => Interlocked.Exchange(ref _ahead, null)!;

    public void CountIn(int packets, long octets)
    {
        Interlocked.Add(ref _packetsIn, packets);
        Interlocked.Add(ref _octetsIn, octets);
    }

    public void CountOut(int packets, long octets)
    {
        Interlocked.Add(ref _packetsOut, packets);
        Interlocked.Add(ref _octetsOut, octets);
    }

    public void CountDropsIn(int packets) => Interlocked.Add(ref _dropsIn, packets);

    public void CountDropsOut(int packets) => Interlocked.Add(ref _dropsOut, packets);

    /// <summary>Whether the IKE session should hear of packets received: at most once a second.</summary>
    public bool ShouldNoteIn(long now) => ShouldNote(ref _notedIn, now);

    /// <summary>Whether the IKE session should hear of packets sent.</summary>
    public bool ShouldNoteOut(long now) => ShouldNote(ref _notedOut, now);

    /// <summary>Whether the IKE session should hear that packets come from elsewhere.</summary>
    public bool ShouldSuspect(long now) => ShouldNote(ref _suspected, now);

    internal EspPair Add(IkeChildSa child)
    {
        EspPair pair = new(this, _made++, child, _options) { Before = Counts };
        _pairs = [.. _pairs, pair];
        return pair;
    }

    // What is sent under a pair that ends goes under the newest of the others.
    internal void Remove(EspPair pair)
    {
        EspPair[] others = [.. _pairs.Where(p => p != pair)];
        _pairs = others;
        if (others.Length == 0)
        {
            _ended = true;
        }
        else if (_current == pair)
        {
            _current = others[^1];
        }
    }

    private static bool ShouldNote(ref long noted, long now)
    {
        long last = Interlocked.Read(ref noted);
        return now - last >= ActivityGrain && Interlocked.CompareExchange(ref noted, now, last) == last;
    }
}
