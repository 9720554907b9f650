using System.Collections.Frozen;

namespace Sallyport.Ikev2.Session;

/// <summary>Where a session stands.</summary>
public enum IkeSessionState
{
    /// <summary>Initiator: IKE_SA_INIT is sent. Responder: none yet.</summary>
    Init,

    /// <summary>Initiator: an IKE_AUTH request is sent. Responder: the next one is awaited.</summary>
    Authenticating,

    /// <summary>A decision of the host is awaited: EAP round, certificate or authorization.</summary>
    Deciding,

    /// <summary>EAP has succeeded; AUTH is to follow (RFC 7296 §2.16).</summary>
    Confirming,

    /// <summary>The IKE SA is up.</summary>
    Established,

    /// <summary>Our last request, a Delete as a rule, is sent, its answer is awaited.</summary>
    Deleting,

    /// <summary>Over; retransmissions are still answered for a while.</summary>
    Closed,
}

/// <summary>What moves a session.</summary>
public enum IkeTrigger
{
    /// <summary>IKE_SA_INIT has succeeded.</summary>
    InitDone,

    /// <summary>The host is asked.</summary>
    Asked,

    /// <summary>The host's answer goes on with EAP.</summary>
    EapContinues,

    /// <summary>The host's answer ends EAP well.</summary>
    EapSucceeded,

    /// <summary>Both AUTH payloads are verified.</summary>
    Authenticated,

    /// <summary>This side deletes, or gives up and says so.</summary>
    Delete,

    /// <summary>It is over.</summary>
    Close,
}

/// <summary>
/// The transitions of both roles. RFC 7296 §1.2 and §2.16 in words: IKE_SA_INIT, then IKE_AUTH whose first response carries the gateway's
/// AUTH and the first EAP request; EAP requests and responses alternate, each a decision of the host; EAP-Success is followed by AUTH of both
/// sides. A move that the table lacks is a fault in this library and throws; no message can cause one, since messages are checked first.
/// </summary>
public static class IkeSessionTransitions
{
    private static readonly FrozenDictionary<(IkeSessionState, IkeTrigger), IkeSessionState> Table = new Dictionary<(IkeSessionState, IkeTrigger), IkeSessionState>
    {
        [(IkeSessionState.Init, IkeTrigger.InitDone)] = IkeSessionState.Authenticating,
        [(IkeSessionState.Authenticating, IkeTrigger.Asked)] = IkeSessionState.Deciding,
        [(IkeSessionState.Deciding, IkeTrigger.EapContinues)] = IkeSessionState.Authenticating,
        [(IkeSessionState.Deciding, IkeTrigger.EapSucceeded)] = IkeSessionState.Confirming,
        [(IkeSessionState.Deciding, IkeTrigger.Asked)] = IkeSessionState.Deciding,
        [(IkeSessionState.Confirming, IkeTrigger.Asked)] = IkeSessionState.Deciding,
        [(IkeSessionState.Confirming, IkeTrigger.Authenticated)] = IkeSessionState.Established,
        [(IkeSessionState.Deciding, IkeTrigger.Authenticated)] = IkeSessionState.Established,
        [(IkeSessionState.Established, IkeTrigger.Delete)] = IkeSessionState.Deleting,
        [(IkeSessionState.Authenticating, IkeTrigger.Delete)] = IkeSessionState.Deleting,
        [(IkeSessionState.Deciding, IkeTrigger.Delete)] = IkeSessionState.Deleting,
        [(IkeSessionState.Confirming, IkeTrigger.Delete)] = IkeSessionState.Deleting,
        [(IkeSessionState.Init, IkeTrigger.Close)] = IkeSessionState.Closed,
        [(IkeSessionState.Authenticating, IkeTrigger.Close)] = IkeSessionState.Closed,
        [(IkeSessionState.Deciding, IkeTrigger.Close)] = IkeSessionState.Closed,
        [(IkeSessionState.Confirming, IkeTrigger.Close)] = IkeSessionState.Closed,
        [(IkeSessionState.Established, IkeTrigger.Close)] = IkeSessionState.Closed,
        [(IkeSessionState.Deleting, IkeTrigger.Close)] = IkeSessionState.Closed,
    }.ToFrozenDictionary();

    /// <summary>Where a trigger leads, or <see langword="null"/> where it has no place.</summary>
    public static IkeSessionState? Next(IkeSessionState state, IkeTrigger trigger) =>
        Table.TryGetValue((state, trigger), out IkeSessionState next) ? next : null;
}
