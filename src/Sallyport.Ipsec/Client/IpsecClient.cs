using Microsoft.Extensions.Logging;
using Sallyport.Eap.Peer;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Ipsec.Client;

/// <summary>One tunnel to one gateway, with sockets of its own.</summary>
public sealed class IpsecClient : IAsyncDisposable
{
    private readonly IpsecEndpoint _endpoint;
    private readonly ClientHandler _handler;

    private IpsecClient(IpsecEndpoint endpoint, ClientHandler handler, IpsecSession session)
    {
        _endpoint = endpoint;
        _handler = handler;
        Session = session;
    }

    /// <summary>The session.</summary>
    public IpsecSession Session { get; }

    /// <summary>What the gateway assigned.</summary>
    public IkeConfiguration Configuration => Session.Configuration!;

    /// <summary>Done once the tunnel has ended, by either side, with the reason and more of it for people.</summary>
    public Task<(IkeCloseReason Reason, string Detail)> Closed => _handler.Closed;

    /// <summary>The sockets and the counts.</summary>
    public IpsecEndpoint Endpoint => _endpoint;

    /// <summary>Logs in and brings the tunnel up. Inner packets are dropped until a device is attached.</summary>
    /// <param name="options">How.</param>
    /// <param name="loggerFactory">Where logs go.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IpsecConnectException">The gateway does not answer, is not trusted, or refuses.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">No socket can be had.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public static async Task<IpsecClient> ConnectAsync(
        IpsecClientOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        IpsecEndpoint endpoint = IpsecEndpoint.Start(
            new IpsecEndpointOptions
            {
                Address = options.LocalAddress,
                IkePort = 0,
                NatTraversalPort = 0,
                DataPath = options.DataPath,
                ForwardingLoops = options.ForwardingLoops,
                RoamingInterval = options.RoamingInterval,
                PathMtuLimit = options.PathMtuLimit,
                EspProvider = options.EspProvider,
                Features = options.Features,
            },
            loggerFactory,
            timeProvider);
        try
        {
            ClientHandler handler = new(options.Trust, new EapPeer(options.Eap));
            await endpoint.ConnectAsync(options.Gateway, options.NatTraversalPort, path => Initiator(options, path), handler).ConfigureAwait(false);
            IpsecSession session = await handler.Established.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new IpsecClient(endpoint, handler, session);
        }
        catch
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets where inner packets come from and go to.</summary>
    /// <param name="device">The device; whoever made it disposes of it, after this client.</param>
    public void Attach(IPacketDevice device) => _endpoint.Attach(device);

    /// <summary>Disconnects: the gateway is told, and its answer waited for up to two seconds.</summary>
    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    private static IkeInitiatorOptions Initiator(IpsecClientOptions options, IkePath natTraversalPath) => new()
    {
        Identity = options.Identity,
        IkeOffers = options.IkeOffers,
        EspOffers = options.EspOffers,
        LocalSelectors = options.IPv6 ? [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.AnyIPv6] : [IkeTrafficSelector.AnyIPv4],
        RemoteSelectors = options.IPv6 ? [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.AnyIPv6] : [IkeTrafficSelector.AnyIPv4],
        NatTraversalPath = natTraversalPath,
        Fragmentation = options.Fragmentation,
        TrustedAuthorities = options.Trust.AuthorityHashes,
        Retransmission = options.Retransmission,
        AuthenticationTimeout = options.AuthenticationTimeout,
        DeadPeerDetection = options.DeadPeerDetection,
        ChildLifetime = options.ChildLifetime,
        IkeLifetime = options.IkeLifetime,
        Mobike = options.Mobike,
    };
}
