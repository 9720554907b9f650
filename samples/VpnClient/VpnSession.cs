using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Samples.VpnClient;

/// <summary>A login and its tunnel. Any number may live in one process.</summary>
public sealed class VpnSession : IAsyncDisposable
{
    private readonly IpsecClient _client;
    private readonly IPacketDevice _device;
    private readonly InsideHost? _inside;

    private VpnSession(VpnPlan plan, IPEndPoint gateway, IpsecClient client, IPacketDevice device)
    {
        Plan = plan;
        Gateway = gateway;
        _client = client;
        _device = device;
        _inside = device as InsideHost;
    }

    /// <summary>What was asked for.</summary>
    public VpnPlan Plan { get; }

    /// <summary>The gateway.</summary>
    public IPEndPoint Gateway { get; }

    /// <summary>The address inside.</summary>
    public IPAddress Address => _client.Configuration.Address!;

    /// <summary>DNS servers inside.</summary>
    public IReadOnlyList<IPAddress> Dns => _client.Configuration.Dns;

    /// <summary>The networks that are reached through the tunnel: those that the gateway named, else those that the tunnel carries.</summary>
    public IReadOnlyList<IPNetwork> Routes => _client.Configuration.Subnets.Count > 0
        ? _client.Configuration.Subnets
        : [.. _client.Session.RemoteSelectors.Select(s => s.TryGetNetwork(out IPNetwork network) ? network : (IPNetwork?)null).OfType<IPNetwork>()];

    /// <summary>What to show to the person, if the gateway sent something.</summary>
    public string? Banner => _client.Configuration.Banner;

    /// <summary>Where the tunnel's packets come from and go to.</summary>
    public string DeviceName => _device.Name;

    /// <summary>The tunnel.</summary>
    public IpsecSession Tunnel => _client.Session;

    /// <summary>Done once the tunnel has ended, with the reason.</summary>
    public Task<(IkeCloseReason Reason, string Detail)> Closed => _client.Closed;

    /// <summary>Logs in.</summary>
    /// <param name="options">What the person asks for.</param>
    /// <param name="loggerFactory">Where logs go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Common.ConfigurationException">What is asked for cannot be done.</exception>
    /// <exception cref="IpsecConnectException">The gateway does not answer, is not trusted, or refuses.</exception>
    /// <exception cref="IOException">The gateway's name is not known.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">No socket can be had.</exception>
    /// <exception cref="UnauthorizedAccessException">The TUN device may not be made.</exception>
    public static async Task<VpnSession> ConnectAsync(VpnClientOptions options, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        VpnPlan plan = VpnPlan.Resolve(options);
        IPEndPoint gateway = await plan.FindGatewayAsync(cancellationToken);
        using EapPassword password = EapPassword.FromText(options.Password);
        IpsecClient client = await IpsecClient.ConnectAsync(Options(plan, gateway, options, password), loggerFactory, null, cancellationToken);
        try
        {
            IPAddress address = client.Configuration.Address!;
            IPacketDevice device = options.UseTun ? OpenTun(address) : new InsideHost([new IPNetwork(address, 32)], capacity: 32, name: "inside the process");
            VpnSession session = new(plan, gateway, client, device);
            session.Route();
            client.Attach(device);
            return session;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pings a host through the tunnel.</summary>
    /// <param name="destination">The host.</param>
    /// <param name="timeout">How long to wait for its answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The round-trip time, or <see langword="null"/> where no answer came in time.</returns>
    public async Task<TimeSpan?> PingAsync(IPAddress destination, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (_inside is not null)
        {
            return await _inside.PingAsync(Address, destination, timeout, cancellationToken);
        }

        // With a TUN device the system itself asks; its routes lead into the tunnel.
        using Ping ping = new();
        PingReply reply = await ping.SendPingAsync(destination, timeout, cancellationToken: cancellationToken);
        return reply.Status == IPStatus.Success ? TimeSpan.FromMilliseconds(reply.RoundtripTime) : null;
    }

    /// <summary>Disconnects; the gateway is told.</summary>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _device.DisposeAsync();
    }

    private static IpsecClientOptions Options(VpnPlan plan, IPEndPoint gateway, VpnClientOptions options, EapPassword password) => new()
    {
        Gateway = gateway,
        NatTraversalPort = options.NatTraversalPort,
        LocalAddress = IPAddress.IsLoopback(gateway.Address) ? IPAddress.Loopback : IPAddress.Any,
        Identity = plan.Identity,
        Trust = new CertificateTrust(plan.Authorities, plan.GatewayIdentity),
        Eap = new EapPeerOptions { Identity = options.User, Password = password, Methods = [plan.Method], Random = RandomNumberGenerator.Fill },
        EspOffers = options.EspOffers.Count > 0 ? options.EspOffers : IpsecClientOptions.DefaultEspOffers,
        Retransmission = new IkeRetransmission(TimeSpan.FromSeconds(1), 1.8, 5),
        AuthenticationTimeout = plan.AuthenticationTimeout,
    };

    private static TunDevice OpenTun(IPAddress address)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("--tun works on Linux only");
        }

        TunDevice tun = TunDevice.Open();
        tun.AddAddress(address, 32);
        return tun;
    }

    // A route to everything would swallow the way to the gateway as well; it is left to the administrator.
    private void Route()
    {
        if (OperatingSystem.IsLinux() && _device is TunDevice tun)
        {
            foreach (IPNetwork network in Routes.Where(r => r.PrefixLength > 0))
            {
                tun.AddRoute(network);
            }
        }
    }
}
