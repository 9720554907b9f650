using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>News of a session, or a decision that the host is asked for and answers once.</summary>
public abstract class IkeEvent
{
    private protected IkeEvent(IkeSession session) => Session = session;

    /// <summary>The session.</summary>
    public IkeSession Session { get; }
}

/// <summary>A decision that owns its answer: it can be given once, and after the session is gone it does nothing.</summary>
public abstract class IkeDecision : IkeEvent
{
    private protected IkeDecision(IkeSession session)
        : base(session)
    {
    }

    /// <summary>Whether the answer was given.</summary>
    public bool IsAnswered { get; private set; }

    private protected bool Answer()
    {
        if (IsAnswered)
        {
            throw new InvalidOperationException("the decision was answered before");
        }

        IsAnswered = true;
        return Session.IsPending(this);
    }
}

/// <summary>To a responder: the client's EAP packet, or at the start none. The answer is the EAP server's.</summary>
public sealed class EapServerRoundEvent : IkeDecision
{
    private readonly ResponderSession _session;

    internal EapServerRoundEvent(ResponderSession session, byte[] packet)
        : base(session)
    {
        _session = session;
        Packet = packet;
    }

    /// <summary>The client's EAP response; empty in the first round.</summary>
    public ReadOnlyMemory<byte> Packet { get; }

    /// <summary>Goes on with an EAP request.</summary>
    /// <param name="packet">The EAP packet.</param>
    /// <param name="now">The time.</param>
    public void Request(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapRequest(packet, now);
        }
    }

    /// <summary>The person is who they say.</summary>
    /// <param name="packet">The EAP-Success packet.</param>
    /// <param name="masterSessionKey">The method's MSK, empty where it makes none (RFC 7296 §2.16).</param>
    /// <param name="now">The time.</param>
    public void Success(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> masterSessionKey, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapSuccess(packet, masterSessionKey, now);
        }
    }

    /// <summary>The person is not.</summary>
    /// <param name="packet">The EAP-Failure packet.</param>
    /// <param name="now">The time.</param>
    public void Failure(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapFailure(packet, now);
        }
    }
}

/// <summary>To a responder: the client has proven itself; what may it have?</summary>
public sealed class AuthorizationEvent : IkeDecision
{
    private readonly ResponderSession _session;

    internal AuthorizationEvent(ResponderSession session, IReadOnlySet<IkeConfigurationAttributeType> requested)
        : base(session)
    {
        _session = session;
        Requested = requested;
    }

    /// <summary>The configuration attributes that the client asked for.</summary>
    public IReadOnlySet<IkeConfigurationAttributeType> Requested { get; }

    /// <summary>Whether the client asked for Cisco's private attributes or showed a Cisco vendor id.</summary>
    public bool IsCiscoClient => _session.IsCiscoPeer || Requested.Any(t => (ushort)t is >= 28672 and <= 28687);

    /// <summary>Lets the client in.</summary>
    /// <param name="configuration">What it is given.</param>
    /// <param name="localSelectors">What it may reach.</param>
    /// <param name="now">The time.</param>
    public void Grant(IkeConfiguration configuration, IReadOnlyList<IkeTrafficSelector> localSelectors, TimeSpan now)
    {
        if (Answer())
        {
            _session.Grant(configuration, localSelectors, now);
        }
    }

    /// <summary>Gives it nothing.</summary>
    /// <param name="reason">Such as INTERNAL_ADDRESS_FAILURE (RFC 7296 §3.15.4).</param>
    /// <param name="now">The time.</param>
    public void Refuse(IkeNotifyType reason, TimeSpan now)
    {
        if (Answer())
        {
            _session.RefuseChild(reason, now);
        }
    }
}

/// <summary>To an initiator: the gateway's certificate, whose key has signed AUTH. Is it to be trusted?</summary>
public sealed class PeerCertificateEvent : IkeDecision
{
    private readonly InitiatorSession _session;

    internal PeerCertificateEvent(InitiatorSession session, IReadOnlyList<byte[]> chain, IkeIdentity identity)
        : base(session)
    {
        _session = session;
        Chain = chain;
        Identity = identity;
    }

    /// <summary>The certificates as sent, DER, the gateway's own first.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>IDr, which the certificate should speak for.</summary>
    public IkeIdentity Identity { get; }

    /// <summary>Trusts it.</summary>
    public void Accept(TimeSpan now)
    {
        if (Answer())
        {
            _session.AcceptPeer(now);
        }
    }

    /// <summary>Does not; the session ends.</summary>
    /// <param name="reason">Why, for people.</param>
    /// <param name="now">The time.</param>
    public void Reject(string reason, TimeSpan now)
    {
        if (Answer())
        {
            _session.RejectPeer(reason, now);
        }
    }
}

/// <summary>To an initiator: the gateway's EAP packet. The answer is the EAP peer's.</summary>
public sealed class EapPeerRoundEvent : IkeDecision
{
    private readonly InitiatorSession _session;

    internal EapPeerRoundEvent(InitiatorSession session, byte[] packet)
        : base(session)
    {
        _session = session;
        Packet = packet;
    }

    /// <summary>An EAP request, or EAP-Success.</summary>
    public ReadOnlyMemory<byte> Packet { get; }

    /// <summary>Answers a request.</summary>
    /// <param name="packet">The EAP response.</param>
    /// <param name="now">The time.</param>
    public void Respond(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapRespond(packet, now);
        }
    }

    /// <summary>Takes EAP-Success for true.</summary>
    /// <param name="masterSessionKey">The method's MSK, empty where it makes none.</param>
    /// <param name="now">The time.</param>
    public void Complete(ReadOnlySpan<byte> masterSessionKey, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapComplete(masterSessionKey, now);
        }
    }

    /// <summary>Gives up, as where the method did not finish.</summary>
    /// <param name="reason">Why, for people.</param>
    /// <param name="now">The time.</param>
    public void Fail(string reason, TimeSpan now)
    {
        if (Answer())
        {
            _session.EapFail(reason, now);
        }
    }
}

/// <summary>The IKE SA and its Child SA are up.</summary>
public sealed class SessionEstablishedEvent : IkeEvent
{
    internal SessionEstablishedEvent(IkeSession session, IkeChildSa child, IkeConfiguration? configuration)
        : base(session)
    {
        Child = child;
        Configuration = configuration;
    }

    /// <summary>The ESP SAs' keys; whoever takes them clears them.</summary>
    public IkeChildSa Child { get; }

    /// <summary>What was given, or received.</summary>
    public IkeConfiguration? Configuration { get; }
}

/// <summary>An address of either side has changed (RFC 7296 §2.23, RFC 4555 §3.5): ESP follows, that of all the session's Child SAs.</summary>
public sealed class PathChangedEvent : IkeEvent
{
    internal PathChangedEvent(IkeSession session, IkePath path)
        : base(session) => Path = path;

    /// <summary>The way that ESP takes from now on. IKE may be ahead of it on <see cref="IkeSession.Path"/>, until the peer has proven that it is there.</summary>
    public IkePath Path { get; }
}

/// <summary>
/// The peer does not accept the path that this side moved to (RFC 4555 §3.5, §3.9), and IKE and ESP go by the one before. Where that no longer carries
/// anything there is another one to move to, or the session to be ended.
/// </summary>
public sealed class MoveRefusedEvent : IkeEvent
{
    internal MoveRefusedEvent(IkeSession session, IkePath path, IkeNotifyType reason)
        : base(session)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The path that was refused.</summary>
    public IkePath Path { get; }

    /// <summary>UNACCEPTABLE_ADDRESSES, UNEXPECTED_NAT_DETECTED or what else the peer says.</summary>
    public IkeNotifyType Reason { get; }
}

/// <summary>
/// The peer answers nothing on the path that the session goes by, and has told of other addresses (<see cref="IkeSession.PeerAddresses"/>): the host may
/// move there (<see cref="IkeSession.MoveTo"/>). Raised for each of them twice at most.
/// </summary>
public sealed class PathSilentEvent : IkeEvent
{
    internal PathSilentEvent(IkeSession session)
        : base(session)
    {
    }
}

/// <summary>Why a session ended.</summary>
public enum IkeCloseReason
{
    /// <summary>This side ended it.</summary>
    Local,

    /// <summary>The peer deleted it.</summary>
    Peer,

    /// <summary>The peer no longer answers.</summary>
    Timeout,

    /// <summary>No common proposal.</summary>
    NoProposalChosen,

    /// <summary>One side did not prove who it is.</summary>
    AuthenticationFailed,

    /// <summary>The peer's certificate or identity is not trusted.</summary>
    PeerNotTrusted,

    /// <summary>The tunnel was refused: no address, no common selectors or ESP proposal.</summary>
    ChildRefused,

    /// <summary>The peer does not speak the protocol.</summary>
    Protocol,

    /// <summary>A NAT stands between, and none may (RFC 4555 §3.9).</summary>
    UnexpectedNat,
}

/// <summary>The session has ended; its keys are gone.</summary>
public sealed class SessionClosedEvent : IkeEvent
{
    internal SessionClosedEvent(IkeSession session, IkeCloseReason reason, string detail)
        : base(session)
    {
        Reason = reason;
        Detail = detail;
    }

    /// <summary>Why.</summary>
    public IkeCloseReason Reason { get; }

    /// <summary>More of it, for people.</summary>
    public string Detail { get; }
}
