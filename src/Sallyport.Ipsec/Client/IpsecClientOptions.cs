using System.Net;
using Sallyport.Eap.Peer;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Forwarding;

namespace Sallyport.Ipsec.Client;

/// <summary>How a client connects.</summary>
public sealed class IpsecClientOptions
{
    /// <summary>What may protect ESP unless told otherwise.</summary>
    public static IReadOnlyList<EspOffer> DefaultEspOffers { get; } =
    [
        new(256),
        new(128),
        new(new IkeCipher(EncryptionAlgorithm.ChaCha20Poly1305, 256)),
        new(new IkeCipher(EncryptionAlgorithm.AesCbc, 256), IntegrityAlgorithm.HmacSha512Trunc256),
        new(new IkeCipher(EncryptionAlgorithm.AesCbc, 256), IntegrityAlgorithm.HmacSha384Trunc192),
        new(new IkeCipher(EncryptionAlgorithm.AesCbc, 256), IntegrityAlgorithm.HmacSha256Trunc128),
        new(new IkeCipher(EncryptionAlgorithm.AesCbc, 128), IntegrityAlgorithm.HmacSha256Trunc128),
    ];

    /// <summary>The gateway's address and IKE port.</summary>
    public required IPEndPoint Gateway { get; init; }

    /// <summary>The gateway's port for IKE and ESP.</summary>
    public int NatTraversalPort { get; init; } = 4500;

    /// <summary>The local address; one that is not any is never left.</summary>
    public IPAddress LocalAddress { get; init; } = IPAddress.Any;

    /// <summary>IDi: who the client says it is before EAP.</summary>
    public required IkeIdentity Identity { get; init; }

    /// <summary>How the gateway's certificate is judged.</summary>
    public required CertificateTrust Trust { get; init; }

    /// <summary>Who the person is, and by which EAP methods they prove it.</summary>
    public required EapPeerOptions Eap { get; init; }

    /// <summary>What may protect the IKE SA, in order of preference.</summary>
    public IReadOnlyList<IkeOffer> IkeOffers { get; init; } =
    [
        new([new(EncryptionAlgorithm.AesGcm16, 256), new(EncryptionAlgorithm.AesGcm16, 128)],
            [PrfAlgorithm.HmacSha384, PrfAlgorithm.HmacSha256],
            [],
            [KeyExchangeMethod.Ecp256, KeyExchangeMethod.Ecp384, KeyExchangeMethod.Ecp521, KeyExchangeMethod.Modp2048]),
        new([new(EncryptionAlgorithm.AesCbc, 256), new(EncryptionAlgorithm.AesCbc, 128)],
            [PrfAlgorithm.HmacSha384, PrfAlgorithm.HmacSha256],
            [IntegrityAlgorithm.HmacSha384Trunc192, IntegrityAlgorithm.HmacSha256Trunc128],
            [KeyExchangeMethod.Ecp256, KeyExchangeMethod.Ecp384, KeyExchangeMethod.Ecp521, KeyExchangeMethod.Modp2048]),
    ];

    /// <summary>What may protect ESP, in order of preference.</summary>
    public IReadOnlyList<EspOffer> EspOffers { get; init; } = DefaultEspOffers;

    /// <summary>Whether an address of IPv6 inside is asked for beside that of IPv4, and packets of IPv6 are offered to be carried.</summary>
    public bool IPv6 { get; init; }

    /// <summary>How messages of IKE that are too long for a datagram are cut (RFC 7383), where the gateway agrees; <see langword="null"/> not to offer it.</summary>
    public IkeFragmentation? Fragmentation { get; init; } = IkeFragmentation.Default;

    /// <summary>How often an unanswered request is sent again before the gateway is given up.</summary>
    public IkeRetransmission Retransmission { get; init; } = IkeRetransmission.Default;

    /// <summary>How long the gateway may take to answer an EAP response, for which it may have to ask a person's phone.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Dead peer detection, or none.</summary>
    public IkeDeadPeerDetection? DeadPeerDetection { get; init; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), OnDemand: false);

    /// <summary>How long the tunnel's keys are used before the client asks for new ones, or no limit. The gateway's limits hold besides.</summary>
    public IkeChildLifetime? ChildLifetime { get; init; } = IkeChildLifetime.Default;

    /// <summary>How long the IKE SA's keys are used before the client asks for new ones; no limit unless set.</summary>
    public TimeSpan? IkeLifetime { get; init; }

    /// <summary>How the tunnel outlives a change of addresses (RFC 4555), where the gateway agrees; <see langword="null"/> to do without.</summary>
    public MobikeOptions? Mobike { get; init; } = MobikeOptions.Default;

    /// <summary>How often it is looked whether the system reaches the gateway from another address: see <see cref="IpsecEndpointOptions.RoamingInterval"/>.</summary>
    public TimeSpan RoamingInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How packets are carried between ESP and a TUN device.</summary>
    public IpsecDataPath DataPath { get; init; }

    /// <summary>How many threads carry them; 0 takes one for each processor.</summary>
    public int ForwardingLoops { get; init; }

    /// <summary>The most that the path to the gateway is taken to carry, in octets with all headers: see <see cref="IpsecEndpointOptions.PathMtuLimit"/>.</summary>
    public int PathMtuLimit { get; init; } = ushort.MaxValue;

    /// <summary>What computes AES-GCM in ESP.</summary>
    public AesGcmProvider EspProvider { get; init; }

    /// <summary>For tests: what the kernel is asked for at most.</summary>
    internal DataPathFeatures Features { get; init; } = DataPathFeatures.All;
}
