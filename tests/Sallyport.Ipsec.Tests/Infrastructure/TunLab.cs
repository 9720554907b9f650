using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
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
    public static readonly IPAddress ClientInside = IPAddress.Parse("192.168.13.1");
    private static readonly IPAddress GatewayOutside = IPAddress.Parse("10.9.0.1");
    private static readonly IPAddress ClientOutside = IPAddress.Parse("10.9.0.2");

    /// <summary>Logs in.</summary>
    public TunLab(TunLabSide? gateway = null, TunLabSide? client = null, ILoggerFactory? loggers = null)
    {
        gateway ??= new();
        client ??= new();
        GatewayNetwork = NetworkNamespace.Make();
        ClientNetwork = NetworkNamespace.Make();
        NetworkNamespace.Link(GatewayNetwork, GatewayOutside + "/24", ClientNetwork, ClientOutside + "/24");
        Gateway = GatewayNetwork.Do(() =>
        {
            GatewayDevice = TunDevice.Open("gateway%d");
            GatewayDevice.AddAddress(GatewayInside, 32);
            GatewayDevice.AddRoute(IPNetwork.Parse("192.168.13.0/24"));
            return new TestGateway(
                o =>
                {
                    o.Address = GatewayOutside;
                    o.Device = GatewayDevice;
                    o.DataPath = gateway.DataPath;
                    o.Features = gateway.Features;
                    o.ForwardingLoops = gateway.Loops;
                },
                loggers);
        });
        Client = ClientNetwork.Do(() =>
        {
            IpsecClientOptions options = Gateway.ClientOptions(localAddress: ClientOutside, dataPath: client.DataPath, features: client.Features, loops: client.Loops);
            IpsecClient connected = IpsecClient.ConnectAsync(options, loggers).GetAwaiter().GetResult();
            ClientDevice = TunDevice.Open("client%d");
            ClientDevice.AddAddress(connected.Configuration.Address!, 32);
            ClientDevice.AddRoute(IPNetwork.Parse("192.168.11.0/24"));
            connected.Attach(ClientDevice);
            return connected;
        });
    }

    public NetworkNamespace GatewayNetwork { get; }

    public NetworkNamespace ClientNetwork { get; }

    public TestGateway Gateway { get; }

    public IpsecClient Client { get; }

    public TunDevice GatewayDevice { get; private set; } = null!;

    public TunDevice ClientDevice { get; private set; } = null!;

    /// <summary>A connection of TCP through the tunnel, from the client to the gateway.</summary>
    public (Socket Client, Socket Server) Connect()
    {
        using Socket listener = GatewayNetwork.Do(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(GatewayInside, 0));
            socket.Listen();
            return socket;
        });
        Socket connection = ClientNetwork.Do(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(listener.LocalEndPoint!);
            return socket;
        });
        return (connection, listener.Accept());
    }

    public void Dispose()
    {
        Client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Gateway.DisposeAsync().AsTask().GetAwaiter().GetResult();
        ClientDevice.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GatewayDevice.DisposeAsync().AsTask().GetAwaiter().GetResult();
        ClientNetwork.Dispose();
        GatewayNetwork.Dispose();
    }
}

/// <summary>How one side forwards.</summary>
internal sealed record TunLabSide(IpsecDataPath DataPath = IpsecDataPath.Offload, DataPathFeatures Features = DataPathFeatures.All, int Loops = 2);
