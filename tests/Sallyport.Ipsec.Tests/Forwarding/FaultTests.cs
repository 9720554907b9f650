using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Whatever fails while packets are forwarded, such as a device or a log of the program's own, concerns the packets at hand and no others.</summary>
[SupportedOSPlatform("linux")]
public class FaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] Inner = Packets.Echo("192.168.13.1", "192.168.11.10", size: 100);
    private static readonly Lines Broken = new() { Failure = new IOException("the disk is full") };

    [Fact]
    public async Task A_device_that_fails_leaves_no_reader_behind_and_ends_nothing()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        using UdpPort port = new(IPAddress.Loopback, 0, 1 << 20);
        ForwardingParts inward = Parts(gateway.Endpoint, port, NullLogger.Instance, session.Tunnel!);
        using PlainForwarder receiving = new(inward) { Device = new FailingDevice() };
        Assert.Throws<IOException>(() => receiving.Receive(Seal(client), session.Tunnel!.Remote.Buffer.Span[..session.Tunnel.Remote.Size], 0));
        Assert.True(inward.Tunnels.Readers.PassedAsync().IsCompletedSuccessfully);

        // The first of its packets is one that the path does not take, which it is told of.
        client.Session.Tunnel!.PathMtu = 200;
        ForwardingParts outward = Parts(client.Endpoint, port, NullLogger.Instance, client.Session.Tunnel);
        using PlainForwarder sending = new(outward);
        FailingDevice device = new(Big(), Inner, Inner);
        await sending.ForwardAsync(device, CancellationToken.None).WaitAsync(Patience);
        Assert.Equal((1, 2), (device.Failed, client.Session.Counts.PacketsOut));
        Assert.True(outward.Tunnels.Readers.PassedAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_batch_ends_for_those_who_wait_for_its_end_whatever_fails_in_it()
    {
        await using TestGateway gateway = new();
        using UdpPort port = new(IPAddress.Loopback, 0, 1 << 20);
        ForwardingParts parts = Parts(gateway.Endpoint, port, Broken);
        using EspWorker worker = new(parts);
        worker.Begin();
        worker.Drop(IpsecDropReason.NotIp, 1);
        Assert.Throws<IOException>(worker.End);
        Assert.True(parts.Tunnels.Readers.PassedAsync().IsCompletedSuccessfully);

        worker.Begin();
        Assert.False(parts.Tunnels.Readers.PassedAsync().IsCompleted);
        worker.End();
    }

    [SkippableFact]
    public async Task A_device_that_always_has_something_leaves_time_for_the_other_direction()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "there are no TUN devices");
        await using TestGateway gateway = new();
        using UdpPort port = new(IPAddress.Loopback, 0, 1 << 20);
        using Inbox inbox = new();
        using TunToUdp outward = new(new EspWorker(Parts(gateway.Endpoint, port, NullLogger.Instance)), 0, [inbox], -1, segmenting: false);
        using TunQueue zero = NewQueue(new SafeDescriptor(Libc.Open("/dev/zero", 0)), "zero", true);

        Assert.True(await Task.Run(() => outward.TryForward(zero)).WaitAsync(Patience));
    }

    [SkippableFact]
    public async Task What_another_loop_has_handed_over_is_tried_once()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "there are no TUN devices");
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        using UdpPort port = new(IPAddress.Loopback, 0, 1 << 20);
        using Inbox inbox = new();
        using TunToUdp outward = new(new EspWorker(Parts(client.Endpoint, port, Broken, client.Session.Tunnel!)), 0, [inbox], -1, segmenting: false);
        Assert.True(inbox.TryAdd([.. new byte[VirtioNetHeader.Size], .. Inner]));

        Assert.Throws<IOException>(() => outward.TryForward(null));
        Assert.True(inbox.IsEmpty);
    }

    [SkippableFact]
    public async Task Nothing_of_a_batch_in_which_something_failed_is_delivered_by_the_next()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "there are no TUN devices");
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        using UdpPort port = new(IPAddress.Loopback, 0, 1 << 20);
        string written = Path.GetTempFileName();
        using TunQueue file = NewQueue(new SafeDescriptor(Libc.Open(written, 2)), "file", true);
        using EspWorker worker = new(Parts(gateway.Endpoint, port, NullLogger.Instance, session.Tunnel!));
        using Socket socket = Bound();
        using Socket sender = Bound();
        session.Tunnel!.MoveTo((IPEndPoint)sender.LocalEndPoint!);
        using UdpToTun inward = new(null!, worker, 0, (int)socket.SafeHandle.DangerousGetHandle(), coalesced: false, TunOffloads.None, 1400);

        // A packet, and what looks like an IKE message, for which there is nobody here.
        sender.SendTo(Seal(client), socket.LocalEndPoint!);
        sender.SendTo(new byte[32], socket.LocalEndPoint!);
        Assert.Throws<NullReferenceException>(() => inward.TryForward(file));
        sender.SendTo(Enumerable.Repeat((byte)7, 200).ToArray(), socket.LocalEndPoint!);
        Assert.True(inward.TryForward(file));

        Assert.Equal(0, new FileInfo(written).Length);
        sender.SendTo(Seal(client), socket.LocalEndPoint!);
        Assert.True(inward.TryForward(file));
        byte[] expected = [.. new byte[VirtioNetHeader.Size], .. Inner];
        Assert.Equal(expected, File.ReadAllBytes(written));
        File.Delete(written);
    }

    private static ForwardingParts Parts(IpsecEndpoint endpoint, UdpPort port, ILogger logger, EspTunnel? tunnel = null)
    {
        TunnelTable tunnels = new();
        if (tunnel is not null)
        {
            tunnels.Add(tunnel);
        }

        return new ForwardingParts(endpoint, port, tunnels, new DropCounter(logger, TimeProvider.System, TimeSpan.FromHours(1)), logger);
    }

    private static byte[] Seal(IpsecClient client)
    {
        byte[] packet = new byte[Inner.Length + EspPair.LargestOverhead];
        Assert.True(client.Session.Tunnel!.TrySeal(Inner, packet, out int length));
        return packet[..length];
    }

    // Not to be fragmented.
    private static byte[] Big()
    {
        byte[] packet = Packets.Echo("192.168.13.1", "192.168.11.10", size: 1000);
        packet[6] = 0x40;
        return packet;
    }

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern TunQueue NewQueue(SafeDescriptor descriptor, string name, bool hasHeader);

    /// <summary>A device that gives some packets and takes none.</summary>
    private sealed class FailingDevice(params byte[][] packets) : IPacketDevice
    {
        private int _next;

        public string Name => "failing";

        public int Mtu => 1400;

        public int Failed { get; private set; }

        public ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default)
        {
            byte[] next = _next < packets.Length ? packets[_next++] : [];
            next.CopyTo(packet);
            return ValueTask.FromResult(next.Length);
        }

        public bool TryWrite(ReadOnlySpan<byte> packet)
        {
            Failed++;
            throw new IOException("as devices do");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
