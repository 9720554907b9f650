using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sallyport.Esp;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Driver;

/// <summary>
/// The one loop that owns the IKE core: datagrams, timers and answers come in by a queue; after each of them events are handed out and
/// datagrams sent. Decisions are asked of the program without waiting; their answers come back by the queue.
/// </summary>
internal sealed class IkeLoop : IDisposable
{
    private static readonly TimeSpan KeepaliveGrain = TimeSpan.FromSeconds(5);

    // A timer does not run for longer than 49 days; one that rings too early does no harm.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly IkeDropReason[] CoreReasons = Enum.GetValues<IkeDropReason>();
    private readonly IpsecEndpoint _endpoint;
    private readonly IpsecEndpointOptions _options;
    private readonly UdpPort _ikePort;
    private readonly UdpPort _natPort;
    private readonly TunnelTable _tunnels;
    private readonly DropCounter _drops;
    private readonly ILogger _logger;
    private readonly IkeEndpoint _core;
    private readonly Channel<IkeWork> _queue = Channel.CreateUnbounded<IkeWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<IkeSession, IpsecSession> _sessions = [];
    private readonly ConcurrentDictionary<int, IpsecSession> _established = new();
    private readonly long[] _seenDrops = new long[CoreReasons.Length];
    private readonly byte[] _transmit = new byte[65535 + EspUdp.MarkerSize];
    private readonly Action<TimeSpan> _handleTimeout;
    private readonly ITimer _timer;
    private readonly ITimer _keepaliveTimer;
    private readonly Roaming _roaming;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitingDatagrams;
    private int _lastId;
    private bool _closing;

    public IkeLoop(
        IpsecEndpoint endpoint, IpsecEndpointOptions options, UdpPort ikePort, UdpPort natPort, TunnelTable tunnels, DropCounter drops, ILogger logger, TimeProvider time)
    {
        _endpoint = endpoint;
        _options = options;
        _ikePort = ikePort;
        _natPort = natPort;
        _tunnels = tunnels;
        _drops = drops;
        _logger = logger;
        _core = new IkeEndpoint(new IkeEndpointOptions { Responder = options.Responder, ForceUdpEncapsulation = true });
        _handleTimeout = _core.HandleTimeout;
        _timer = time.CreateTimer(_ => endpoint.Post(_handleTimeout), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _keepaliveTimer = time.CreateTimer(_ => endpoint.Post(SendKeepalives), null, KeepaliveGrain, KeepaliveGrain);
        _roaming = new Roaming(natPort, options.RoamingInterval, time, () => endpoint.Post(now => _roaming!.Look(_established.Values, now)), logger);
    }

    public IReadOnlyList<IpsecSession> EstablishedSessions => [.. _established.Values.OrderBy(s => s.Id)];

    public bool TryPost(in IkeWork work) => _queue.Writer.TryWrite(work);

    /// <summary>Whether another datagram would be taken; spares the work of preparing one that would not.</summary>
    public bool HasRoom => Volatile.Read(ref _waitingDatagrams) < _options.IkeQueueLimit;

    /// <summary>Queues a datagram, unless too many wait already: nobody can fill the memory from outside.</summary>
    public bool TryPostDatagram(in IkeWork work)
    {
        if (Interlocked.Increment(ref _waitingDatagrams) <= _options.IkeQueueLimit && _queue.Writer.TryWrite(work))
        {
            return true;
        }

        Interlocked.Decrement(ref _waitingDatagrams);
        return false;
    }

    public IpsecSession Connect(IkeInitiatorOptions options, IkePath path, IIpsecClientHandler handler)
    {
        _roaming.Watch();
        IkeSession ike = _core.Connect(options, path, _endpoint.Now);
        return Remember(ike, handler);
    }

    /// <summary>Tells a session's gateway where this side is (RFC 4555 §3.5).</summary>
    public void Move(IpsecSession session) => TryPost(new IkeWork(now => _roaming.Move(session, now)));

    /// <summary>Closes every session; done once all of them have ended.</summary>
    public Task CloseAllAsync()
    {
        TryPost(new IkeWork(now =>
        {
            _closing = true;
            foreach (IkeSession session in _sessions.Keys.ToArray())
            {
                session.Close(now);
            }
        }));
        return _empty.Task;
    }

    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out IkeWork work))
            {
                Run(work);
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _keepaliveTimer.Dispose();
        _roaming.Dispose();
        foreach (IpsecSession session in _sessions.Values.ToArray())
        {
            Forget(session);
        }

        _core.Dispose();
    }

    private void Run(in IkeWork work)
    {
        TimeSpan now = _endpoint.Now;
        try
        {
            if (work.Datagram is not null)
            {
                // Where the endpoint has all addresses, the system is asked for the one that its peer sees: here, and not where datagrams come in.
                UdpPort port = work.NatTraversal ? _natPort : _ikePort;
                IkePath path = new(port.LocalFor(work.Remote!), work.Remote!, work.NatTraversal);
                _core.HandleDatagram(work.Datagram.AsSpan(0, work.Length), path, now);
            }
            else
            {
                work.Action!(now);
            }

            CountDrops(work.Remote);

            // Events first: a tunnel is ready before the message that lets the peer use it goes out.
            while (_core.TryGetEvent(out IkeEvent news))
            {
                Dispatch(news);
            }

            while (_core.TryGetTransmit(_transmit.AsSpan(EspUdp.MarkerSize), out IkeTransmit transmit))
            {
                Send(transmit);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, one message may not end the loop that serves all others.
            IpsecLog.Fault(_logger, e);
        }
        finally
        {
            if (work.Datagram is not null)
            {
                Interlocked.Decrement(ref _waitingDatagrams);
                ArrayPool<byte>.Shared.Return(work.Datagram);
            }
        }

        if (_core.TryGetTimeout(out TimeSpan at))
        {
            _timer.Change(TimeSpan.FromTicks(Math.Clamp((at - now).Ticks, 0, LongestWait.Ticks)), Timeout.InfiniteTimeSpan);
        }

        if (_closing && _sessions.Count == 0)
        {
            _empty.TrySetResult();
        }
    }

    private void Send(IkeTransmit transmit)
    {
        UdpPort port = transmit.Path.NatTraversal ? _natPort : _ikePort;
        ReadOnlySpan<byte> datagram = _transmit.AsSpan(EspUdp.MarkerSize, transmit.Length);
        if (transmit.Path.NatTraversal)
        {
            // RFC 3948 §2.2: four zero octets tell IKE from ESP; the buffer begins with them.
            datagram = _transmit.AsSpan(0, EspUdp.MarkerSize + transmit.Length);
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            IpsecLog.MessageSent(_logger, "IKEv2", transmit.Path.Local, transmit.Path.Remote, transmit.Description);
        }

        if (!port.TrySend(datagram, transmit.Path.Remote.Serialize()))
        {
            _drops.Add(IpsecDropReason.NotSent, transmit.Path.Remote);
        }
    }

    private void Dispatch(IkeEvent news)
    {
        IpsecSession session = _sessions.TryGetValue(news.Session, out IpsecSession? known) ? known : Remember(news.Session, _options.GatewayHandler);
        switch (news)
        {
            case EapServerRoundEvent round when session.Handler is IIpsecGatewayHandler gateway:
                DecideInBackground(session, () => gateway.OnEapRoundAsync(session, round.Packet, session.Ended), () => Decisions.Failure(round), (a, now) => Decisions.Apply(round, a, now));
                break;
            case AuthorizationEvent authorization when session.Handler is IIpsecGatewayHandler gateway:
                DecideInBackground(
                    session,
                    () => gateway.OnAuthorizeAsync(session, new AuthorizationRequest(authorization.Requested, authorization.IsCiscoClient), session.Ended),
                    () => AuthorizationAnswer.Refuse(IkeNotifyType.InternalAddressFailure),
                    (a, now) => Decisions.Apply(authorization, a, now));
                break;
            case PeerCertificateEvent certificate when session.Handler is IIpsecClientHandler client:
                DecideInBackground(
                    session,
                    () => client.OnPeerCertificateAsync(session, certificate.Chain, certificate.Identity, session.Ended),
                    () => "the check of the certificate failed",
                    (a, now) => Decisions.Apply(certificate, a, now));
                break;
            case EapPeerRoundEvent round when session.Handler is IIpsecClientHandler client:
                DecideInBackground(
                    session,
                    () => client.OnEapRoundAsync(session, round.Packet, session.Ended),
                    () => EapPeerAnswer.Fail("the EAP method failed"),
                    (a, now) => Decisions.Apply(round, a, now));
                break;
            case SessionEstablishedEvent established:
                Establish(session, established);
                break;
            case PathChangedEvent changed when session.Tunnel is { } tunnel && changed.Path.NatTraversal:
                tunnel.MoveTo(changed.Path.Remote);
                tunnel.PathMtu = _natPort.PathMtuTo(tunnel.RemoteEndPoint);
                IpsecLog.Moved(_logger, session.Id, changed.Path.Local, changed.Path.Remote);
                Tell(session, h => h.OnMoved(session));
                break;
            case MoveRefusedEvent refused:
                // What the gateway sends would go on to an address that may be anybody's by now.
                IpsecLog.MoveRefused(_logger, session.Id, refused.Reason, refused.Path.Local);
                _endpoint.Post(now => session.Ike.Close(now, $"the gateway answers {refused.Reason} to this side's new address"));
                break;
            case PathSilentEvent:
                _endpoint.Post(now => _roaming.TryNext(session, now));
                break;
            case ChildRekeyedEvent rekeyed:
                Rekey(session, rekeyed);
                break;
            case ChildRetiredEvent retired when session.Tunnel?.ByInboundSpi(retired.InboundSpi) is { } pair:
                pair.Tunnel.Retire(pair, pair.Tunnel.ByInboundSpi(retired.Successor));
                break;
            case ChildDeletedEvent deleted when session.Tunnel?.ByInboundSpi(deleted.InboundSpi) is { } pair:
                _tunnels.Remove(pair);
                break;
            case IkeRekeyedEvent:
                IpsecLog.IkeRekeyed(_logger, session.Id, session.Remote);
                break;
            case SessionClosedEvent closed:
                Close(session, closed);
                break;
            default:
                break;
        }
    }

    private void DecideInBackground<T>(IpsecSession session, Func<ValueTask<T>> ask, Func<T> otherwise, Action<T, TimeSpan> apply) =>
        _ = DecideAsync(session, ask, otherwise, apply);

    // Every failure of the program's part ends here, so that the task itself never fails.
    private async Task DecideAsync<T>(IpsecSession session, Func<ValueTask<T>> ask, Func<T> otherwise, Action<T, TimeSpan> apply)
    {
        T answer;
        try
        {
            answer = await ask().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (session.Ended.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            IpsecLog.HandlerFailed(_logger, session.Id, e);
            answer = otherwise();
        }

        _endpoint.Post(now => apply(answer, now));
    }

    private void Establish(IpsecSession session, SessionEstablishedEvent news)
    {
        if (!session.Ike.Path.NatTraversal)
        {
            IpsecLog.NoUdpEncapsulation(_logger, session.Id);
            news.Child.Clear();
            session.Close();
            return;
        }

        string child = news.Child.ToString();
        EspTunnel tunnel = session.Establish(news, new EspPairOptions(_options.ReplayWindow, _options.EspProvider));
        tunnel.LastSent = _endpoint.Now.Ticks;
        tunnel.PathMtu = _natPort.PathMtuTo(tunnel.RemoteEndPoint);
        _tunnels.Add(tunnel);
        _established[session.Id] = session;
        IpsecMetrics.SessionsChanged(1);
        if (_logger.IsEnabled(LogLevel.Information))
        {
            string identity = session.Ike.RemoteIdentity?.ToString() ?? "";
            IpsecLog.Established(_logger, session.Id, identity, session.Remote, child);
        }

        Tell(session, h => h.OnEstablished(session));
    }

    private void Rekey(IpsecSession session, ChildRekeyedEvent news)
    {
        if (session.Tunnel is not { } tunnel)
        {
            news.Child.Clear();
            return;
        }

        EspPair pair = _tunnels.Add(tunnel, news.Child);
        if (news.SendAtOnce)
        {
            tunnel.Use(pair);
        }

        if (_logger.IsEnabled(LogLevel.Information))
        {
            IpsecLog.Rekeyed(_logger, session.Id, session.Remote, news.Child.ToString());
        }
    }

    private void Close(IpsecSession session, SessionClosedEvent news)
    {
        IpsecLog.Closed(_logger, session.Id, session.Remote, news.Reason, news.Detail);
        Forget(session);
        Tell(session, h => h.OnClosed(session, news.Reason, news.Detail));
    }

    private void Forget(IpsecSession session)
    {
        _sessions.Remove(session.Ike);
        _roaming.Forget(session);
        if (_established.TryRemove(session.Id, out _))
        {
            IpsecMetrics.SessionsChanged(-1);
        }

        if (session.Tunnel is { } tunnel)
        {
            _tunnels.Remove(tunnel);
        }

        session.End();
    }

    private void Tell(IpsecSession session, Action<IIpsecHandler> what)
    {
        try
        {
            if (session.Handler is not null)
            {
                what(session.Handler);
            }
        }
        catch (Exception e)
        {
            IpsecLog.HandlerFailed(_logger, session.Id, e);
        }
    }

    private IpsecSession Remember(IkeSession ike, IIpsecHandler? handler) => _sessions[ike] = new IpsecSession(_endpoint, ++_lastId, ike, handler);

    // RFC 3948 §4: only the side behind the NAT sends keepalives, and only where nothing else keeps its mapping alive.
    private void SendKeepalives(TimeSpan now)
    {
        foreach (IpsecSession session in _established.Values)
        {
            if (session.Ike.IsLocalBehindNat && session.Tunnel is { } tunnel && now.Ticks - tunnel.LastSent >= _options.KeepaliveInterval.Ticks)
            {
                _natPort.TrySend([EspUdp.Keepalive], tunnel.Remote);
                tunnel.LastSent = now.Ticks;
            }
        }
    }

    private void CountDrops(IPEndPoint? peer)
    {
        foreach (IkeDropReason reason in CoreReasons)
        {
            long count = _core.Dropped(reason);
            long fresh = count - _seenDrops[(int)reason];
            if (fresh > 0)
            {
                _seenDrops[(int)reason] = count;
                _drops.Add(Decisions.Map(reason), peer ?? _natPort.Local, fresh);
            }
        }
    }
}
