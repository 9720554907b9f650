using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>A client and a gateway over a clock and a network of their own: what is sent may be lost, doubled or turned around.</summary>
internal sealed class Pair : IDisposable
{
    public static readonly IkeOffer Aes128Sha384 = new([new(EncryptionAlgorithm.AesCbc, 128)], [PrfAlgorithm.HmacSha384], [IntegrityAlgorithm.HmacSha384Trunc192], [KeyExchangeMethod.Ecp256]);

    public static readonly IPEndPoint ClientAddress = new(IPAddress.Parse("203.0.113.20"), 500);
    public static readonly IPEndPoint GatewayAddress = new(IPAddress.Parse("198.51.100.1"), 500);
    private static readonly Lazy<X509Certificate2> Rsa = new(() => Make(RSA.Create(2048)));
    private static readonly Lazy<X509Certificate2> Ecdsa = new(() => Make(ECDsa.Create(ECCurve.NamedCurves.nistP256)));
    private readonly List<(byte[] Datagram, IkePath Path, bool ToGateway)> _wire = [];

    public Pair(
        X509Certificate2? certificate = null, IkeOffer? ike = null, EspOffer? esp = null, int cookieThreshold = 32, int maximumHalfOpen = 1024,
        IkeDeadPeerDetection? deadPeerDetection = null, IReadOnlyList<EspOffer>? espOffers = null, IkeChildLifetime? childLifetime = null, TimeSpan? ikeLifetime = null,
        IkeFragmentation? fragmentation = null, bool offersFragmentation = true,
        MobikeOptions? mobike = null, bool withMobike = true, bool forceUdpEncapsulation = true)
    {
        IkeResponderOptions options = new()
        {
            Certificate = certificate ?? Rsa.Value,
            Identity = IkeIdentity.Fqdn("vpn.example.com"),
            IkeOffers = [ike ?? Aes128Sha384],
            EspOffers = espOffers ?? [esp ?? new EspOffer(256)],
            ChildLifetime = childLifetime,
            IkeLifetime = ikeLifetime,
            CookieThreshold = cookieThreshold,
            MaximumHalfOpen = maximumHalfOpen,
            Fragmentation = offersFragmentation ? fragmentation ?? IkeFragmentation.Default : null,
            DeadPeerDetection = deadPeerDetection,
            Mobike = withMobike ? mobike ?? MobikeOptions.Default : null,
        };
        Gateway = new IkeEndpoint(new IkeEndpointOptions { Responder = options, ForceUdpEncapsulation = forceUdpEncapsulation });
        Client = new IkeEndpoint(new IkeEndpointOptions { ForceUdpEncapsulation = forceUdpEncapsulation });
    }

    public static X509Certificate2 Certificate => Rsa.Value;

    /// <summary>A certificate by which signing takes a fraction of the time, for tests of many sessions.</summary>
    public static X509Certificate2 QuickCertificate => Ecdsa.Value;

    public IkeEndpoint Gateway { get; }

    public IkeEndpoint Client { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1000);

    /// <summary>Everything sent, in words, with "&gt;" in front towards the gateway.</summary>
    public List<string> Trace { get; } = [];

    public List<IkeEvent> GatewayEvents { get; } = [];

    public List<IkeEvent> ClientEvents { get; } = [];

    /// <summary>What happens to a datagram on its way: none to lose it, two to double it.</summary>
    public Func<byte[], bool, IEnumerable<byte[]>> Network { get; set; } = (datagram, _) => [datagram];

    /// <summary>By which path a datagram arrives, as its sender would put it: another address of the sender's where a NAT stands between, none where it is lost.</summary>
    public Func<IkePath, bool, IkePath?> Route { get; set; } = (path, _) => path;

    /// <summary>How the gateway answers its EAP rounds: null leaves the round pending.</summary>
    public Action<EapServerRoundEvent, Pair>? EapServer { get; set; } = DefaultServer;

    public Action<EapPeerRoundEvent, Pair>? EapPeer { get; set; } = DefaultPeer;

    public Action<AuthorizationEvent, Pair>? Authorize { get; set; } = (e, p) => e.Grant(
        new IkeConfiguration
        {
            Address = IPAddress.Parse("192.168.13.1"),
            Netmask = IPAddress.Broadcast,
            Dns = [IPAddress.Parse("10.106.60.12")],
            Subnets = [IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("192.168.12.0/24")],
        },
        [IkeTrafficSelector.AnyIPv4],
        p.Now);

    public Action<PeerCertificateEvent, Pair> Trust { get; set; } = (e, p) => e.Accept(p.Now);

    /// <summary>Called whenever datagrams and news have been handed out.</summary>
    public Action Moved { get; set; } = () => { };

    public byte[] ServerMsk { get; set; } = [];

    public byte[] PeerMsk { get; set; } = [];

    public static IkeInitiatorOptions ClientOptions(
        IkeOffer? ike = null, EspOffer? esp = null, IkeDeadPeerDetection? deadPeerDetection = null, IReadOnlyList<EspOffer>? espOffers = null,
        IkeChildLifetime? childLifetime = null, TimeSpan? ikeLifetime = null, IReadOnlyList<IkeTrafficSelector>? selectors = null,
        IkeFragmentation? fragmentation = null, bool offersFragmentation = true, MobikeOptions? mobike = null, bool withMobike = true) => new()
    {
        Fragmentation = offersFragmentation ? fragmentation ?? IkeFragmentation.Default : null,
        LocalSelectors = selectors ?? [IkeTrafficSelector.AnyIPv4],
        RemoteSelectors = selectors ?? [IkeTrafficSelector.AnyIPv4],
        Identity = IkeIdentity.KeyId("*$AnyConnectClient$*"),
        PeerIdentity = IkeIdentity.Fqdn("vpn.example.com"),
        IkeOffers = [ike ?? Aes128Sha384],
        EspOffers = espOffers ?? [esp ?? new EspOffer(256)],
        ChildLifetime = childLifetime,
        IkeLifetime = ikeLifetime,
        DeadPeerDetection = deadPeerDetection,
        Mobike = withMobike ? mobike ?? MobikeOptions.Default : null,
        NatTraversalPath = new IkePath(new(ClientAddress.Address, 4500), new(GatewayAddress.Address, 4500), true),
    };

    public IkeSession Connect(IkeInitiatorOptions? options = null) =>
        Client.Connect(options ?? ClientOptions(), new IkePath(ClientAddress, GatewayAddress, false), Now);

    public T Single<T>(bool gateway)
        where T : IkeEvent => (gateway ? GatewayEvents : ClientEvents).OfType<T>().Single();

    /// <summary>Delivers until nothing moves; with a duration, lets that much time pass as well.</summary>
    public void Run(TimeSpan duration = default)
    {
        TimeSpan end = Now + duration;
        while (true)
        {
            Settle();
            TimeSpan? next = Next(Client) is { } c && (Next(Gateway) is not { } g || c < g) ? c : Next(Gateway);
            if (next is null || next > end)
            {
                Now = end;
                return;
            }

            Now = next.Value > Now ? next.Value : Now;
            Client.HandleTimeout(Now);
            Gateway.HandleTimeout(Now);
        }
    }

    /// <summary>Answers what the gateway asks its host, for a test that delivers by hand.</summary>
    public void AnswerGateway() => Answer(Gateway, GatewayEvents);

    public void Dispose()
    {
        Client.Dispose();
        Gateway.Dispose();
    }

    private static TimeSpan? Next(IkeEndpoint endpoint) => endpoint.TryGetTimeout(out TimeSpan at) ? at : null;

    private void Settle()
    {
        bool moved = true;
        while (moved)
        {
            moved = Collect(Client, true) | Collect(Gateway, false);
            foreach ((byte[] datagram, IkePath path, bool toGateway) in _wire.ToArray())
            {
                (toGateway ? Gateway : Client).HandleDatagram(datagram, new IkePath(path.Remote, path.Local, path.NatTraversal), Now);
            }

            _wire.Clear();
            moved |= Answer(Client, ClientEvents) | Answer(Gateway, GatewayEvents);
            Moved();
        }
    }

    private bool Collect(IkeEndpoint endpoint, bool toGateway)
    {
        byte[] buffer = new byte[65535];
        bool any = false;
        while (endpoint.TryGetTransmit(buffer, out IkeTransmit transmit))
        {
            any = true;
            Trace.Add((toGateway ? "> " : "< ") + transmit.Description);
            foreach (byte[] datagram in Network(buffer.AsSpan(0, transmit.Length).ToArray(), toGateway))
            {
                if (Route(transmit.Path, toGateway) is { } path)
                {
                    _wire.Add((datagram, path, toGateway));
                }
            }
        }

        return any;
    }

    private bool Answer(IkeEndpoint endpoint, List<IkeEvent> log)
    {
        bool any = false;
        while (endpoint.TryGetEvent(out IkeEvent news))
        {
            any = true;
            log.Add(news);
            switch (news)
            {
                case EapServerRoundEvent round:
                    EapServer?.Invoke(round, this);
                    break;
                case EapPeerRoundEvent round:
                    EapPeer?.Invoke(round, this);
                    break;
                case AuthorizationEvent authorization:
                    Authorize?.Invoke(authorization, this);
                    break;
                case PeerCertificateEvent certificate:
                    Trust(certificate, this);
                    break;
                default:
                    break;
            }
        }

        return any;
    }

    // One round of a method whose request is "?" and whose right response is "!".
    private static void DefaultServer(EapServerRoundEvent round, Pair pair)
    {
        if (round.Packet.IsEmpty)
        {
            round.Request([1, 7, 0, 6, 6, (byte)'?'], pair.Now);
        }
        else if (round.Packet.Span.SequenceEqual((byte[])[2, 7, 0, 6, 6, (byte)'!']))
        {
            round.Success([3, 7, 0, 4], pair.ServerMsk, pair.Now);
        }
        else
        {
            round.Failure([4, 7, 0, 4], pair.Now);
        }
    }

    private static void DefaultPeer(EapPeerRoundEvent round, Pair pair)
    {
        if (round.Packet.Span[0] == 3)
        {
            round.Complete(pair.PeerMsk, pair.Now);
        }
        else
        {
            round.Respond([2, 7, 0, 6, 6, (byte)'!'], pair.Now);
        }
    }

    /// <summary>Has the network lose a datagram now and then, double it, or hold it back until the next one has passed.</summary>
    /// <param name="seed">What chance begins with.</param>
    /// <param name="oneIn">How rarely each of the three happens.</param>
    public void Meddle(int seed, int oneIn)
    {
        Random random = new(seed);
        List<(byte[] Datagram, bool ToGateway)> held = [];
        Network = (d, toGateway) =>
        {
            List<byte[]> arriving = [.. held.Where(h => h.ToGateway == toGateway).Select(h => h.Datagram)];
            held.RemoveAll(h => h.ToGateway == toGateway);
            switch (random.Next(oneIn))
            {
                case 0:
                    break;
                case 1:
                    arriving.InsertRange(0, [d, d]);
                    break;
                case 2:
                    held.Add((d, toGateway));
                    break;
                default:
                    arriving.Insert(0, d);
                    break;
            }

            return arriving;
        };
    }

    private static X509Certificate2 Make(RSA key) => Make(new CertificateRequest("CN=vpn.example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private static X509Certificate2 Make(ECDsa key) => Make(new CertificateRequest("CN=vpn.example.com", key, HashAlgorithmName.SHA256));

    private static X509Certificate2 Make(CertificateRequest request)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("vpn.example.com");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
