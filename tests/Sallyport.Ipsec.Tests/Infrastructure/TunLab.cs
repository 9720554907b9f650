using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>A gateway and a client, each with a TUN device in a network namespace of its own, joined by a cable.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunLab : IDisposable
{
    public static readonly IPAddress GatewayInside = IPAddress.Parse("192.168.11.10");
    public static readonly IPAddress GatewayInsideV6 = IPAddress.Parse("fd00:11::10");
    public static readonly IPAddress ClientInside = IPAddress.Parse("192.168.13.1");
    private static readonly IPAddress GatewayOutside = IPAddress.Parse("10.9.0.1");
    private static readonly IPAddress ClientOutside = IPAddress.Parse("10.9.0.2");
    private static readonly IPAddress GatewayOutsideV6 = IPAddress.Parse("fd00:9::1");
    private static readonly IPAddress ClientOutsideV6 = IPAddress.Parse("fd00:9::2");

    /// <summary>Logs in.</summary>
    /// <param name="gateway">How the gateway forwards.</param>
    /// <param name="client">How the client forwards.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="meddling">Whether the path between them is one to be meddled with: <see cref="Wire"/>.</param>
    /// <param name="v6">Whether that path is one of IPv6.</param>
    /// <param name="v6Inside">Whether the tunnel carries IPv6 too.</param>
    public TunLab(TunLabSide? gateway = null, TunLabSide? client = null, ILoggerFactory? loggers = null, bool meddling = false, bool v6 = false, bool v6Inside = false)
    {
        gateway ??= new();
        client ??= new();
        GatewayNetwork = NetworkNamespace.Make(v6 || v6Inside);
        ClientNetwork = NetworkNamespace.Make(v6 || v6Inside);
        (IPAddress gatewayOutside, IPAddress clientOutside) = v6 ? (GatewayOutsideV6, ClientOutsideV6) : (GatewayOutside, ClientOutside);
        if (meddling)
        {
            Wire = new TunWire(GatewayNetwork, gatewayOutside, ClientNetwork, clientOutside);
        }
        else
        {
            string prefix = v6 ? "/64" : "/24";
            NetworkNamespace.Link(GatewayNetwork, gatewayOutside + prefix, ClientNetwork, clientOutside + prefix);
        }

        Gateway = GatewayNetwork.Do(() =>
        {
            GatewayDevice = TunDevice.Open("gateway%d");
            GatewayDevice.AddAddress(GatewayInside, 32);
            GatewayDevice.AddRoute(IPNetwork.Parse("192.168.13.0/24"));
            if (v6Inside)
            {
                GatewayDevice.AddAddress(GatewayInsideV6, 128);
                GatewayDevice.AddRoute(IPNetwork.Parse("fd00:13::/64"));
            }

            return new TestGateway(
                o =>
                {
                    o.Address = gatewayOutside;
                    o.Device = GatewayDevice;
                    o.DataPath = gateway.DataPath;
                    o.Features = gateway.Features;
                    o.ForwardingLoops = gateway.Loops;
                    o.EspOffers = gateway.EspOffers ?? o.EspOffers;
                    o.ReplayWindow = gateway.ReplayWindow;
                    o.ReceiveBufferSize = gateway.ReceiveBufferSize;
                },
                loggers);
        });
        Client = ClientNetwork.Do(() =>
        {
            IpsecClientOptions options = Gateway.ClientOptions(
                localAddress: clientOutside,
                dataPath: client.DataPath,
                features: client.Features,
                loops: client.Loops,
                pathMtuLimit: client.PathMtuLimit,
                espOffers: client.EspOffers,
                v6Inside: v6Inside);
            IpsecClient connected = IpsecClient.ConnectAsync(options, loggers).GetAwaiter().GetResult();
            ClientDevice = TunDevice.Open("client%d");
            ClientDevice.AddAddress(connected.Configuration.Address!, 32);
            ClientDevice.AddRoute(IPNetwork.Parse("192.168.11.0/24"));
            if (v6Inside)
            {
                ClientDevice.AddAddress(connected.Configuration.AddressV6!, 128);
                ClientDevice.AddRoute(connected.Configuration.Subnets.Single(s => s.PrefixLength == 64));
            }

            connected.Attach(ClientDevice);
            return connected;
        });
    }

    /// <summary>The path between the two, where it is one to be meddled with.</summary>
    public TunWire? Wire { get; }

    public NetworkNamespace GatewayNetwork { get; }

    public NetworkNamespace ClientNetwork { get; }

    public TestGateway Gateway { get; }

    public IpsecClient Client { get; }

    public TunDevice GatewayDevice { get; private set; } = null!;

    public TunDevice ClientDevice { get; private set; } = null!;

    /// <summary>A connection of TCP through the tunnel, from the client to the gateway.</summary>
    /// <param name="v6">Whether it is one of IPv6.</param>
    public (Socket Client, Socket Server) Connect(bool v6 = false)
    {
        IPAddress inside = v6 ? GatewayInsideV6 : GatewayInside;
        using Socket listener = GatewayNetwork.Do(() =>
        {
            Socket socket = new(inside.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(inside, 0));
            socket.Listen();
            return socket;
        });
        Socket connection = ClientNetwork.Do(() =>
        {
            Socket socket = new(inside.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(listener.LocalEndPoint!);
            return socket;
        });
        return (connection, listener.Accept());
    }

    /// <summary>How many packets both sides have dropped for a reason.</summary>
    public long Drops(IpsecDropReason reason) => Gateway.Endpoint.Dropped(reason) + Client.Endpoint.Dropped(reason);

    /// <summary>A bound UDP socket of the gateway's inside.</summary>
    public Socket GatewaySocket() => Bound(GatewayNetwork, GatewayInside);

    /// <summary>A bound UDP socket of the client's inside.</summary>
    public Socket ClientSocket() => Bound(ClientNetwork, ClientInside);

    /// <summary>What either side has dropped, and the counts of its session: what a test that fails should say.</summary>
    public override string ToString() => string.Join(
        "; ",
        new[] { ("gateway", Gateway.Endpoint, Gateway.Endpoint.Sessions.Select(s => s.Counts).SingleOrDefault()), ("client", Client.Endpoint, Client.Session.Counts) }.Select(
            side => $"{side.Item1} {side.Item3} {string.Join(", ", Enum.GetValues<IpsecDropReason>().Where(r => side.Item2.Dropped(r) > 0).Select(r => $"{r} {side.Item2.Dropped(r)}"))}"));

    private static Socket Bound(NetworkNamespace network, IPAddress address) => network.Do(() =>
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    });

    public void Dispose()
    {
        Client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Gateway.DisposeAsync().AsTask().GetAwaiter().GetResult();
        ClientDevice.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GatewayDevice.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Wire?.Dispose();
        ClientNetwork.Dispose();
        GatewayNetwork.Dispose();
    }
}

/// <summary>How one side forwards.</summary>
internal sealed record TunLabSide(
    IpsecDataPath DataPath = IpsecDataPath.Offload,
    DataPathFeatures Features = DataPathFeatures.All,
    int Loops = 2,
    int PathMtuLimit = ushort.MaxValue,
    IReadOnlyList<EspOffer>? EspOffers = null,
    int ReplayWindow = 4096,
    int ReceiveBufferSize = 4 << 20);
