using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Forwarding;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>A gateway on loopback with one person, "sadks", whose password is "open sesame", and the network 192.168.11.0/24 behind it.</summary>
internal sealed class TestGateway : IIpsecGatewayHandler, IAsyncDisposable
{
    public static readonly IPAddress InsideAddress = IPAddress.Parse("192.168.11.10");
    private readonly ConcurrentDictionary<IpsecSession, EapAuthenticator> _eap = new();
    private readonly ConcurrentDictionary<IpsecSession, TaskCompletionSource> _closed = new();
    private int _given;

    public TestGateway(Action<IpsecEndpointOptionsBuilder>? change = null, ILoggerFactory? loggers = null)
    {
        IpsecEndpointOptionsBuilder builder = new();
        change?.Invoke(builder);
        Pool = builder.Pool;
        EapDelay = builder.EapDelay;
        Endpoint = IpsecEndpoint.Start(
            new IpsecEndpointOptions
            {
                Address = builder.Address,
                DataPath = builder.DataPath,
                Features = builder.Features,
                ForwardingLoops = builder.ForwardingLoops,
                ReplayWindow = builder.ReplayWindow,
                ReceiveBufferSize = builder.ReceiveBufferSize,
                IkePort = 0,
                NatTraversalPort = 0,
                Responder = new IkeResponderOptions
                {
                    Certificate = TestPki.Gateway,
                    Identity = IkeIdentity.Fqdn(TestPki.GatewayName),
                    IkeOffers = builder.IkeOffers,
                    EspOffers = builder.EspOffers,
                    ChildLifetime = builder.ChildLifetime,
                    Mobike = builder.Mobike,
                },
                GatewayHandler = this,
                Device = builder.Device ?? Inside,
            },
            loggers);
    }

    public IpsecEndpoint Endpoint { get; }

    public InsideHost Inside { get; } = new([IPNetwork.Parse("192.168.11.0/24")], name: "behind the gateway");

    public int EapRounds { get; private set; }

    /// <summary>Where sessions have moved, in order.</summary>
    public ConcurrentQueue<IPEndPoint> Moves { get; } = [];

    private int Pool { get; }

    private Func<Task> EapDelay { get; }

    public async ValueTask<EapServerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        EapRounds++;
        EapAuthenticator eap = _eap.GetOrAdd(session, _ => new EapAuthenticator(new EapAuthenticatorOptions
        {
            Random = RandomNumberGenerator.Fill,
            Methods = identity => Methods(identity == "sadks" ? EapPassword.FromText("open sesame") : null),
        }));
        byte[] next = new byte[1020];
        int length;
        EapAuthenticatorOutcome outcome = packet.IsEmpty ? eap.Start(next, out length) : eap.Handle(packet.Span, next, out length);
        ReadOnlyMemory<byte> answer = next.AsMemory(0, length);
        if (outcome is EapAuthenticatorOutcome.Success)
        {
            await EapDelay();
            session.Tag = eap.Identity;
            return EapServerAnswer.Success(answer, eap.MasterSessionKey);
        }

        return outcome == EapAuthenticatorOutcome.Request ? EapServerAnswer.Request(answer) : EapServerAnswer.Failure(answer);
    }

    public ValueTask<AuthorizationAnswer> OnAuthorizeAsync(IpsecSession session, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref _given);
        return ValueTask.FromResult(number > Pool
            ? AuthorizationAnswer.Refuse(IkeNotifyType.InternalAddressFailure)
            : AuthorizationAnswer.Grant(
                new IkeConfiguration
                {
                    Address = new IPAddress([192, 168, (byte)(13 + (number >> 8)), (byte)number]),
                    Netmask = IPAddress.Broadcast,
                    AddressV6 = IPAddress.Parse($"fd00:13::{number:x}"),
                    Dns = [IPAddress.Parse("10.106.60.12")],
                    Subnets = [IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("192.168.12.0/24"), IPNetwork.Parse("fd00:11::/64")],
                },
                [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.AnyIPv6]));
    }

    public void OnMoved(IpsecSession session) => Moves.Enqueue(session.Remote);

    public void OnClosed(IpsecSession session, IkeCloseReason reason, string detail) => ClosedSource(session).TrySetResult();

    public Task Closed(IpsecSession session) => ClosedSource(session).Task;

    public IpsecClientOptions ClientOptions(
        string user = "sadks",
        string password = "open sesame",
        EapMethodType method = EapMethodType.MsChapV2,
        CertificateTrust? trust = null,
        IPAddress? localAddress = null,
        IpsecDataPath dataPath = IpsecDataPath.Offload,
        DataPathFeatures features = DataPathFeatures.All,
        int loops = 0,
        IReadOnlyList<EspOffer>? espOffers = null,
        IkeChildLifetime? childLifetime = null,
        int pathMtuLimit = ushort.MaxValue,
        bool v6Inside = false) => new()
    {
        Gateway = Endpoint.IkeEndPoint,
        NatTraversalPort = Endpoint.NatTraversalEndPoint.Port,
        LocalAddress = localAddress ?? IPAddress.Loopback,
        DataPath = dataPath,
        Features = features,
        ForwardingLoops = loops,
        PathMtuLimit = pathMtuLimit,
        IPv6 = v6Inside,
        Identity = IkeIdentity.KeyId("*$AnyConnectClient$*"),
        Trust = trust ?? new CertificateTrust([TestPki.Authority], IkeIdentity.Fqdn(TestPki.GatewayName)),
        Eap = new EapPeerOptions { Identity = user, Password = EapPassword.FromText(password), Methods = [method], Random = RandomNumberGenerator.Fill },
        EspOffers = espOffers ?? [new EspOffer(256), new EspOffer(128)],
        ChildLifetime = childLifetime ?? IkeChildLifetime.Default,
        Retransmission = new IkeRetransmission(TimeSpan.FromMilliseconds(500), 1.5, 6),
    };

    public async ValueTask DisposeAsync()
    {
        await Endpoint.DisposeAsync();
        await Inside.DisposeAsync();
    }

    private static List<KeyValuePair<EapMethodType, Func<IEapServerMethod>>> Methods(EapPassword? password) =>
    [
        new(EapMethodType.MsChapV2, () => new MsChapV2ServerMethod(password, RandomNumberGenerator.Fill)),
        new(EapMethodType.Md5Challenge, () => new Md5ChallengeMethod(password, RandomNumberGenerator.Fill)),
    ];

    private TaskCompletionSource ClosedSource(IpsecSession session) => _closed.GetOrAdd(session, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>What a test changes.</summary>
internal sealed class IpsecEndpointOptionsBuilder
{
    public int Pool { get; set; } = 1000;

    public IPAddress Address { get; set; } = IPAddress.Loopback;

    public IPacketDevice? Device { get; set; }

    public IpsecDataPath DataPath { get; set; }

    public DataPathFeatures Features { get; set; } = DataPathFeatures.All;

    public int ForwardingLoops { get; set; }

    public int ReplayWindow { get; set; } = 1024;

    public int ReceiveBufferSize { get; set; } = 4 << 20;

    public Func<Task> EapDelay { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<EspOffer> EspOffers { get; set; } = [new EspOffer(256), new EspOffer(128)];

    public MobikeOptions? Mobike { get; set; } = MobikeOptions.Default;

    public IkeChildLifetime? ChildLifetime { get; set; } = IkeChildLifetime.Default;

    public IReadOnlyList<IkeOffer> IkeOffers { get; set; } =
    [
        new([new(EncryptionAlgorithm.AesCbc, 128)], [PrfAlgorithm.HmacSha384], [IntegrityAlgorithm.HmacSha384Trunc192], [KeyExchangeMethod.Ecp256]),
    ];
}
