using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport.Datagrams;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>Datagrams taken and sent many with one system call, and one with each: both have to do the same.</summary>
public sealed class DatagramTests : IDisposable
{
    private readonly List<DatagramSocket> _sockets = [];
    private readonly ConcurrentQueue<(RadiusRemote Remote, SocketError Error)> _unsent = new();

    public static TheoryData<bool, string> Kinds => new() { { true, "127.0.0.1" }, { false, "127.0.0.1" }, { true, "::1" }, { false, "::1" } };

    [Fact]
    public void Linux_takes_many_at_once()
    {
        Assert.Equal(OperatingSystem.IsLinux(), Libc.IsAvailable);
        Assert.Equal(Libc.IsAvailable, Open("127.0.0.1", batches: true).IsBatching);
        Assert.False(Open("127.0.0.1", batches: false).IsBatching);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Datagrams_of_every_length_come_in_order_from_whom_they_are(bool batches, string address)
    {
        Skip.IfNot(address == "127.0.0.1" || HasIPv6(), "this machine has no ::1");
        DatagramSocket receiver = Open(address, batches);
        DatagramSocket connected = Open(address, batches, receiver);
        DatagramSocket free = Open(address, batches);
        byte[][] datagrams = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Repeat((byte)i, i * 4096 / 39).ToArray())];
        using (Outbox.Hold())
        {
            foreach (byte[] datagram in datagrams)
            {
                connected.Send(datagram);
                free.Send(datagram, To(receiver));
            }
        }

        Dictionary<RadiusRemote, List<byte[]>> received = Take(receiver, 2 * datagrams.Length);
        Assert.Equal(datagrams, received[To(connected)]);
        Assert.Equal(datagrams, received[To(free)]);
        Assert.Empty(_unsent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_datagram_longer_than_the_buffer_shows_by_filling_it(bool batches)
    {
        DatagramSocket receiver = Open("127.0.0.1", batches);
        Open("127.0.0.1", batches, receiver).Send(new byte[5000]);
        DatagramInput input = receiver.CreateInput(4097);
        Assert.Equal(1, input.Receive());
        Assert.Equal(4097, input[0].Length);
    }

    [Fact]
    public void What_a_thread_sends_while_it_handles_input_leaves_when_it_is_handled_and_no_later_than_a_little_after()
    {
        DatagramSocket receiver = Open("127.0.0.1", batches: true);
        DatagramSocket sender = Open("127.0.0.1", batches: true, receiver);
        using (Outbox.Scope scope = Outbox.Hold())
        {
            sender.Send([1]);
            using (Outbox.Hold())
            {
                sender.Send([2]);
            }

            Assert.Equal(receiver.IsBatching ? 0 : 2, receiver.Socket.Available);
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    scope.Pace();
                    return receiver.Socket.Available > 0;
                },
                TimeSpan.FromSeconds(20)));
            sender.Send([3]);
        }

        sender.Send([4]);
        Assert.Equal([1, 2, 3, 4], Take(receiver, 4)[To(sender)].SelectMany(d => d));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_cannot_be_sent_is_told_and_keeps_nothing_else_back(bool batches)
    {
        DatagramSocket receiver = Open("127.0.0.1", batches);
        DatagramSocket sender = Open("127.0.0.1", batches);
        RadiusRemote nowhere = new(new IPEndPoint(IPAddress.Broadcast, 1812));
        using (Outbox.Hold())
        {
            sender.Send([1], To(receiver));
            sender.Send([2], nowhere);
            sender.Send([3], To(receiver));
        }

        Assert.Equal([1, 3], Take(receiver, 2)[To(sender)].SelectMany(d => d));
        Assert.Equal(nowhere, Assert.Single(_unsent).Remote);
        sender.Dispose();
        using (Outbox.Hold())
        {
            sender.Send([4], To(receiver));
        }

        Assert.Equal((To(receiver), SocketError.Shutdown), _unsent.Last());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_port_that_nobody_listens_on_is_reported_and_a_closed_socket_ends_the_wait(bool batches)
    {
        DatagramSocket receiver = Open("127.0.0.1", batches);
        DatagramSocket sender = Open("127.0.0.1", batches, receiver);
        receiver.Dispose();
        sender.Send([1]);
        DatagramInput input = sender.CreateInput(16);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => input.Receive()).SocketErrorCode);

        using ManualResetEventSlim ended = new();
        Thread reader = new(() =>
        {
            try
            {
                while (true)
                {
                    input.Receive();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                ended.Set();
            }
        });
        reader.Start();
        Thread.Sleep(20);
        sender.Dispose();
        Assert.True(ended.Wait(TimeSpan.FromSeconds(20)));
        reader.Join();
    }

    [Fact]
    public void Taking_and_sending_many_allocates_nothing()
    {
        DatagramSocket receiver = Open("127.0.0.1", batches: true);
        DatagramSocket sender = Open("127.0.0.1", batches: true);
        DatagramInput input = receiver.CreateInput(4097);
        byte[] datagram = new byte[100];
        RadiusRemote remote = To(receiver);
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (Outbox.Hold())
            {
                for (int i = 0; i < 50; i++)
                {
                    sender.Send(datagram, remote);
                }
            }

            ulong sum = 0;
            for (int left = 50; left > 0;)
            {
                int count = input.Receive();
                for (int i = 0; i < count; i++)
                {
                    sum += (ulong)input[i].Length + input.SenderOf(i).Port;
                }

                left -= count;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.NotEqual(0ul, sum);
        }

        Assert.True(allocated == 0 || !receiver.IsBatching, $"{allocated} octets");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_proxy_forwards_a_burst_whichever_way_its_sockets_work(bool front, bool back)
    {
        await using RadiusServer home = Serve(back, (request, _) => Echo(request));
        await using RadiusClient client = Client(back, home);
        await using RadiusServer proxy = Serve(front, new RadiusForwarder(client).HandleAsync);
        await using RadiusClient device = Client(front, proxy);

        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            device.SendAsync(RadiusCode.AccessRequest, (ref Security.RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, $"user{i}"))));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"user{i}"), replies.Select(r => r!.Packet.GetString(UserName)));
        Assert.Equal(0, proxy.Dropped(RadiusDropReason.SendFailed));
    }

    [Fact]
    public async Task A_handler_that_blocks_until_another_server_answers_gets_its_answer()
    {
        await using RadiusServer home = Serve(true, (request, _) => Echo(request));
        await using RadiusClient client = Client(true, home);
        await using RadiusServer server = Serve(true, (request, cancellationToken) =>
        {
            string user = request.Packet.GetString(UserName)!;
            RadiusReply reply = client.SendAsync(RadiusCode.AccessRequest, (ref Security.RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, user), cancellationToken: cancellationToken).GetAwaiter().GetResult()!;
            return request.CreateReply(reply.Packet.Code).AsTask();
        });
        await using RadiusClient device = Client(true, server);

        RadiusReply? reply = await device.SendAsync(RadiusCode.AccessRequest, (ref Security.RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));

        Assert.True(reply!.IsAccepted);
    }

    public void Dispose() => _sockets.ForEach(s => s.Dispose());

    private static ValueTask<RadiusResponse> Echo(RadiusRequest request)
    {
        string user = request.Packet.GetString(UserName)!;
        return request.CreateReply(RadiusCode.AccessAccept, user, static (ref Security.RadiusPacketWriter w, string name) => w.Add(UserName, name)).AsTask();
    }

    private static RadiusServer Serve(bool batches, RadiusHandler handler)
    {
        RadiusServer server = new(
            new RadiusServerOptions { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0)) { Batches = batches }], Peers = Peers() },
            new RadiusHandlers { Access = handler });
        server.Start();
        return server;
    }

    // Tried once: what is lost here is no bad luck.
    private static RadiusClient Client(bool batches, RadiusServer server) => new(new RadiusClientOptions
    {
        Servers = [new RadiusUpstream(server.EndPoints[0], Secret) { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(20), 1) }],
        Batches = batches,
    });

    private static RadiusRemote To(DatagramSocket socket) => new((IPEndPoint)socket.Socket.LocalEndPoint!);

    private static Dictionary<RadiusRemote, List<byte[]>> Take(DatagramSocket socket, int count)
    {
        DatagramInput input = socket.CreateInput(4097);
        Dictionary<RadiusRemote, List<byte[]>> received = [];
        while (count > 0)
        {
            int taken = input.Receive();
            for (int i = 0; i < taken; i++)
            {
                RadiusRemote sender = input.SenderOf(i);
                received.TryAdd(sender, []);
                received[sender].Add(input[i].ToArray());
            }

            count -= taken;
        }

        return received;
    }

    private DatagramSocket Open(string address, bool batches, DatagramSocket? peer = null)
    {
        IPEndPoint local = new(IPAddress.Parse(address), 0);
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20, ReceiveTimeout = 20_000 };
        socket.Bind(local);
        if (peer is not null)
        {
            socket.Connect(peer.Socket.LocalEndPoint!);
        }

        DatagramSocket opened = new(socket, batches, (remote, error) => _unsent.Enqueue((remote, error)));
        _sockets.Add(opened);
        return opened;
    }
}
