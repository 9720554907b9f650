using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>What the offloading data path cannot forward is counted, and stops nothing.</summary>
[SupportedOSPlatform("linux")]
public class DataPathDropTests
{
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;

    [SkippableFact]
    public void Inner_packets_without_a_tunnel_or_beside_its_selectors_stay_here()
    {
        using TunLab lab = new();
        lab.GatewayNetwork.Do(() => lab.GatewayDevice.AddRoute(IPNetwork.Parse("192.168.14.0/24")));
        using Socket gateway = lab.GatewaySocket();
        using Socket client = lab.ClientSocket();
        gateway.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("192.168.14.1"), 9));
        Eventually.Is(() => lab.Gateway.Endpoint.Dropped(IpsecDropReason.NoTunnel) == 1, lab);

        lab.ClientNetwork.Do(() => lab.ClientDevice.AddAddress(IPAddress.Parse("192.168.13.99"), 32));
        using Socket other = lab.ClientNetwork.Do(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("192.168.13.99"), 0));
            return socket;
        });
        other.SendTo(new byte[100], gateway.LocalEndPoint!);
        Eventually.Is(() => lab.Client.Endpoint.Dropped(IpsecDropReason.SelectorsOut) == 1, lab);
        Assert.Equal((0, 1), (lab.Client.Session.Counts.PacketsOut, lab.Client.Session.Counts.DropsOut));
        Passes(client, gateway);
    }

    [SkippableFact]
    public void What_cannot_be_sent_is_counted()
    {
        using TunLab lab = new();
        using Socket client = lab.ClientSocket();
        using Socket gateway = lab.GatewaySocket();
        lab.ClientNetwork.Ip("link set cable down");
        client.SendTo(new byte[1372], gateway.LocalEndPoint!);
        Eventually.Is(() => lab.Client.Endpoint.Dropped(IpsecDropReason.NotSent) == 1, lab);
        Assert.Equal((0, 1), (lab.Client.Session.Counts.PacketsOut, lab.Client.Session.Counts.DropsOut));

        lab.ClientNetwork.Ip("link set cable up");
        Eventually.Is(() => Exchanges(client, gateway), lab);
    }

    [SkippableFact]
    public void What_the_device_does_not_take_is_counted_and_not_counted_as_delivered()
    {
        using TunLab lab = new();
        using Socket client = lab.ClientSocket();
        using Socket gateway = lab.GatewaySocket();
        Passes(client, gateway);
        IpsecSession session = Assert.Single(lab.Gateway.Endpoint.Sessions);
        Eventually.Is(() => session.Counts.PacketsIn == 1, lab);
        EspCounts before = session.Counts;
        lab.GatewayNetwork.Ip("link set gateway0 down");
        for (int i = 0; i < 10; i++)
        {
            client.SendTo(new byte[500], gateway.LocalEndPoint!);
        }

        Eventually.Is(() => lab.Gateway.Endpoint.Dropped(IpsecDropReason.Device) == 10, lab);
        Eventually.Is(() => session.Counts == before with { DropsIn = 10 }, lab);
    }

    [SkippableFact]
    public void Datagrams_that_came_as_one_are_each_what_they_are()
    {
        using TunLab lab = new();
        using Socket stranger = lab.ClientNetwork.Do(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        stranger.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(40));
        IPEndPoint to = lab.Gateway.Endpoint.NatTraversalEndPoint;
        byte[] noSuchSpi = Enumerable.Repeat((byte)7, 40).ToArray();
        byte[] notIke = new byte[33];

        stranger.SendTo([.. noSuchSpi, .. noSuchSpi, .. noSuchSpi, 0xff], to);
        stranger.SendTo([.. noSuchSpi, .. noSuchSpi, .. notIke], to);
        stranger.SendTo([.. noSuchSpi, 1, 2], to);

        IpsecEndpoint gateway = lab.Gateway.Endpoint;
        Eventually.Is(() => gateway.Dropped(IpsecDropReason.EspUnknownSpi) == 6 && gateway.Dropped(IpsecDropReason.Unclassified) == 1, lab);
        Eventually.Is(() => gateway.Dropped(IpsecDropReason.IkeMalformed) == 1, lab);
    }

    [SkippableFact]
    public void What_the_kernel_drops_before_us_is_counted_too()
    {
        using TunLab lab = new(new TunLabSide(ReceiveBufferSize: 4096, Loops: 1));
        using Socket stranger = lab.ClientNetwork.Do(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        stranger.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(1000));
        byte[] flood = new byte[60_000];
        Eventually.Is(
            () =>
        {
            stranger.SendTo(flood, lab.Gateway.Endpoint.NatTraversalEndPoint);
            return lab.Gateway.Endpoint.Dropped(IpsecDropReason.ReceiveQueue) > 0;
        });
    }

    private static void Passes(Socket from, Socket to)
    {
        byte[] datagram = [1, 2, 3];
        from.SendTo(datagram, to.LocalEndPoint!);
        byte[] received = new byte[100];
        Assert.Equal(datagram, received[..to.Receive(received)]);
    }

    private static bool Exchanges(Socket from, Socket to)
    {
        from.SendTo([1], to.LocalEndPoint!);
        return to.Poll(10_000, SelectMode.SelectRead);
    }
}
