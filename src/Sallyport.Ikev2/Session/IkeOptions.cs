using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Ikev2.Session;

/// <summary>How often an unanswered request is sent again (RFC 7296 §2.1).</summary>
/// <param name="First">How long the first try waits.</param>
/// <param name="Base">By what each further wait grows.</param>
/// <param name="Tries">How often it is sent in all.</param>
public sealed record IkeRetransmission(TimeSpan First, double Base, int Tries)
{
    /// <summary>2 s, growing by 1.8, six tries: a little over a minute and a quarter in all.</summary>
    public static IkeRetransmission Default { get; } = new(TimeSpan.FromSeconds(2), 1.8, 6);

    internal TimeSpan Wait(int sent) => First * Math.Pow(Base, sent - 1);
}

/// <summary>Dead peer detection (RFC 7296 §2.4).</summary>
/// <param name="Interval">How long nothing is heard before the peer is asked.</param>
/// <param name="Retry">How long one question waits for its answer.</param>
/// <param name="OnDemand">Ask only when traffic was sent and nothing came back.</param>
public sealed record IkeDeadPeerDetection(TimeSpan Interval, TimeSpan Retry, bool OnDemand);

/// <summary>How a gateway behaves.</summary>
public sealed class IkeResponderOptions
{
    /// <summary>The gateway's certificate, with an RSA or ECDSA private key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Intermediate certificates to send along.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    /// <summary>IDr.</summary>
    public required IkeIdentity Identity { get; init; }

    /// <summary>What may protect IKE SAs, in order of preference.</summary>
    public required IReadOnlyList<IkeOffer> IkeOffers { get; init; }

    /// <summary>What may protect ESP, in order of preference.</summary>
    public required IReadOnlyList<EspOffer> EspOffers { get; init; }

    /// <summary>Dead peer detection, or none.</summary>
    public IkeDeadPeerDetection? DeadPeerDetection { get; init; }

    /// <summary>How long a Child SA is used before this side asks for new keys, or no limit. The peer's limits hold besides.</summary>
    public IkeChildLifetime? ChildLifetime { get; init; } = IkeChildLifetime.Default;

    /// <summary>How long the IKE SA's keys are used before this side asks for new ones; no limit unless set. The peer may ask at any time.</summary>
    public TimeSpan? IkeLifetime { get; init; }

    /// <summary>How messages that are too long for a datagram are cut (RFC 7383), where the peer agrees; <see langword="null"/> to offer it to none.</summary>
    public IkeFragmentation? Fragmentation { get; init; } = IkeFragmentation.Default;

    /// <summary>How the tunnel outlives a change of addresses (RFC 4555), where the peer agrees; <see langword="null"/> to agree to nothing of it.</summary>
    public MobikeOptions? Mobike { get; init; } = MobikeOptions.Default;

    /// <summary>From how many half-open SAs on a cookie is demanded (RFC 7296 §2.6).</summary>
    public int CookieThreshold { get; init; } = 32;

    /// <summary>How many half-open SAs there may be; further requests are dropped.</summary>
    public int MaximumHalfOpen { get; init; } = 1024;

    /// <summary>How many sessions there may be in all.</summary>
    public int MaximumSessions { get; init; } = 65536;

    /// <summary>How long a client may take for its next message before it is authenticated.</summary>
    public TimeSpan HalfOpenTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an outside decision, such as a push to a phone, may take.</summary>
    public TimeSpan DecisionTimeout { get; init; } = TimeSpan.FromSeconds(180);
}

/// <summary>How a client connects.</summary>
public sealed class IkeInitiatorOptions
{
    /// <summary>IDi.</summary>
    public required IkeIdentity Identity { get; init; }

    /// <summary>The gateway's expected identity, sent as IDr; the peer's certificate is judged by the host.</summary>
    public IkeIdentity? PeerIdentity { get; init; }

    /// <summary>What may protect the IKE SA.</summary>
    public required IReadOnlyList<IkeOffer> IkeOffers { get; init; }

    /// <summary>What may protect ESP.</summary>
    public required IReadOnlyList<EspOffer> EspOffers { get; init; }

    /// <summary>Whether an address is asked for: of IPv4, and of IPv6 too where <see cref="LocalSelectors"/> has any.</summary>
    public bool RequestConfiguration { get; init; } = true;

    /// <summary>TSi.</summary>
    public IReadOnlyList<IkeTrafficSelector> LocalSelectors { get; init; } = [IkeTrafficSelector.AnyIPv4];

    /// <summary>TSr.</summary>
    public IReadOnlyList<IkeTrafficSelector> RemoteSelectors { get; init; } = [IkeTrafficSelector.AnyIPv4];

    /// <summary>The path by which to go on once a NAT was found: the peer's port 4500 as a rule.</summary>
    public required IkePath NatTraversalPath { get; init; }

    /// <summary>SHA-1 hashes of the public keys of trusted authorities for CERTREQ (RFC 7296 §3.7), 20 octets each, one behind the other.</summary>
    public ReadOnlyMemory<byte> TrustedAuthorities { get; init; }

    /// <summary>When unanswered requests are sent again.</summary>
    public IkeRetransmission Retransmission { get; init; } = IkeRetransmission.Default;

    /// <summary>Dead peer detection, or none.</summary>
    public IkeDeadPeerDetection? DeadPeerDetection { get; init; }

    /// <summary>How long a Child SA is used before this side asks for new keys, or no limit. The peer's limits hold besides.</summary>
    public IkeChildLifetime? ChildLifetime { get; init; } = IkeChildLifetime.Default;

    /// <summary>How long the IKE SA's keys are used before this side asks for new ones; no limit unless set. The peer may ask at any time.</summary>
    public TimeSpan? IkeLifetime { get; init; }

    /// <summary>How messages that are too long for a datagram are cut (RFC 7383), where the peer agrees; <see langword="null"/> to offer it to none.</summary>
    public IkeFragmentation? Fragmentation { get; init; } = IkeFragmentation.Default;

    /// <summary>How the tunnel outlives a change of addresses (RFC 4555), where the peer agrees; <see langword="null"/> to agree to nothing of it.</summary>
    public MobikeOptions? Mobike { get; init; } = MobikeOptions.Default;

    /// <summary>How long the peer may take to answer an IKE_AUTH request, in which a person may have to be asked.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(180);
}
