using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Tunnels over paths as they are: of either version of IP, that lose packets, change their order, and carry only short ones.</summary>
[SupportedOSPlatform("linux")]
public class PathTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private const int IPv4Level = 0;
    private const int MtuDiscovery = 10;
    private const int PathMtuOption = 14;

    public static TheoryData<IpsecDataPath, bool> Paths => new()
    {
        { IpsecDataPath.Offload, false },
        { IpsecDataPath.Offload, true },
        { IpsecDataPath.Plain, false },
        { IpsecDataPath.Plain, true },
    };

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void TCP_goes_both_ways_whole_where_one_packet_in_a_hundred_is_lost_and_others_are_overtaken(IpsecDataPath dataPath, bool v6)
    {
        using TunLab lab = new(new(dataPath), new(dataPath), meddling: true, v6: v6);
        Random random = new(7);
        byte[]? late = null;
        int lost = 0;
        lab.Wire!.Meddle = packet =>
        {
            if (random.Next(100) == 0)
            {
                lost++;
                return [];
            }

            if (late is null && random.Next(20) == 0)
            {
                late = packet;
                return [];
            }

            List<byte[]> passed = late is not null && random.Next(3) == 0 ? [packet, late] : [packet];
            late = passed.Count == 2 ? null : late;
            return passed;
        };
        Exchange(lab, Transfer.Megabyte / 2);

        Assert.True(lost > 5, $"only {lost} packets were lost");
        Assert.Equal((0, 0), (lab.Drops(IpsecDropReason.EspIntegrityCheck), lab.Drops(IpsecDropReason.EspContent)));
    }

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void TCP_finds_its_way_over_a_path_of_1280_octets_whose_routers_say_so(IpsecDataPath dataPath, bool v6)
    {
        using TunLab lab = new(new(dataPath), new(dataPath), meddling: true, v6: v6);
        lab.Wire!.Mtu = 1280;
        EspTunnel[] tunnels = [lab.Client.Session.Tunnel!, Assert.Single(lab.Gateway.Endpoint.Sessions).Tunnel!];
        Assert.All(tunnels, t => Assert.Equal(1500, t.PathMtu));
        long start = Stopwatch.GetTimestamp();
        while (tunnels.Any(t => t.PathMtu != 1280) && Stopwatch.GetElapsedTime(start) < Patience)
        {
            Exchange(lab, Transfer.Megabyte / 4);
        }

        // Each side knows it, tells its own TCP, and nothing is fragmented any more.
        Assert.All(tunnels, t => Assert.Equal(1280, t.PathMtu));
        Exchange(lab, 1000);
        int fragments = lab.Wire.Fragments;
        Exchange(lab, Transfer.Megabyte);
        Assert.True(lab.Drops(IpsecDropReason.PacketTooBig) > 0, "nothing was too big");
        Assert.Equal(fragments, lab.Wire.Fragments);
    }

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void Datagrams_that_may_be_fragmented_are_cut_before_they_are_sealed(IpsecDataPath dataPath, bool v6)
    {
        using TunLab lab = new(new(dataPath), new(dataPath) { PathMtuLimit = 1280 }, meddling: true, v6: v6);
        using Socket receiver = lab.GatewayNetwork.Do(() => Bound(TunLab.GatewayInside));
        using Socket sender = lab.ClientNetwork.Do(() => Bound(TunLab.ClientInside));
        sender.SetRawSocketOption(IPv4Level, MtuDiscovery, BitConverter.GetBytes(0));
        byte[] sent = new byte[1372];
        byte[] received = new byte[2000];
        for (byte round = 0; round < 10; round++)
        {
            sent.AsSpan().Fill(round);
            sender.SendTo(sent, receiver.LocalEndPoint!);
            Assert.Equal(sent, received[..receiver.Receive(received)]);
        }

        // Counted a moment after the last one has arrived.
        IpsecSession session = Assert.Single(lab.Gateway.Endpoint.Sessions);
        Eventually.Is(() => session.Counts.PacketsIn == 20, lab);
        Assert.Equal(0, lab.Wire!.Fragments);
    }

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void A_sender_of_datagrams_that_may_not_be_fragmented_is_told_how_long_they_may_be(IpsecDataPath dataPath, bool v6)
    {
        using TunLab lab = new(new(dataPath), new(dataPath) { PathMtuLimit = 1280 }, meddling: true, v6: v6);
        using Socket receiver = lab.GatewayNetwork.Do(() => Bound(TunLab.GatewayInside));
        using Socket sender = lab.ClientNetwork.Do(() => Bound(TunLab.ClientInside));
        sender.SetRawSocketOption(IPv4Level, MtuDiscovery, BitConverter.GetBytes(2));
        sender.Connect(receiver.LocalEndPoint!);
        sender.Send(new byte[1372]);
        int largest = lab.Client.Session.Tunnel!.Current.LargestInner;
        byte[] mtu = new byte[sizeof(int)];
        Eventually.Is(() => sender.GetRawSocketOption(IPv4Level, PathMtuOption, mtu) == sizeof(int) && BitConverter.ToInt32(mtu) == largest, lab);
        Assert.Equal((int)SocketError.MessageSize, sender.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error));
        Assert.Equal(1, lab.Client.Endpoint.Dropped(IpsecDropReason.PacketTooBig));
        Assert.Throws<SocketException>(() => sender.Send(new byte[1372]));
        sender.Send(new byte[largest - 28]);
        Assert.Equal(largest - 28, receiver.Receive(new byte[2000]));
        Assert.Equal(0, lab.Wire!.Fragments);
    }

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void IPv6_inside_goes_both_ways_whole_and_keeps_its_1280_octets_over_any_path(IpsecDataPath dataPath, bool v6)
    {
        using TunLab lab = new(new(dataPath), new(dataPath), meddling: true, v6: v6, v6Inside: true);
        Exchange(lab, Transfer.Megabyte, v6Inside: true);
        Assert.Equal(0, lab.Wire!.Fragments);
        Assert.Equal(0, lab.Drops(IpsecDropReason.PacketTooBig));

        // RFC 8200 §5: here the tunnel has to fragment.
        lab.Wire.Mtu = 1280;
        EspTunnel tunnel = lab.Client.Session.Tunnel!;
        long start = Stopwatch.GetTimestamp();
        while (tunnel.PathMtu != 1280 && Stopwatch.GetElapsedTime(start) < Patience)
        {
            Exchange(lab, Transfer.Megabyte / 4, v6Inside: true);
        }

        Assert.Equal(1280, tunnel.PathMtu);
        int fragments = lab.Wire.Fragments;
        Exchange(lab, Transfer.Megabyte, v6Inside: true);
        Assert.True(lab.Wire.Fragments > fragments, "nothing was fragmented");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Datagrams_that_a_sender_leaves_to_be_cut_come_out_one_by_one(bool v6Inside)
    {
        const int UdpLevel = 17;
        const int UdpSegment = 103;
        using TunLab lab = new(v6Inside: v6Inside);
        using Socket receiver = lab.GatewayNetwork.Do(() => Bound(v6Inside ? TunLab.GatewayInsideV6 : TunLab.GatewayInside));
        using Socket sender = lab.ClientNetwork.Do(() => Bound(v6Inside ? lab.Client.Configuration.AddressV6! : TunLab.ClientInside));
        sender.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(1000));
        byte[] sent = new byte[40_500];
        new Random(3).NextBytes(sent);
        sender.SendTo(sent, receiver.LocalEndPoint!);
        byte[] received = new byte[2000];
        for (int at = 0; at < sent.Length; at += 1000)
        {
            int length = receiver.Receive(received);
            Assert.Equal(sent.AsSpan(at, Math.Min(1000, sent.Length - at)), received.AsSpan(0, length));
        }
    }

    private static void Exchange(TunLab lab, int size, bool v6Inside = false)
    {
        (Socket client, Socket server) = lab.Connect(v6Inside);
        using (client)
        using (server)
        {
            Transfer.BothWays(client, server, size);
        }
    }

    private static Socket Bound(IPAddress address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
