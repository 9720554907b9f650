using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Driver;

/// <summary>The data path allocates nothing per packet.</summary>
public class AllocationTests
{
    private static readonly byte[] Inner = Packets.Echo("192.168.13.1", "192.168.11.10", size: 1000);

    [Fact]
    public async Task Sealing_and_sending_allocates_nothing_per_packet()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        PlainForwarder forwarder = Forwarder(client, out UdpPort port);
        using (port)
        {
            // The loop itself allocates its buffer; a hundred times the packets must not allocate more.
            long loop = Allocations.Least(() => Send(forwarder, 10));
            Assert.Equal(loop, Allocations.Least(() => Send(forwarder, 1000)));
            Assert.True(client.Session.Counts.PacketsOut >= 2020);
        }
    }

    [Fact]
    public async Task Opening_and_delivering_allocates_nothing()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        EspTunnel sender = client.Session.Tunnel!;
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        PlainForwarder forwarder = Forwarder(session, gateway.Endpoint, out UdpPort port);
        using (port)
        {
            Sink sink = new(0);
            forwarder.Device = sink;
            SocketAddress from = session.Remote.Serialize();
            byte[][] packets = [.. Enumerable.Range(0, 600).Select(_ => Seal(sender))];
            int next = 0;
            Assert.Equal(0, Allocations.Least(() =>
            {
                for (int end = next + 100; next < end; next++)
                {
                    forwarder.Receive(packets[next], from.Buffer.Span[..from.Size], 0);
                }
            }));
            Assert.Equal(next, sink.Written);
        }
    }

    [Fact]
    public async Task Taking_in_an_IKE_message_costs_a_copy_and_its_senders_address_and_nothing_that_a_flood_could_wear_out()
    {
        await using IpsecEndpoint endpoint = IpsecEndpoint.Start(new IpsecEndpointOptions { IkePort = 0, NatTraversalPort = 0 });
        SocketAddress from = new IPEndPoint(IPAddress.Loopback, 4500).Serialize();
        using ManualResetEventSlim goOn = new();
        Task busy = endpoint.InvokeAsync(() => goOn.Wait(TimeSpan.FromSeconds(20)));

        // Buffers come from a pool; an address and its struct sockaddr are two hundred octets.
        Assert.InRange(Allocations.Least(() => endpoint.TakeIke(new byte[28], from.Buffer.Span[..from.Size], natTraversal: true)), 0, 400);
        goOn.Set();
        await busy;
    }

    private static PlainForwarder Forwarder(IpsecClient client, out UdpPort port) => Forwarder(client.Session, client.Endpoint, out port);

    private static PlainForwarder Forwarder(IpsecSession session, IpsecEndpoint endpoint, out UdpPort port)
    {
        // The tunnel was used a moment ago: no note to the IKE session is due while the test measures.
        session.Tunnel!.ShouldNoteIn(endpoint.Now.Ticks + TimeSpan.FromMinutes(1).Ticks);
        session.Tunnel.ShouldNoteOut(endpoint.Now.Ticks + TimeSpan.FromMinutes(1).Ticks);
        port = new UdpPort(IPAddress.Loopback, 0, 1 << 20);
        TunnelTable tunnels = new();
        tunnels.Add(session.Tunnel);
        return new PlainForwarder(new ForwardingParts(endpoint, port, tunnels, new DropCounter(NullLogger.Instance, TimeProvider.System, TimeSpan.FromSeconds(1)), NullLogger.Instance));
    }

    private static void Send(PlainForwarder forwarder, int count)
    {
        Task sending = forwarder.ForwardAsync(new Sink(count), CancellationToken.None);
        Assert.True(sending.IsCompletedSuccessfully);
    }

    private static byte[] Seal(EspTunnel tunnel)
    {
        byte[] packet = new byte[Inner.Length + 64];
        Assert.True(tunnel.TrySeal(Inner, packet, out int length));
        return packet[..length];
    }

    /// <summary>A device that gives a number of packets at once, and takes any.</summary>
    private sealed class Sink(int count) : IPacketDevice
    {
        private int _left = count;

        public string Name => "sink";

        public int Mtu => 1400;

        public int Written { get; private set; }

        public ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default)
        {
            Inner.CopyTo(packet);
            return ValueTask.FromResult(_left-- > 0 ? Inner.Length : 0);
        }

        public bool TryWrite(ReadOnlySpan<byte> packet)
        {
            Written++;
            return packet.SequenceEqual(Inner);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
