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
    private SkProtection? _outbound;
    private SkProtection? _inbound;
    private IkeDecision? _pending;
    private TimeSpan _heard;
    private bool _sentSinceHeard;
    private bool _deleteWaits;
    private (IkeCloseReason Reason, string Detail) _ending = (IkeCloseReason.Local, "ended by this side");
    private IkeDeadPeerDetection? _dpd;

    private protected IkeSession(ISessionHost host, IkePath path, ulong initiatorSpi, ulong responderSpi, bool isInitiator)
    {
        Host = host;
        Path = path;
        InitiatorSpi = initiatorSpi;
        ResponderSpi = responderSpi;
        IsInitiator = isInitiator;
    }

    /// <summary>Whether this side began the IKE SA.</summary>
    public bool IsInitiator { get; }

    /// <summary>SPIi.</summary>
    public ulong InitiatorSpi { get; }

    /// <summary>SPIr; zero until the responder has chosen it.</summary>
    public ulong ResponderSpi { get; private protected set; }

    /// <summary>The SPI that this side chose.</summary>
    public ulong LocalSpi => IsInitiator ? InitiatorSpi : ResponderSpi;

    /// <summary>The SPI that the peer chose.</summary>
    public ulong RemoteSpi => IsInitiator ? ResponderSpi : InitiatorSpi;

    /// <summary>Where the session stands.</summary>
    public IkeSessionState State { get; private set; }

    /// <summary>The way to the peer.</summary>
    public IkePath Path { get; private protected set; }

    /// <summary>The algorithms, once negotiated.</summary>
    public IkeSuite? Suite => Keys?.Suite;

    /// <summary>This side's identity.</summary>
    public IkeIdentity? LocalIdentity { get; private protected set; }

    /// <summary>The peer's IKE identity, once it has been said; proven once established.</summary>
    public IkeIdentity? RemoteIdentity { get; private protected set; }

    /// <summary>Whether this side is behind a NAT (RFC 7296 §2.23).</summary>
    public bool IsLocalBehindNat { get; private protected set; }

    /// <summary>Whether the peer is behind a NAT, or claims to be so that ESP runs in UDP.</summary>
    public bool IsRemoteBehindNat { get; private protected set; }

    /// <summary>The message id of our next request.</summary>
    public uint NextRequestId { get; private set; }

    /// <summary>The message id of the peer's next request.</summary>
    public uint ExpectedRequestId { get; private protected set; }

    /// <summary>When the IKE SA came up, on the caller's clock.</summary>
    public TimeSpan EstablishedAt { get; private set; }

    /// <summary>When the session wants <c>HandleTimeout</c>, if ever.</summary>
    public TimeSpan? Deadline => _timers.Count == 0 ? null : _timers.Min(t => t.At);

    internal Action? Closed { get; set; }

    private protected ISessionHost Host { get; }

    private protected IkeKeys? Keys { get; private set; }

    private protected IkeChildSa? Child { get; set; }

    private protected bool HasPendingDecision => _pending is not null;

    /// <summary>Ends the session: the peer is told, and told again until it answers.</summary>
    public void Close(TimeSpan now)
    {
        if (State == IkeSessionState.Established)
        {
            Move(IkeTrigger.Delete);
            SetTimer(IkeTimer.Expire, now + DeletePatience);

            // RFC 7296 §2.3: one request at a time. Under the same message id the peer would take Delete for the question it has answered.
            _deleteWaits = _request is not null;
            if (!_deleteWaits)
            {
                SendDelete(now);
            }
        }
        else
        {
            End(IkeCloseReason.Local, "ended by this side", now);
        }
    }

    /// <summary>Tells that genuine traffic came from the peer, so that it need not be asked whether it is alive.</summary>
    public void NoteInbound(TimeSpan now)
    {
        _heard = now;
        _sentSinceHeard = false;
    }

    /// <summary>Tells that a genuine ESP packet came another way: the peer's NAT has changed its mapping, and IKE follows too (RFC 7296 §2.23).</summary>
    /// <param name="path">The way that it came.</param>
    public void NotePath(IkePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (State == IkeSessionState.Established)
        {
            Follow(path);
        }
    }

    /// <summary>Tells that traffic was sent to the peer.</summary>
    public void NoteOutbound() => _sentSinceHeard = true;

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

    internal void Handle(in IkeMessage message, IkePath path, TimeSpan now)
    {
        if (message.Header.ExchangeType == IkeExchangeType.IkeSaInit)
        {
            HandleInit(message, path, now);
            return;
        }

        if (_inbound is null)
        {
            Host.Drop(IkeDropReason.UnexpectedExchange);
            return;
        }

        byte[] buffer = new byte[message.Span.Length];
        if (!_inbound.TryOpen(message, buffer, out IkeOpenedMessage opened, out IkeOpenError error))
        {
            HandleUnopened(message.Header, error, path, now);
            return;
        }

        if (opened.Header.IsResponse)
        {
            HandleResponse(opened, path, now);
        }
        else
        {
            HandleRequest(opened, path, now);
        }
    }

    internal void HandleTimeout(TimeSpan now)
    {
        foreach ((IkeTimer timer, TimeSpan at) in _timers.Where(t => t.At <= now).ToArray())
        {
            _timers.Remove((timer, at));
            switch (timer)
            {
                case IkeTimer.Retransmit:
                    Retransmit(now);
                    break;
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
            }
        }

        Host.Reschedule(this);
    }

    private protected abstract void HandleInit(in IkeMessage message, IkePath path, TimeSpan now);

    /// <summary>Handles a genuine IKE_AUTH request, or drops it.</summary>
    private protected abstract void HandleAuthRequest(in IkeOpenedMessage message, TimeSpan now);

    /// <summary>Handles a genuine IKE_AUTH response.</summary>
    private protected abstract void HandleAuthResponse(in IkeOpenedMessage message, TimeSpan now);

    private protected void Move(IkeTrigger trigger) =>
        State = IkeSessionTransitions.Next(State, trigger) ?? throw new InvalidOperationException($"{trigger} has no place in {State}");

    private protected void Ask(IkeDecision decision, TimeSpan patience, TimeSpan now)
    {
        Move(IkeTrigger.Asked);
        _pending = decision;
        SetTimer(IkeTimer.Expire, now + patience);
        Host.Raise(decision);
    }

    private protected void SetKeys(IkeKeys keys)
    {
        Keys = keys;
        SkProtection fromInitiator = new(keys.Suite, keys.Ei, keys.Ai, Host.Random);
        SkProtection fromResponder = new(keys.Suite, keys.Er, keys.Ar, Host.Random);
        (_outbound, _inbound) = IsInitiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
    }

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
        Child = child;
        NoteInbound(now);
        SetTimer(IkeTimer.Expire, null);
        _dpd = deadPeerDetection;
        if (_dpd is not null)
        {
            SetTimer(IkeTimer.DeadPeer, now + _dpd.Interval);
        }

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
        _request = null;
        _timers.Clear();
        SetTimer(IkeTimer.Expire, now + Linger);
        if (Child is not null)
        {
            Host.ReleaseEspSpi(Child.InboundSpi);
        }

        ReleaseSecrets();
        Host.Raise(new SessionClosedEvent(this, reason, detail));
    }

    private protected virtual void ReleaseSecrets()
    {
    }

    private void HandleUnopened(IkeHeader header, IkeOpenError error, IkePath path, TimeSpan now)
    {
        // RFC 7296 §2.21: what is not authenticated changes nothing.
        if (error != IkeOpenError.InvalidSyntax)
        {
            Host.Drop(error == IkeOpenError.IntegrityCheck ? IkeDropReason.IntegrityCheck : IkeDropReason.Malformed);
        }
        else if (!header.IsResponse && header.MessageId == ExpectedRequestId && _pending is null && State != IkeSessionState.Closed)
        {
            Follow(path);
            SendNotifyResponse(header.ExchangeType, IkeNotifyType.InvalidSyntax);
            End(IkeCloseReason.Protocol, "a genuine message with invalid syntax", now);
        }
        else
        {
            Host.Drop(IkeDropReason.Malformed);
        }
    }

    private void HandleResponse(in IkeOpenedMessage message, IkePath path, TimeSpan now)
    {
        if (_request is null || message.Header.MessageId != NextRequestId || message.Header.ExchangeType != _requestExchange)
        {
            Host.Drop(IkeDropReason.MessageId);
            return;
        }

        Follow(path);
        NoteInbound(now);
        RequestAnswered();
        if (message.Header.ExchangeType == IkeExchangeType.IkeAuth)
        {
            HandleAuthResponse(message, now);
        }
        else if (_deleteWaits)
        {
            _deleteWaits = false;
            SendDelete(now);
        }
        else if (State == IkeSessionState.Deleting)
        {
            End(_ending.Reason, _ending.Detail, now);
        }
        else if (_dpd is not null)
        {
            SetTimer(IkeTimer.DeadPeer, now + _dpd.Interval);
        }
    }

    private void HandleRequest(in IkeOpenedMessage message, IkePath path, TimeSpan now)
    {
        uint id = message.Header.MessageId;
        if (id + 1 == ExpectedRequestId)
        {
            // RFC 7296 §2.1: a retransmission gets the same octets again.
            Follow(path);
            Resend();
            return;
        }

        if (id != ExpectedRequestId || State == IkeSessionState.Closed)
        {
            Host.Drop(IkeDropReason.MessageId);
            return;
        }

        if (_pending is not null)
        {
            // The answer is being decided; it will go out once it is.
            Host.Drop(IkeDropReason.Pending);
            return;
        }

        Follow(path);
        NoteInbound(now);
        if (UnknownCriticalPayload(message.Payloads) is { } critical)
        {
            SendNotifyResponse(message.Header.ExchangeType, IkeNotifyType.UnsupportedCriticalPayload, [(byte)critical]);
            return;
        }

        switch (message.Header.ExchangeType)
        {
            case IkeExchangeType.IkeAuth:
                HandleAuthRequest(message, now);
                break;
            case IkeExchangeType.Informational when State is IkeSessionState.Established or IkeSessionState.Deleting:
                Informational.Handle(this, message, now);
                break;
            case IkeExchangeType.Informational when !IsInitiator && State != IkeSessionState.Closed && Informational.GivesUp(message.Payloads):
                Informational.Acknowledge(this);
                End(IkeCloseReason.Peer, "the peer gives up", now);
                break;
            case IkeExchangeType.CreateChildSa when State is IkeSessionState.Established or IkeSessionState.Deleting:
                CreateChildSa.Handle(this, message);
                break;
            default:
                Host.Drop(IkeDropReason.UnexpectedExchange);
                break;
        }
    }

    internal void DeletedByPeer(TimeSpan now) =>
        End(State == IkeSessionState.Deleting ? _ending.Reason : IkeCloseReason.Peer, State == IkeSessionState.Deleting ? _ending.Detail : "deleted by the peer", now);

    /// <summary>The peer has deleted the one Child SA: without it the session carries nothing, and is deleted in turn.</summary>
    internal void ChildDeletedByPeer(TimeSpan now)
    {
        if (State == IkeSessionState.Established)
        {
            _ending = (IkeCloseReason.Peer, "the peer has deleted the Child SA");
            Close(now);
        }
    }

    internal IkeChildSa? CurrentChild => Child;

    // RFC 7296 §2.23: the peer's new address is taken only from a message that proved genuine, and only where a NAT may have changed it.
    private void Follow(IkePath path)
    {
        if (path == Path)
        {
            return;
        }

        bool established = State == IkeSessionState.Established;
        if (!established || IsRemoteBehindNat || IsLocalBehindNat)
        {
            Path = path;
            if (established)
            {
                Host.Raise(new PathChangedEvent(this));
            }
        }
    }

    /// <summary>The first payload of an unknown type that must not be skipped (RFC 7296 §2.5), or <see langword="null"/>.</summary>
    internal static IkePayloadType? UnknownCriticalPayload(IkePayloads payloads)
    {
        foreach (IkePayload payload in payloads)
        {
            if (payload.IsCritical && payload.Type is < IkePayloadType.SecurityAssociation or > IkePayloadType.ExtensibleAuthentication)
            {
                return payload.Type;
            }
        }

        return null;
    }

    private void CheckPeer(TimeSpan now)
    {
        if (_dpd is null || State != IkeSessionState.Established)
        {
            return;
        }

        TimeSpan due = _heard + _dpd.Interval;
        if (due > now || _request is not null || (_dpd.OnDemand && !_sentSinceHeard))
        {
            SetTimer(IkeTimer.DeadPeer, due > now ? due : now + _dpd.Interval);
            return;
        }

        IkePayloadWriter writer = new([]);
        SendRequest(IkeExchangeType.Informational, ref writer, [], new IkeRetransmission(_dpd.Retry, 1, 6), now);
    }

    internal void ReleaseKeys()
    {
        _outbound?.Dispose();
        _inbound?.Dispose();
        Keys?.Dispose();
    }

    private void Forget()
    {
        ReleaseKeys();
        Closed?.Invoke();
    }
}
