using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec;

/// <summary>One IKE SA with its tunnel, as a program sees it.</summary>
#pragma warning disable CA1001 // It is the endpoint that ends it, and nothing of the system is held.
public sealed class IpsecSession
#pragma warning restore CA1001
{
    private readonly IpsecEndpoint _endpoint;
    private readonly CancellationTokenSource _ended = new();

    internal IpsecSession(IpsecEndpoint endpoint, int id, IkeSession ike, IIpsecHandler? handler)
    {
        _endpoint = endpoint;
        Id = id;
        Ike = ike;
        Handler = handler;
        Ended = _ended.Token;
    }

    /// <summary>The session's number at its endpoint, from 1.</summary>
    public int Id { get; }

    /// <summary>The IKE SA. It belongs to the endpoint's loop: look at it in handlers, or by <see cref="IpsecEndpoint.InvokeAsync{T}"/>.</summary>
    public IkeSession Ike { get; }

    /// <summary>The configuration that was given or received, once established.</summary>
    public IkeConfiguration? Configuration { get; private set; }

    /// <summary>The selectors of this side, once established.</summary>
    public IReadOnlyList<IkeTrafficSelector> LocalSelectors { get; private set; } = [];

    /// <summary>The selectors of the peer's side, once established.</summary>
    public IReadOnlyList<IkeTrafficSelector> RemoteSelectors { get; private set; } = [];

    /// <summary>The SPI under which ESP is received; 0 before there is a tunnel.</summary>
    public uint InboundSpi => Tunnel?.Current.Inbound.Spi ?? 0;

    /// <summary>The SPI under which ESP is sent; 0 before there is a tunnel.</summary>
    public uint OutboundSpi => Tunnel?.Current.Outbound.Spi ?? 0;

    /// <summary>What protects ESP; <see langword="null"/> before there is a tunnel.</summary>
    public IkeChildSuite? ChildSuite => Tunnel?.Current.Suite;

    /// <summary>The peer's outer address and port: where ESP goes, and before there is a tunnel where IKE goes.</summary>
    public IPEndPoint Remote => Tunnel?.RemoteEndPoint ?? Ike.Path.Remote;

    /// <summary>What the tunnel has carried.</summary>
    public EspCounts Counts => Tunnel?.Counts ?? default;

    /// <summary>What the tunnel has carried since it last got new keys.</summary>
    public EspCounts ChildCounts => Tunnel is { } tunnel ? tunnel.Counts.Since(tunnel.Current.Before) : default;

    /// <summary>Whatever the program wants to remember with the session, such as the person's name or the RADIUS state.</summary>
    public object? Tag { get; set; }

    /// <summary>Set when the session ends.</summary>
    public CancellationToken Ended { get; }

    internal IIpsecHandler? Handler { get; }

    internal EspTunnel? Tunnel { get; private set; }

    /// <summary>Ends the session; the peer is told by a Delete (RFC 7296 §1.4.1). <see cref="Ended"/> is set once it has answered, or gave none.</summary>
    public void Close() => _endpoint.Post(Ike.Close);

    /// <summary>Asks the peer for new keys of the tunnel (RFC 7296 §1.3.3), whatever its lifetime. No packet is lost over it.</summary>
    public void RekeyChild() => _endpoint.Post(Ike.RekeyChild);

    /// <summary>Asks the peer for new keys of the IKE SA (RFC 7296 §1.3.2).</summary>
    public void RekeyIke() => _endpoint.Post(Ike.RekeyIke);

    /// <summary>
    /// Tells the gateway where this side is, where both support MOBIKE (RFC 4555). That happens by itself when the system sends to it from another
    /// address; this is for a program that knows of more, as that the machine has slept, or that a NAT on the way has changed.
    /// </summary>
    public void Move() => _endpoint.Move(this);

    /// <summary>The number and the IKE session, never a key.</summary>
    public override string ToString() => $"session {Id}: {Ike}";

    internal EspTunnel Establish(SessionEstablishedEvent news, EspPairOptions options)
    {
        Configuration = news.Configuration;
        LocalSelectors = news.Child.LocalSelectors;
        RemoteSelectors = news.Child.RemoteSelectors;
        return Tunnel = new EspTunnel(this, news.Child, Ike.Path.Remote, options);
    }

    internal void NoteInbound(TimeSpan now)
    {
        Ike.NoteInbound(now);
        NoteTraffic(now);
    }

    internal void NoteOutbound(TimeSpan now)
    {
        Ike.NoteOutbound();
        NoteTraffic(now);
    }

    // What the program does then, it does elsewhere: it may take its time, or fail.
    internal void End() => _ = _ended.CancelAsync();

    // The sequence numbers tell the packets, lost ones among them: those count as well (RFC 4303 §3.3.3).
    private void NoteTraffic(TimeSpan now)
    {
        if (Tunnel is { } tunnel)
        {
            EspPair pair = tunnel.Current;
            ulong packets = Math.Max(pair.Inbound.Newest, pair.Outbound.Sequence);
            EspCounts counts = tunnel.Counts.Since(pair.Before);
            Ike.NoteChildTraffic(pair.Inbound.Spi, (long)Math.Min(packets, long.MaxValue), Math.Max(counts.OctetsIn, counts.OctetsOut), now);
        }
    }
}
