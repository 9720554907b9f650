using System.Net;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Links;

/// <summary>
/// One connection that a client has made. Replies leave in the order in which they are made. Whoever breaks the protocol, or signs with a wrong
/// secret, is closed (RFC 6613 §2.6.4); whoever asks faster than is answered, or does not take its replies, is read no further for a while.
/// </summary>
internal sealed class StreamSource : RadiusSource, IAsyncDisposable
{
    private const int MostQueued = 1 << 20;
    private const int MuchQueued = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private readonly RadiusPipeline _pipeline;
    private readonly RadiusStreamListener _listener;
    private readonly RadiusRemote _remote;
    private readonly RadiusPeer? _peer;
    private readonly PacketStream _packets;
    private readonly ITimer _idle;
    private readonly SemaphoreSlim _progress = new(0);
    private TimeSpan _heard;
    private int _waiting;

    public StreamSource(
        RadiusPipeline pipeline, RadiusAdmission admission, RadiusStreamListener listener, IPEndPoint local, IPEndPoint remote, Stream stream, RadiusPeer? peer)
        : base(pipeline, admission, Limits(pipeline, listener), local, listener is RadiusTlsListener ? "tls" : "tcp")
    {
        _pipeline = pipeline;
        _listener = listener;
        _remote = new RadiusRemote(remote);
        _peer = peer;
        _packets = new PacketStream(stream, MostQueued);
        _heard = pipeline.Now;
        _idle = pipeline.Time.CreateTimer(static source => ((StreamSource)source!).CloseIfIdle(), this, listener.IdleTimeout, listener.IdleTimeout / 4);
        pipeline.Add(this);
    }

    /// <summary>Serves the connection until it ends.</summary>
    public async Task ServeAsync()
    {
        string reason = await Task.Run(() => _packets.ReadAsync(Take, ReadyAsync)).ConfigureAwait(false);
        if (!_pipeline.IsStopping)
        {
            RadiusLog.ClientDisconnected(_pipeline.Logger, _peer?.Name ?? "client", _remote.ToEndPoint(), reason);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _pipeline.Remove(this);
        await _idle.DisposeAsync().ConfigureAwait(false);
        await _packets.DisposeAsync().ConfigureAwait(false);
    }

    protected override bool TrySend(ReadOnlySpan<byte> reply, in RadiusRemote remote)
    {
        bool sent = _packets.TryWrite(reply);
        if (Volatile.Read(ref _waiting) != 0)
        {
            _progress.Release();
        }

        return sent;
    }

    // A connection holds few replies, and for a short while: over TCP nothing is sent twice but by mistake.
    private static RadiusReplyCacheLimits Limits(RadiusPipeline pipeline, RadiusStreamListener listener) => pipeline.Options.Limits with
    {
        Requests = 2 * listener.MostPending,
        Pending = listener.MostPending,
        ReplyBytes = RadiusReplyCache.LeastReplyBytes,
    };

    private bool Take(ReadOnlySpan<byte> packet)
    {
        _heard = _pipeline.Now;
        return Receive(packet, _remote, _peer) is not (RadiusDropReason.Malformed or RadiusDropReason.Authenticator or RadiusDropReason.MessageAuthenticator or RadiusDropReason.UnknownPeer);
    }

    private async ValueTask ReadyAsync()
    {
        while (_packets.Queued > MuchQueued || Load.Pending >= _listener.MostPending)
        {
            Volatile.Write(ref _waiting, 1);
            await _progress.WaitAsync(Patience).ConfigureAwait(false);
            Volatile.Write(ref _waiting, 0);
        }
    }

    private void CloseIfIdle()
    {
        if (_pipeline.Now - _heard >= _listener.IdleTimeout && Load.Pending == 0)
        {
            _ = DisposeAsync().AsTask();
        }
    }
}
