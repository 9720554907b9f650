using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ipsec;

/// <summary>
/// What a program is told of its sessions. The methods are called by the endpoint's one loop, which waits for no task that they return: work
/// that takes time is awaited, never done on the spot.
/// </summary>
public interface IIpsecHandler
{
    /// <summary>The tunnel is up.</summary>
    void OnEstablished(IpsecSession session)
    {
    }

    /// <summary>An address of the session's has changed, this side's or the peer's; the tunnel goes on from there (<see cref="IpsecSession.Remote"/>).</summary>
    void OnMoved(IpsecSession session)
    {
    }

    /// <summary>A session has ended, established or not; its SAs are gone and its keys cleared.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">More of it, for people.</param>
    void OnClosed(IpsecSession session, IkeCloseReason reason, string detail)
    {
    }
}

/// <summary>The decisions that a gateway leaves to its program.</summary>
public interface IIpsecGatewayHandler : IIpsecHandler
{
    /// <summary>Answers a client's EAP packet: as EAP server, or by asking one over RADIUS. May take as long as a person needs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="packet">The client's EAP response; empty in the first round, where the server begins.</param>
    /// <param name="cancellationToken">Set when the session ends.</param>
    /// <remarks>An exception is logged and answered with EAP-Failure.</remarks>
    ValueTask<EapServerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);

    /// <summary>Says what a client that has proven itself may have.</summary>
    /// <param name="session">The session.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="cancellationToken">Set when the session ends.</param>
    /// <remarks>An exception is logged and answered with INTERNAL_ADDRESS_FAILURE.</remarks>
    ValueTask<AuthorizationAnswer> OnAuthorizeAsync(IpsecSession session, AuthorizationRequest request, CancellationToken cancellationToken);
}

/// <summary>The decisions that a client leaves to its program.</summary>
public interface IIpsecClientHandler : IIpsecHandler
{
    /// <summary>Says whether the gateway is to be trusted. That it holds the first certificate's key is already verified.</summary>
    /// <param name="session">The session.</param>
    /// <param name="chain">The certificates as sent, DER, the gateway's own first.</param>
    /// <param name="identity">The identity that it claims, for which the certificate should speak.</param>
    /// <param name="cancellationToken">Set when the session ends.</param>
    /// <returns><see langword="null"/> to trust it, else why not.</returns>
    ValueTask<string?> OnPeerCertificateAsync(IpsecSession session, IReadOnlyList<byte[]> chain, IkeIdentity identity, CancellationToken cancellationToken);

    /// <summary>Answers the gateway's EAP packet.</summary>
    /// <param name="session">The session.</param>
    /// <param name="packet">An EAP request, or EAP-Success.</param>
    /// <param name="cancellationToken">Set when the session ends.</param>
    ValueTask<EapPeerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);
}

/// <summary>An EAP server's answer to one packet.</summary>
public sealed class EapServerAnswer
{
    private EapServerAnswer(EapAnswerKind kind, ReadOnlyMemory<byte> packet, byte[] masterSessionKey) =>
        (Kind, Packet, MasterSessionKey) = (kind, packet, masterSessionKey);

    internal EapAnswerKind Kind { get; }

    internal ReadOnlyMemory<byte> Packet { get; }

    internal byte[] MasterSessionKey { get; }

    /// <summary>Goes on with an EAP request.</summary>
    public static EapServerAnswer Request(ReadOnlyMemory<byte> packet) => new(EapAnswerKind.Continue, packet, []);

    /// <summary>The person is who they say.</summary>
    /// <param name="packet">The EAP-Success packet.</param>
    /// <param name="masterSessionKey">The method's MSK, empty where it makes none (RFC 7296 §2.16). A copy is taken, used once and cleared.</param>
    public static EapServerAnswer Success(ReadOnlyMemory<byte> packet, ReadOnlySpan<byte> masterSessionKey) =>
        new(EapAnswerKind.Success, packet, masterSessionKey.ToArray());

    /// <summary>The person is not.</summary>
    /// <param name="packet">The EAP-Failure packet.</param>
    public static EapServerAnswer Failure(ReadOnlyMemory<byte> packet) => new(EapAnswerKind.Failure, packet, []);
}

/// <summary>An EAP peer's answer to one packet.</summary>
public sealed class EapPeerAnswer
{
    private EapPeerAnswer(EapAnswerKind kind, ReadOnlyMemory<byte> packet, byte[] masterSessionKey, string reason) =>
        (Kind, Packet, MasterSessionKey, Reason) = (kind, packet, masterSessionKey, reason);

    internal EapAnswerKind Kind { get; }

    internal ReadOnlyMemory<byte> Packet { get; }

    internal byte[] MasterSessionKey { get; }

    internal string Reason { get; }

    /// <summary>Answers a request with an EAP response.</summary>
    public static EapPeerAnswer Response(ReadOnlyMemory<byte> packet) => new(EapAnswerKind.Continue, packet, [], "");

    /// <summary>Takes EAP-Success for true.</summary>
    /// <param name="masterSessionKey">The method's MSK, empty where it makes none. A copy is taken, used once and cleared.</param>
    public static EapPeerAnswer Complete(ReadOnlySpan<byte> masterSessionKey) => new(EapAnswerKind.Success, default, masterSessionKey.ToArray(), "");

    /// <summary>Gives up.</summary>
    /// <param name="reason">Why, for people.</param>
    public static EapPeerAnswer Fail(string reason) => new(EapAnswerKind.Failure, default, [], reason);
}

/// <summary>What a client that has proven itself asks for.</summary>
/// <param name="Requested">The configuration attributes that it wants (RFC 7296 §3.15.1).</param>
/// <param name="IsCiscoClient">Whether it asked for Cisco's private attributes or showed a Cisco vendor id.</param>
public sealed record AuthorizationRequest(IReadOnlySet<IkeConfigurationAttributeType> Requested, bool IsCiscoClient);

/// <summary>What a client gets.</summary>
public sealed class AuthorizationAnswer
{
    private AuthorizationAnswer(IkeConfiguration? configuration, IReadOnlyList<IkeTrafficSelector> localSelectors, IkeNotifyType refusal) =>
        (Configuration, LocalSelectors, Refusal) = (configuration, localSelectors, refusal);

    internal IkeConfiguration? Configuration { get; }

    internal IReadOnlyList<IkeTrafficSelector> LocalSelectors { get; }

    internal IkeNotifyType Refusal { get; }

    /// <summary>Lets it in.</summary>
    /// <param name="configuration">What it is given; its side of the tunnel is narrowed to the address in it.</param>
    /// <param name="localSelectors">What it may reach.</param>
    public static AuthorizationAnswer Grant(IkeConfiguration configuration, IReadOnlyList<IkeTrafficSelector> localSelectors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(localSelectors);
        return new AuthorizationAnswer(configuration, localSelectors, IkeNotifyType.None);
    }

    /// <summary>Gives it nothing.</summary>
    /// <param name="reason">Such as INTERNAL_ADDRESS_FAILURE (RFC 7296 §3.15.4) where the pool is empty.</param>
    public static AuthorizationAnswer Refuse(IkeNotifyType reason) => new(null, [], reason);
}

/// <summary>Which of three answers an EAP round got.</summary>
internal enum EapAnswerKind
{
    Continue,
    Success,
    Failure,
}
