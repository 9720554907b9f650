using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Ipsec.Tests.Devices;

[SupportedOSPlatform("linux")]
public class TunDeviceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public void What_the_kernel_routes_into_the_device_is_read_and_what_is_written_the_kernel_receives() => NetworkNamespace.Run(() =>
    {
        TunDevice tun = TunDevice.Open("sptest%d", 1380);
        tun.AddAddress(IPAddress.Parse("192.168.13.1"), 32);
        tun.AddRoute(IPNetwork.Parse("192.168.11.0/24"));
        Assert.Equal("sptest0", tun.Name);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("192.168.13.1"), 4000));
        Assert.Equal(1380, PathMtu());
        byte[] packet = new byte[tun.Mtu];
        for (byte round = 1; round <= 3; round++)
        {
            Task<int> read = tun.ReadAsync(packet).AsTask();
            socket.SendTo([round, 2, 3], new IPEndPoint(IPAddress.Parse("192.168.11.10"), 4001));
            Assert.True(read.Wait(Patience));
            Assert.Equal([round, 2, 3], packet[28..read.Result]);
        }

        // The same packet with its ends exchanged is the answer; addresses and ports may swap places without a checksum changing.
        byte[] answer = [.. packet[..12], .. packet[16..20], .. packet[12..16], .. packet[22..24], .. packet[20..22], .. packet[24..31]];
        Assert.True(tun.TryWrite(answer));
        byte[] received = new byte[100];
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int count = socket.ReceiveFrom(received, ref from);
        Assert.Equal([3, 2, 3], received[..count]);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.168.11.10"), 4001), from);

        Assert.True(tun.DisposeAsync().AsTask().Wait(Patience));
        Assert.DoesNotContain(NetworkInterface.GetAllNetworkInterfaces(), i => i.Name == "sptest0");
        Assert.False(tun.TryWrite(answer));
        Assert.Equal(0, tun.ReadAsync(packet).AsTask().Result);
    });

    [SkippableFact]
    public void A_wait_for_a_packet_ends_by_cancellation_and_by_disposal() => NetworkNamespace.Run(() =>
    {
        TunDevice tun = TunDevice.Open("sptest%d");
        byte[] packet = new byte[tun.Mtu];
        for (int round = 0; round < 3; round++)
        {
            using CancellationTokenSource cancel = new();
            Task<int> read = tun.ReadAsync(packet, cancel.Token).AsTask();
            cancel.Cancel();
            Assert.Throws<AggregateException>(() => read.Wait(Patience));
            Assert.True(read.IsCanceled);
        }

        Task<int> last = tun.ReadAsync(packet).AsTask();
        Assert.True(tun.DisposeAsync().AsTask().Wait(Patience));
        Assert.True(last.Wait(Patience));
        Assert.Equal(0, last.Result);
    });

    [SkippableFact]
    public void A_name_that_is_taken_is_an_error_that_names_it() => NetworkNamespace.Run(() =>
    {
        TunDevice first = TunDevice.Open("sptest0");

        IOException error = Assert.Throws<IOException>(() => TunDevice.Open("sptest0"));

        Assert.Contains("sptest0", error.Message, StringComparison.Ordinal);
        Assert.True(first.DisposeAsync().AsTask().Wait(Patience));
    });

    private static int PathMtu()
    {
        const int IpLevel = 0;
        const int IpMtu = 14;
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Connect(IPAddress.Parse("192.168.11.10"), 9);
        byte[] mtu = new byte[sizeof(int)];
        probe.GetRawSocketOption(IpLevel, IpMtu, mtu);
        return BitConverter.ToInt32(mtu);
    }
}
