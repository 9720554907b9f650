using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>What all sources of a server share: devices, handlers, clock, counters and log. Safe for concurrent use.</summary>
internal sealed class RadiusPipeline(RadiusServerOptions options, RadiusHandlers handlers, ILogger logger, TimeProvider time) : IDisposable
{
    [ThreadStatic]
    private static byte[]? s_scratch;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<RadiusPeer, bool> _proxies = new();
    private readonly ConcurrentDictionary<RadiusSource, bool> _sources = new();
    private readonly RadiusDropLog _drops = new(logger, time, RadiusMetrics.ServerDrops, options.DropLogInterval);
    private long _evicted;
    private volatile RadiusPeers _peers = options.Peers;

    /// <summary>The devices that may ask.</summary>
    public RadiusPeers Peers
    {
        get => _peers;
        set => _peers = value;
    }

    public RadiusServerOptions Options => options;

    public ILogger Logger => logger;

    /// <summary>Time on a clock that all servers share: a device may be known to several of them.</summary>
    public TimeSpan Now => time.GetElapsedTime(0);

    public TimeProvider Time => time;

    public long Timestamp => time.GetTimestamp();

    public bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>How many replies were forgotten before their time, those of connections that have ended included.</summary>
    public long Evicted => Interlocked.Read(ref _evicted) + _sources.Keys.Sum(s => s.Evicted);

    /// <summary>The sources that serve.</summary>
    public IEnumerable<RadiusSource> Sources => _sources.Keys;

    /// <summary>A buffer for one packet, of the thread that asks; used before anything else of the thread can.</summary>
    public static Span<byte> Scratch => s_scratch ??= new byte[RadiusPacket.LargestSize];

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    public long Dropped(RadiusDropReason reason) => _drops.Total(reason);

    public void Add(RadiusSource source) => _sources[source] = true;

    public void Remove(RadiusSource source)
    {
        if (_sources.TryRemove(source, out _))
        {
            Interlocked.Add(ref _evicted, source.Evicted);
        }
    }

    public ValueTask<RadiusResponse> Handle(RadiusRequest request) =>
        handlers.For(request.Packet.Code) is { } handler ? handler(request, _stop.Token) : ValueTask.FromResult(RadiusResponse.None);

    public bool IsFresh(RadiusPacket packet) => RadiusAdmission.IsFresh(packet, time.GetUtcNow(), options.EventTimestampWindow, options.RequireEventTimestamp);

    public void Drop(in RadiusRemote remote, RadiusDropReason reason) => _drops.Add(remote, reason);

    /// <summary>Names, once, a device that was let off the limit of Proxy-State by its first request.</summary>
    public void WarnOfProxy(RadiusPeer peer)
    {
        if (!_proxies.ContainsKey(peer) && _proxies.TryAdd(peer, true))
        {
            RadiusLog.ProxyStateNotLimited(logger, peer.Name);
        }
    }

    public void TellDuplicate(in RadiusRemote remote, byte identifier, RadiusRequestKind kind)
    {
        RadiusMetrics.CountDuplicate(kind);
        if (options.OnDuplicate is { } callback)
        {
            IPEndPoint endPoint = remote.ToEndPoint();
            try
            {
                callback(endPoint, identifier, kind);
            }
#pragma warning disable CA1031 // The host's callback runs on the thread that reads, which nothing may end.
            catch (Exception e)
#pragma warning restore CA1031
            {
                RadiusLog.CallbackFailed(logger, e, endPoint);
            }
        }
    }

    public void TellSent(IPEndPoint local, in RadiusRemote remote, ReadOnlySpan<byte> reply)
    {
        if (logger.IsEnabled(LogLevel.Debug) && RadiusPacket.TryParse(reply, out RadiusPacket packet, out _))
        {
            RadiusLog.MessageSent(logger, "RADIUS", local, remote.ToEndPoint(), RadiusDescribe.Packet(packet));
        }
    }

    /// <summary>Tells handlers to end.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    public static RadiusDropReason ReasonOf(RadiusAdmissionResult result) => result switch
    {
        RadiusAdmissionResult.Malformed => RadiusDropReason.Malformed,
        RadiusAdmissionResult.UnexpectedCode => RadiusDropReason.UnexpectedCode,
        RadiusAdmissionResult.MessageAuthenticator => RadiusDropReason.MessageAuthenticator,
        RadiusAdmissionResult.MissingMessageAuthenticator => RadiusDropReason.MissingMessageAuthenticator,
        RadiusAdmissionResult.MixedCredentials => RadiusDropReason.MixedCredentials,
        RadiusAdmissionResult.ProxyState => RadiusDropReason.ProxyState,
        RadiusAdmissionResult.RateLimit => RadiusDropReason.RateLimit,
        _ => RadiusDropReason.Authenticator,
    };
}
