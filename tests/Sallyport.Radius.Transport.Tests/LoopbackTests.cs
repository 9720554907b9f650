using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>Client and server over real sockets.</summary>
public class LoopbackTests
{
    private static readonly RadiusSecret Secret = new("testing123");
    private static readonly TextKey UserName = new(1);
    private static readonly OctetsKey ProxyState = new(33);

    [Fact]
    public async Task Six_hundred_requests_at_once_are_all_answered_each_to_its_asker()
    {
        TaskCompletionSource go = new();
        int waiting = 0;
        await using RadiusServer server = Serve(async (request, _) =>
        {
            if (Interlocked.Increment(ref waiting) == 600)
            {
                go.SetResult();
            }

            await go.Task;
            string user = request.Packet.GetString(UserName)!;
            return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) => w.Add(UserName, user));
        });
        await using RadiusClient client = Client(Upstream(server) with { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(10), 3) });

        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 600).Select(i =>
            client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, $"user{i}"))));

        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"user{i}"), replies.Select(r => r!.Packet.GetString(UserName)));
    }

    [Fact]
    public async Task Where_a_reply_and_a_cancellation_meet_a_request_ends_once_and_its_identifier_is_free()
    {
        await using RadiusServer server = Serve((request, _) =>
        {
            string user = request.Packet.GetString(UserName)!;
            return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) => w.Add(UserName, user)).AsTask();
        });
        RadiusUpstream upstream = Upstream(server) with { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(10), 3) };
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [upstream], MostPorts = 1 });
        int answered = 0;
        for (int round = 0; round < 40; round++)
        {
            using CancellationTokenSource cancel = new();
            Task[] asked = [.. Enumerable.Range(0, 64).Select(async i =>
            {
                try
                {
                    RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, $"user{i}"), cancellationToken: cancel.Token);
                    Assert.Equal($"user{i}", reply!.Packet.GetString(UserName));
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                    Assert.True(cancel.IsCancellationRequested);
                }
            })];
            SpinWait.SpinUntil(() => asked[round].IsCompleted, TimeSpan.FromMilliseconds(1));
            await cancel.CancelAsync();
            await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(20));
        }

        // One port has 256 identifiers, and far more were taken.
        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 256).Select(i =>
            client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, $"user{i}"))));
        Assert.Equal(Enumerable.Range(0, 256).Select(i => $"user{i}"), replies.Select(r => r!.Packet.GetString(UserName)));
        Assert.NotEqual(0, answered);
    }

    [Fact]
    public async Task A_retransmission_is_absorbed_while_pending_and_then_gets_the_same_octets()
    {
        TaskCompletionSource go = new();
        int handled = 0;
        ConcurrentQueue<RadiusRequestKind> duplicates = new();
        await using RadiusServer server = Serve(
            async (request, _) =>
            {
                Interlocked.Increment(ref handled);
                await go.Task;
                return request.CreateReply(RadiusCode.AccessReject);
            },
            onDuplicate: (_, _, kind) => duplicates.Enqueue(kind));
        using UdpClient socket = Connect(server);
        byte[] request = Request(1, "sadks");
        await socket.SendAsync(request);
        await socket.SendAsync(request);
        await socket.SendAsync(request);
        await Eventually(() => server.Dropped(RadiusDropReason.Pending) == 2);
        go.SetResult();
        byte[] first = (await Receive(socket)).ToArray();
        await socket.SendAsync(request);
        byte[] again = (await Receive(socket)).ToArray();

        Assert.Equal(first, again);
        Assert.Equal(1, handled);
        Assert.Equal([RadiusRequestKind.Pending, RadiusRequestKind.Pending, RadiusRequestKind.Answered], duplicates);
    }

    [Fact]
    public async Task What_is_not_genuine_is_dropped_counted_and_never_handled()
    {
        int handled = 0;
        await using RadiusServer server = Serve((request, _) =>
        {
            Interlocked.Increment(ref handled);
            return request.CreateReply(RadiusCode.AccessAccept).AsTask();
        });
        using UdpClient socket = Connect(server);
        byte[] good = Request(1, "sadks");
        byte[] wrong = [.. good];
        wrong[^1] ^= 1;
        await socket.SendAsync(wrong);
        await socket.SendAsync(good.AsMemory(0, 10));
        await socket.SendAsync(new byte[4097]);
        await socket.SendAsync(Unsigned(2, "sadks"));
        await Eventually(() => server.Dropped(RadiusDropReason.MessageAuthenticator) == 1 && server.Dropped(RadiusDropReason.Malformed) == 2
            && server.Dropped(RadiusDropReason.MissingMessageAuthenticator) == 1);
        Assert.Equal(0, handled);

        await socket.SendAsync(good);
        await Receive(socket);
        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task A_device_without_Message_Authenticator_is_served_where_it_is_let_to()
    {
        await using RadiusServer server = Serve((request, _) => request.CreateReply(RadiusCode.AccessAccept).AsTask(), required: false);
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Unsigned(2, "sadks"));

        Assert.True(RadiusPacket.TryParse((await Receive(socket)).Span, out RadiusPacket reply, out _));
        Assert.Equal(RadiusPacket.HeaderSize + 2, reply.MessageAuthenticatorOffset);
    }

    [Fact]
    public async Task An_unknown_device_gets_nothing()
    {
        await using RadiusServer server = Serve((request, _) => request.CreateReply(RadiusCode.AccessAccept).AsTask(), address: "192.0.2.1");
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1, "sadks"));

        await Eventually(() => server.Dropped(RadiusDropReason.UnknownPeer) == 1);
    }

    [Fact]
    public async Task A_forged_reply_is_dropped_and_the_genuine_one_counts()
    {
        using UdpClient fake = new(new IPEndPoint(IPAddress.Loopback, 0));
        await using RadiusClient client = Client(new RadiusUpstream((IPEndPoint)fake.Client.LocalEndPoint!, Secret));
        Task<RadiusReply?> asking = client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));
        UdpReceiveResult received = await fake.ReceiveAsync();
        byte[] request = received.Buffer;
        byte[] forged = Reply(request, new RadiusSecret("wrong"));
        byte[] genuine = Reply(request, Secret);

        await fake.SendAsync(forged, received.RemoteEndPoint);
        byte[] bare = [2, request[1], 0, 20, .. new byte[16]];
        await fake.SendAsync(bare, received.RemoteEndPoint);
        await Eventually(() => client.Dropped(RadiusDropReason.Authenticator) == 2);
        Assert.False(asking.IsCompleted);
        await fake.SendAsync(genuine, received.RemoteEndPoint);

        Assert.Equal(RadiusCode.AccessReject, (await asking)!.Packet.Code);
    }

    [Fact]
    public async Task A_silent_server_is_asked_as_often_as_configured_with_the_same_octets()
    {
        using UdpClient silent = new(new IPEndPoint(IPAddress.Loopback, 0));
        await using RadiusClient client = Client(new RadiusUpstream((IPEndPoint)silent.Client.LocalEndPoint!, Secret) { Retransmission = RadiusRetransmission.Every(TimeSpan.FromMilliseconds(50), 3) });

        Assert.Null(await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks")));
        byte[] first = (await silent.ReceiveAsync()).Buffer;
        Assert.Equal(first, (await silent.ReceiveAsync()).Buffer);
        Assert.Equal(first, (await silent.ReceiveAsync()).Buffer);
        Assert.Equal(0, silent.Available);
    }

    [Fact]
    public async Task Proxy_State_comes_back_in_order()
    {
        await using RadiusServer server = Serve((request, _) => request.CreateReply(RadiusCode.AccessAccept).AsTask());
        await using RadiusClient client = Client(Upstream(server));

        RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) =>
        {
            w.Add(ProxyState, "AAA"u8);
            w.Add(ProxyState, ""u8);
            w.Add(ProxyState, "BBB"u8);
        });

        List<string> states = [];
        foreach (ReadOnlySpan<byte> state in reply!.Packet.GetAll(ProxyState))
        {
            states.Add(System.Text.Encoding.ASCII.GetString(state));
        }

        Assert.Equal(["AAA", "", "BBB"], states);
    }

    private static RadiusServer Serve(RadiusHandler handler, bool required = true, string address = "127.0.0.1", Action<IPEndPoint, byte, RadiusRequestKind>? onDuplicate = null)
    {
        RadiusServer server = new(
            new RadiusServerOptions
            {
                Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0))],
                Peers = Wires.Peers(address, required: required),
                OnDuplicate = onDuplicate,
            },
            Wires.All(handler));
        server.Start();
        return server;
    }

    private static RadiusClient Client(RadiusUpstream server) => new(new RadiusClientOptions { Servers = [server] });

    private static RadiusUpstream Upstream(RadiusServer server) => new(server.EndPoints[0], Secret);

    private static UdpClient Connect(RadiusServer server)
    {
        UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(server.EndPoints[0]);
        return socket;
    }

    private static async Task<ReadOnlyMemory<byte>> Receive(UdpClient socket)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        return (await socket.ReceiveAsync(patience.Token)).Buffer;
    }

    private static byte[] Request(byte identifier, string user)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, identifier, new byte[16]);
        writer.Add(UserName, user);
        Assert.True(writer.TryComplete(Secret, out int length));
        return buffer[..length];
    }

    // An Access-Request has a random authenticator: without a Message-Authenticator nothing in it is signed.
    private static byte[] Unsigned(byte identifier, string user) => [1, identifier, 0, (byte)(22 + user.Length), .. new byte[16], 1, (byte)(2 + user.Length), .. System.Text.Encoding.ASCII.GetBytes(user)];

    private static byte[] Reply(byte[] request, RadiusSecret secret)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessReject, request[1], request.AsSpan(4, 16));
        Assert.True(writer.TryComplete(secret, out int length));
        return buffer[..length];
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
