using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// One IKE SA with one Child SA, without sockets or clock. What both roles share: identity, keys, the message windows of one request each way
/// (RFC 7296 §2.1 to §2.3), deletion and dead peer detection. Not safe for concurrent use.
/// </summary>
public abstract partial class IkeSession
{
    private protected static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DeletePatience = TimeSpan.FromSeconds(5);
    private readonly List<(IkeTimer Timer, TimeSpan At)> _timers = [];
    private readonly List<IkeSa> _sas;
    private IkeDecision? _pending;
    private TimeSpan _heard;
    private bool _sentSinceHeard;
    private bool _deleteWaits;
    private (IkeCloseReason Reason, string Detail) _ending = (IkeCloseReason.Local, "ended by this side");
    private IkeDeadPeerDetection? _dpd;

    private protected IkeSession(ISessionHost host, IkeSessionPolicy policy, IkePath path, ulong initiatorSpi, bool isInitiator)
    {
        Host = host;
        Policy = policy;
        Path = path;
        ReplyPath = path;
        IsInitiator = isInitiator;
        ulong local = host.AllocateIkeSpi(this);
        Sa = isInitiator ? new IkeSa(this, host, true, local, 0) : new IkeSa(this, host, false, initiatorSpi, local);
        _sas = [Sa];
        Children = new ChildSas(this);
        Mobike = new Mobike(this, policy.Mobike);
    }

    /// <summary>Whether this side has logged in, and the peer is the gateway.</summary>
    public bool IsInitiator { get; }

    /// <summary>SPIi. Other keys of the IKE SA bring other SPIs (RFC 7296 §2.18).</summary>
    public ulong InitiatorSpi => Sa.InitiatorSpi;

    /// <summary>SPIr; zero until the responder has chosen it.</summary>
    public ulong ResponderSpi => Sa.ResponderSpi;

    /// <summary>The SPI that this side chose.</summary>
    public ulong LocalSpi => Sa.LocalSpi;

    /// <summary>The SPI that the peer chose.</summary>
    public ulong RemoteSpi => Sa.RemoteSpi;

    /// <summary>Where the session stands.</summary>
    public IkeSessionState State { get; private set; }

    /// <summary>The way to the peer.</summary>
    public IkePath Path { get; private protected set; }

    /// <summary>The algorithms, once negotiated.</summary>
    public IkeSuite? Suite => Sa.Keys?.Suite;

    /// <summary>This side's identity.</summary>
    public IkeIdentity? LocalIdentity { get; private protected set; }

    /// <summary>The peer's IKE identity, once it has been said; proven once established.</summary>
    public IkeIdentity? RemoteIdentity { get; private protected set; }

    /// <summary>Whether this side is behind a NAT (RFC 7296 §2.23).</summary>
    public bool IsLocalBehindNat { get; private protected set; }

    /// <summary>Whether the peer is behind a NAT, or claims to be so that ESP runs in UDP.</summary>
    public bool IsRemoteBehindNat { get; private protected set; }

    /// <summary>The message id of our next request.</summary>
    public uint NextRequestId => Sa.NextRequestId;

    /// <summary>The message id of the peer's next request.</summary>
    public uint ExpectedRequestId => Sa.ExpectedRequestId;

    /// <summary>When the IKE SA came up, on the caller's clock. New keys do not change it.</summary>
    public TimeSpan EstablishedAt { get; private set; }

    /// <summary>When the Child SA in use came up, on the caller's clock; <see langword="null"/> where there is none.</summary>
    public TimeSpan? ChildEstablishedAt => Children.Current?.EstablishedAt;

    /// <summary>How long a Child SA may be used on this side, or <see langword="null"/> where there is no limit.</summary>
    public IkeChildLifetime? ChildLifetime => Policy.ChildLifetime;

    /// <summary>When the session wants <c>HandleTimeout</c>, if ever.</summary>
    public TimeSpan? Deadline => _timers.Select(t => (TimeSpan?)t.At).Concat(_sas.Select(a => a.Deadline)).Append(Children.Deadline).Min();

    internal Action? Closed { get; set; }

    /// <summary>For which time the endpoint has the session in its queue.</summary>
    internal TimeSpan? ScheduledAt { get; set; }

    /// <summary>The IKE SA in use.</summary>
    internal IkeSa Sa { get; private set; }

    internal ChildSas Children { get; }

    private protected IkeKeys? Keys => Sa.Keys;

    private protected bool HasPendingDecision => _pending is not null;

    /// <summary>Ends the session: the peer is told, and told again until it answers.</summary>
    public void Close(TimeSpan now) => Close(now, "ended by this side");

    /// <summary>Ends the session: the peer is told, and told again until it answers.</summary>
    /// <param name="now">The time.</param>
    /// <param name="detail">Why, for the people on this side.</param>
    public void Close(TimeSpan now, string detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        Close(IkeCloseReason.Local, detail, now);
    }

    /// <summary>Tells that genuine traffic came from the peer, so that it need not be asked whether it is alive.</summary>
    public void NoteInbound(TimeSpan now)
    {
        _heard = now;
        _sentSinceHeard = false;
    }

    /// <summary>Tells that traffic was sent to the peer.</summary>
    public void NoteOutbound() => _sentSinceHeard = true;

    /// <summary>Asks the peer for new keys of the Child SA (RFC 7296 §1.3.3), whatever its lifetime; nothing where there is none, or that is under way.</summary>
    public void RekeyChild(TimeSpan now)
    {
        if (State == IkeSessionState.Established && Children.Current is { } child)
        {
            Children.Rekey(child, now);
        }
    }

    /// <summary>Asks the peer for new keys of the IKE SA (RFC 7296 §1.3.2); nothing where it is not established, or that is under way.</summary>
    public void RekeyIke(TimeSpan now)
    {
        if (State == IkeSessionState.Established && !IsRekeyingIke)
        {
            Begin(new IkeRekey(this, null), now);
        }
    }

    /// <summary>Tells what a Child SA has carried so far, so that its limits are kept (<see cref="IkeChildLifetime"/>). Once a second is enough.</summary>
    /// <param name="inboundSpi">The SPI under which we receive by it.</param>
    /// <param name="packets">The packets of the direction that has more of them.</param>
    /// <param name="octets">The octets of the direction that has more of them.</param>
    /// <param name="now">The time.</param>
    public void NoteChildTraffic(uint inboundSpi, long packets, long octets, TimeSpan now)
    {
        if (State == IkeSessionState.Established)
        {
            Children.NoteTraffic(inboundSpi, packets, octets, now);
        }
    }

    /// <summary>The role, the SPIs and the state, never a key.</summary>
    public override string ToString() => $"{(IsInitiator ? "initiator" : "responder")} {InitiatorSpi:x16}_{ResponderSpi:x16} {State}";

    internal bool IsPending(IkeDecision decision)
    {
        if (_pending != decision || State == IkeSessionState.Closed)
        {
            return false;
        }

        _pending = null;
        return true;
    }

    internal void HandleTimeout(TimeSpan now)
    {
        foreach ((IkeTimer timer, TimeSpan at) in _timers.Where(t => t.At <= now).ToArray())
        {
            _timers.Remove((timer, at));
            switch (timer)
            {
                case IkeTimer.Expire when State == IkeSessionState.Closed:
                    Forget();
                    return;
                case IkeTimer.Expire when State == IkeSessionState.Deleting:
                    End(_ending.Reason, _ending.Detail, now);
                    break;
                case IkeTimer.Expire:
                    End(IkeCloseReason.Timeout, HasPendingDecision ? "no decision in time" : "the peer said nothing in time", now);
                    break;
                case IkeTimer.DeadPeer:
                    CheckPeer(now);
                    break;
                case IkeTimer.RekeyIke:
                    RenewIke(now);
                    break;
            }
        }

        foreach (IkeSa sa in _sas.Where(a => a.Deadline <= now).ToArray())
        {
            if (sa.RetransmitAt <= now)
            {
                Retransmit(sa, now);
            }

            if (sa.ForgetAt <= now)
            {
                Forget(sa);
            }
        }

        if (!Children.HandleTimeout(now))
        {
            Fail(IkeCloseReason.Timeout, "the Child SA's lifetime is over, and the peer gave no new keys", now);
        }

        Host.Reschedule(this);
    }

    private protected abstract void HandleInit(in IkeMessage message, IkePath path, TimeSpan now);

    /// <summary>Handles a genuine IKE_AUTH request, or drops it.</summary>
    private protected abstract void HandleAuthRequest(in IkeOpenedMessage message, TimeSpan now);

    /// <summary>Handles a genuine IKE_AUTH response.</summary>
    private protected abstract void HandleAuthResponse(in IkeOpenedMessage message, TimeSpan now);

    private void Close(IkeCloseReason reason, string detail, TimeSpan now)
    {
        if (State == IkeSessionState.Established)
        {
            _ending = (reason, detail);
            Move(IkeTrigger.Delete);
            SetTimer(IkeTimer.Expire, now + DeletePatience);

            // RFC 7296 §2.3: one request at a time. Under the same message id the peer would take Delete for the question it has answered.
            _deleteWaits = Sa.IsBusy;
            if (!_deleteWaits)
            {
                SendDelete(now);
            }
        }
        else
        {
            End(reason, detail, now);
        }
    }

    private protected void Move(IkeTrigger trigger) =>
        State = IkeSessionTransitions.Next(State, trigger) ?? throw new InvalidOperationException($"{trigger} has no place in {State}");

    private protected void Ask(IkeDecision decision, TimeSpan patience, TimeSpan now)
    {
        Move(IkeTrigger.Asked);
        _pending = decision;
        SetTimer(IkeTimer.Expire, now + patience);
        Host.Raise(decision);
    }

    private protected void SetKeys(IkeKeys keys) => Sa.SetKeys(keys);

    private protected void SetTimer(IkeTimer timer, TimeSpan? at)
    {
        _timers.RemoveAll(t => t.Timer == timer);
        if (at is not null)
        {
            _timers.Add((timer, at.Value));
        }

        Host.Reschedule(this);
    }

    private protected void Establish(IkeChildSa child, IkeConfiguration? configuration, IkeDeadPeerDetection? deadPeerDetection, TimeSpan now)
    {
        Move(IkeTrigger.Authenticated);
        EstablishedAt = now;
        Children.Add(child, now);
        NoteInbound(now);
        SetTimer(IkeTimer.Expire, null);
        _dpd = deadPeerDetection;
        if (_dpd is not null)
        {
            SetTimer(IkeTimer.DeadPeer, now + _dpd.Interval);
        }

        ScheduleRekey(now);
        Mobike.Begin();
        Host.Established(this);
        Host.Raise(new SessionEstablishedEvent(this, child, configuration));
    }

    /// <summary>Gives an authenticated IKE SA up before it has carried anything: the peer, for whom it is up, is sent a Delete.</summary>
    private protected void Withdraw(IkeCloseReason reason, string detail, TimeSpan now) => EndBy(reason, detail, now, SendDelete);

    /// <summary>Gives up before the peer has proved itself: it is told, as RFC 7296 §2.21.2 lets an initiator do.</summary>
    private protected void Abandon(IkeCloseReason reason, string detail, TimeSpan now) => EndBy(reason, detail, now, SendAuthenticationFailed);

    private void EndBy(IkeCloseReason reason, string detail, TimeSpan now, Action<TimeSpan> send)
    {
        _pending = null;
        _ending = (reason, detail);
        Move(IkeTrigger.Delete);
        SetTimer(IkeTimer.Expire, now + DeletePatience);
        send(now);
    }

    private protected void End(IkeCloseReason reason, string detail, TimeSpan now)
    {
        if (State == IkeSessionState.Closed)
        {
            return;
        }

        Move(IkeTrigger.Close);
        _pending = null;
        _timers.Clear();
        foreach (IkeSa sa in _sas)
        {
            sa.RequestReplaced();
            sa.ForgetRequest();
            sa.ForgetAt = null;
        }

        _underWay?.Abandon();
        _underWay = null;
        _waiting.Clear();
        SetTimer(IkeTimer.Expire, now + Linger);
        Children.Clear();
        ReleaseSecrets();
        Host.Raise(new SessionClosedEvent(this, reason, detail));
    }

    private protected virtual void ReleaseSecrets()
    {
    }

    private void CheckPeer(TimeSpan now)
    {
        if (_dpd is null || State != IkeSessionState.Established)
        {
            return;
        }

        TimeSpan due = _heard + _dpd.Interval;
        if (due > now || Sa.IsBusy || (_dpd.OnDemand && !_sentSinceHeard))
        {
            SetTimer(IkeTimer.DeadPeer, due > now ? due : now + _dpd.Interval);
            return;
        }

        if (Mobike.UpdatesInstead)
        {
            Mobike.Move(Path, now);
            return;
        }

        Span<byte> inner = stackalloc byte[128];
        IkePayloadWriter writer = new(inner);
        Mobike.WriteProbe(ref writer);
        SendRequest(IkeExchangeType.Informational, ref writer, inner, new IkeRetransmission(_dpd.Retry, 1, 6), now);
    }

    internal void ReleaseKeys() => _sas.ForEach(a => a.ReleaseKeys());

    private void Forget()
    {
        ReleaseKeys();
        _sas.ForEach(a => Host.ReleaseIkeSpi(a.LocalSpi));
        Closed?.Invoke();
    }
}
