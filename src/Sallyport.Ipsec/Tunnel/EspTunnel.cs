using System.Net;
using Sallyport.Esp;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>The pair of ESP SAs of one session, with its peer's outer address and its counts. Safe for concurrent use.</summary>
internal sealed class EspTunnel : IDisposable
{
    private static readonly long ActivityGrain = TimeSpan.FromSeconds(1).Ticks;
    private readonly Lock _openGate = new();
    private readonly Lock _sealGate = new();
    private readonly EspInboundSa _inbound;
    private readonly EspOutboundSa _outbound;
    private volatile SocketAddress _remote;
    private bool _openDisposed;
    private bool _sealDisposed;
    private long _packetsIn;
    private long _octetsIn;
    private long _dropsIn;
    private long _packetsOut;
    private long _octetsOut;
    private long _dropsOut;
    private long _notedIn = long.MinValue / 2;
    private long _notedOut = long.MinValue / 2;
    private long _lastSent = long.MinValue / 2;

    /// <summary>Takes the keys over and clears the caller's copy.</summary>
    public EspTunnel(IpsecSession session, IkeChildSa child, IPEndPoint remote, int replayWindow)
    {
        Session = session;
        InboundSpi = child.InboundSpi;
        OutboundSpi = child.OutboundSpi;
        Filter = new TrafficFilter(child.LocalSelectors, child.RemoteSelectors);
        _inbound = new EspInboundSa(child.InboundSpi, EspSuite.AesGcm16, child.InboundKey, child.ExtendedSequenceNumbers, replayWindow);
        _outbound = new EspOutboundSa(child.OutboundSpi, EspSuite.AesGcm16, child.OutboundKey, child.ExtendedSequenceNumbers);
        _remote = remote.Serialize();
        RemoteEndPoint = remote;
        child.Clear();
    }

    public IpsecSession Session { get; }

    public uint InboundSpi { get; }

    public uint OutboundSpi { get; }

    public TrafficFilter Filter { get; }

    /// <summary>Where ESP goes. Follows the peer behind a NAT.</summary>
    public SocketAddress Remote => _remote;

    public IPEndPoint RemoteEndPoint { get; private set; }

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

    public bool TryOpen(ReadOnlySpan<byte> packet, Span<byte> inner, out int length, out EspError error)
    {
        lock (_openGate)
        {
            if (_openDisposed)
            {
                length = 0;
                error = EspError.OtherSpi;
                return false;
            }

            return _inbound.TryOpen(packet, inner, out length, out error);
        }
    }

    public bool TrySeal(ReadOnlySpan<byte> inner, Span<byte> packet, out int length)
    {
        lock (_sealGate)
        {
            length = 0;
            return !_sealDisposed && _outbound.TrySeal(inner, packet, out length);
        }
    }

    public void MoveTo(IPEndPoint remote)
    {
        RemoteEndPoint = remote;
        _remote = remote.Serialize();
    }

    public void CountIn(int octets)
    {
        Interlocked.Increment(ref _packetsIn);
        Interlocked.Add(ref _octetsIn, octets);
    }

    public void CountOut(int octets)
    {
        Interlocked.Increment(ref _packetsOut);
        Interlocked.Add(ref _octetsOut, octets);
    }

    public void CountDropIn() => Interlocked.Increment(ref _dropsIn);

    public void CountDropOut() => Interlocked.Increment(ref _dropsOut);

    /// <summary>Whether the IKE session should hear of a packet received: at most once a second.</summary>
    public bool ShouldNoteIn(long now) => ShouldNote(ref _notedIn, now);

    /// <summary>Whether the IKE session should hear of a packet sent.</summary>
    public bool ShouldNoteOut(long now) => ShouldNote(ref _notedOut, now);

    public void Dispose()
    {
        lock (_openGate)
        {
            _openDisposed = true;
            _inbound.Dispose();
        }

        lock (_sealGate)
        {
            _sealDisposed = true;
            _outbound.Dispose();
        }
    }

    private static bool ShouldNote(ref long noted, long now)
    {
        long last = Interlocked.Read(ref noted);
        return now - last >= ActivityGrain && Interlocked.CompareExchange(ref noted, now, last) == last;
    }
}
