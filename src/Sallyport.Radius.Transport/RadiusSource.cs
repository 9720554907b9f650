using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// Where requests come from and their replies go: a UDP socket, or one connection of TCP or TLS. Each has its own duplicates, so that those
/// of a connection end with it (RFC 6613 §2.6.1). What drives it reads octets and calls <see cref="Receive"/>, from one thread at a time;
/// everything from there to the reply is the same for all of them:
/// <code>
/// device by address → well formed → served here → genuine → rate → duplicate → handler → reply kept → sent
/// </code>
/// A handler that waits for nothing is answered before <see cref="Receive"/> returns, with nothing allocated. While another one waits, its
/// request is held by the duplicate cache alone, and retransmissions are absorbed.
/// </summary>
internal abstract class RadiusSource(RadiusPipeline pipeline, RadiusAdmission admission, RadiusReplyCacheLimits limits, IPEndPoint local, string transport)
{
    private readonly Lock _gate = new();
    private readonly RadiusReplyCache _cache = new(limits, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
    private RadiusRequest? _spare;

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; } = local;

    /// <summary><c>udp</c>, <c>tcp</c> or <c>tls</c>.</summary>
    public string Transport { get; } = transport;

    /// <summary>How full the cache is: requests, those pending, and octets of replies.</summary>
    public (int Requests, int Pending, long ReplyBytes) Load
    {
        get
        {
            lock (_gate)
            {
                return (_cache.Count, _cache.Pending, _cache.ReplyBytes);
            }
        }
    }

    /// <summary>How many replies were forgotten before their time, to make room.</summary>
    public long Evicted
    {
        get
        {
            lock (_gate)
            {
                return _cache.Evicted;
            }
        }
    }

    /// <summary>Takes a datagram, or a packet out of a stream.</summary>
    /// <param name="octets">Its octets; used until this returns.</param>
    /// <param name="remote">Who sent it.</param>
    /// <param name="peer">The device, where the connection has already told; otherwise it is found by address. One with
    /// <see cref="RadiusSecret.None"/> speaks RADIUS/1.1, and its duplicates are found by Token.</param>
    public RadiusDropReason? Receive(ReadOnlySpan<byte> octets, in RadiusRemote remote, RadiusPeer? peer = null)
    {
        peer ??= pipeline.Peers.Find(remote);
        if (peer is null)
        {
            return Drop(remote, RadiusDropReason.UnknownPeer);
        }

        TimeSpan now = pipeline.Now;
        RadiusAdmissionResult result = admission.Admit(octets, peer, now, out RadiusPacket packet);
        if (result != RadiusAdmissionResult.Admitted)
        {
            return Drop(remote, RadiusPipeline.ReasonOf(result));
        }

        if (peer is { LimitProxyState: RadiusProxyStateLimit.Auto, IsProxyStateLimited: false })
        {
            pipeline.WarnOfProxy(peer);
        }

        if (packet.Code == RadiusCode.StatusServer)
        {
            AnswerStatus(packet, remote, peer);
            return null;
        }

        if (packet.Code is RadiusCode.CoaRequest or RadiusCode.DisconnectRequest && !pipeline.IsFresh(packet))
        {
            return Drop(remote, RadiusDropReason.Stale);
        }

        Span<byte> reply = RadiusPipeline.Scratch;
        RadiusRequestKind kind;
        int replyLength;
        RadiusReplySlot slot;
        lock (_gate)
        {
            kind = _cache.Begin(new RadiusRequestKey(remote, packet, peer.Secret.IsNone), packet.Span.Length, now, reply, out replyLength, out slot);
        }

        switch (kind)
        {
            case RadiusRequestKind.New:
                Handle(packet, remote, peer, slot);
                return null;
            case RadiusRequestKind.Answered:
                pipeline.TellDuplicate(remote, packet.Identifier, kind);
                Send(reply[..replyLength], remote);
                return null;
            case RadiusRequestKind.Pending:
                pipeline.TellDuplicate(remote, packet.Identifier, kind);
                return Drop(remote, RadiusDropReason.Pending);
            default:
                return Drop(remote, RadiusDropReason.Overload);
        }
    }

    /// <summary>Sends a reply, from any thread.</summary>
    /// <returns>Whether it is on its way.</returns>
    protected abstract bool TrySend(ReadOnlySpan<byte> reply, in RadiusRemote remote);

    private RadiusDropReason Drop(in RadiusRemote remote, RadiusDropReason reason)
    {
        pipeline.Drop(remote, reason);
        return reason;
    }

    private void Handle(RadiusPacket packet, in RadiusRemote remote, RadiusPeer peer, RadiusReplySlot slot)
    {
        RadiusRequest request = _spare ?? new RadiusRequest(this);
        _spare = null;
        request.Set(packet, remote, peer, slot, RadiusMetrics.ServerDuration.Enabled ? pipeline.Timestamp : 0);
        RadiusMetrics.CountRequest(packet.Code, Transport);
        Activity? activity = RadiusTracing.StartServer(request);
        ValueTask<RadiusResponse> task;
        try
        {
            task = pipeline.Handle(request);
            if (task.IsCompletedSuccessfully)
            {
                Finish(request, task.Result, activity);
                _spare = request;
                return;
            }
        }
#pragma warning disable CA1031 // One request's failure, of whatever kind, must not end the service of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(request, e, activity);
            return;
        }

        _ = FinishAsync(request, task, activity);

        // The trace goes on with the request, not with the thread that reads the next one.
        Activity.Current = null;
    }

    private async Task FinishAsync(RadiusRequest request, ValueTask<RadiusResponse> task, Activity? activity)
    {
        try
        {
            Finish(request, await task.ConfigureAwait(false), activity);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(request, e, activity);
        }
    }

    private void Finish(RadiusRequest request, RadiusResponse response, Activity? activity)
    {
        ReadOnlySpan<byte> octets = response.Octets.Span;
        if (octets.IsEmpty)
        {
            Abandon(request);
            RadiusTracing.End(activity, default);
            return;
        }

        if (response.Request != request)
        {
            throw new InvalidOperationException("the handler returned a response to another request");
        }

        lock (_gate)
        {
            _cache.Complete(request.Slot, octets, pipeline.Now);
        }

        Send(octets, request.Sender);
        RadiusCode code = (RadiusCode)octets[0];
        if (request.Began != 0)
        {
            RadiusMetrics.RecordDuration(request.Packet.Code, code, pipeline.Since(request.Began));
        }

        RadiusTracing.End(activity, code);
    }

    private void Fail(RadiusRequest request, Exception exception, Activity? activity)
    {
        Abandon(request);
        RadiusTracing.Fail(activity, exception);
        if (exception is not OperationCanceledException || !pipeline.IsStopping)
        {
            RadiusMetrics.HandlerFailures.Add(1);
            RadiusLog.HandlerFailed(pipeline.Logger, exception, request.Remote);
        }
    }

    private void Abandon(RadiusRequest request)
    {
        lock (_gate)
        {
            _cache.Abandon(request.Slot);
        }
    }

    // RFC 5997 §4.2: Access-Accept, or Accounting-Response where the port serves nothing but accounting. Neither handled nor kept.
    private void AnswerStatus(RadiusPacket packet, in RadiusRemote remote, RadiusPeer peer)
    {
        RadiusCode code = (admission.Roles & RadiusRoles.Authentication) != 0 ? RadiusCode.AccessAccept : RadiusCode.AccountingResponse;
        RadiusMetrics.CountRequest(packet.Code, Transport);
        RadiusRequest request = _spare ??= new RadiusRequest(this);
        request.Set(packet, remote, peer, default, 0);
        Send(request.CreateReply(code).Octets.Span, remote);
    }

    private void Send(ReadOnlySpan<byte> reply, in RadiusRemote remote)
    {
        // Told first: what the reply brings about elsewhere may be logged before this thread goes on.
        pipeline.TellSent(LocalEndPoint, remote, reply);
        if (TrySend(reply, remote))
        {
            RadiusMetrics.CountReply((RadiusCode)reply[0], Transport);
        }
        else
        {
            pipeline.Drop(remote, RadiusDropReason.SendFailed);
        }
    }
}
