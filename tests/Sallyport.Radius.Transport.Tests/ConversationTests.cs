using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>A proxy in front of two servers that take turns: a State leads back to the server that sent it (RFC 2865 §5.24).</summary>
public sealed class ConversationTests : IAsyncLifetime
{
    private static readonly byte[] EapIdentity = [2, 9, 0, 10, 1, 115, 97, 100, 107, 115];
    private readonly FakeTimeProvider _time = new();
    private readonly RadiusServer[] _homes = new RadiusServer[2];
    private readonly List<IAsyncDisposable> _running = [];
    private byte _identifier;

    public Task InitializeAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            // A challenge says who sends it; its State is the one that the request asks for by its Class.
            string name = $"home {i}";
            _homes[i] = Serve((request, _) => request.CreateReply(request.Packet.Contains(Rfc2865.State.Id) ? RadiusCode.AccessReject : RadiusCode.AccessChallenge, (ref RadiusPacketWriter w) =>
            {
                w.Add(Rfc2865.ReplyMessage, name);
                if (request.Packet.TryGet(Rfc2865.Class, out ReadOnlySpan<byte> state))
                {
                    w.Add(Rfc2865.State, state);
                }
            }).AsTask());
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_conversation_stays_with_the_server_that_sent_its_State_while_others_take_turns()
    {
        RadiusConversations conversations = new();
        using UdpClient nas = Connect(Proxy(conversations));

        string first = await Challenge(nas, "a");
        string second = await Challenge(nas, "b");
        Assert.NotEqual(first, second);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(first, await Answer(nas, "a"));
            Assert.Equal(first, await Answer(nas, "a"));
            Assert.Equal(second, await Answer(nas, "b"));
        }

        Assert.Equal(2, conversations.Count);
    }

    [Fact]
    public async Task The_same_State_given_to_two_devices_by_two_servers_leads_each_to_its_own_from_whatever_port()
    {
        RadiusServer proxy = Proxy(new RadiusConversations());
        using UdpClient one = Connect(proxy), other = Connect(proxy, IPAddress.Parse("127.0.0.2"));
        string first = await Challenge(one, "1");
        string second = await Challenge(other, "1");
        Assert.NotEqual(first, second);

        using UdpClient again = Connect(proxy);
        Assert.Equal(first, await Answer(again, "1"));
        Assert.Equal(first, await Answer(one, "1"));
        Assert.Equal(second, await Answer(other, "1"));
        Assert.Equal(second, await Answer(other, "1"));
    }

    [Fact]
    public async Task A_State_is_forgotten_in_time_and_the_oldest_where_there_are_too_many()
    {
        RadiusConversations conversations = new(_time, TimeSpan.FromSeconds(60), 2);
        using UdpClient nas = Connect(Proxy(conversations));
        string a = await Challenge(nas, "a");
        _time.Advance(TimeSpan.FromSeconds(50));
        string b = await Challenge(nas, "b");
        Assert.Equal((a, a, b, b), (await Answer(nas, "a"), await Answer(nas, "a"), await Answer(nas, "b"), await Answer(nas, "b")));

        // Ten seconds on, the first is too old: its answers take turns as any request does.
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.NotEqual(await Answer(nas, "a"), await Answer(nas, "a"));
        Assert.Equal((b, b), (await Answer(nas, "b"), await Answer(nas, "b")));

        await Challenge(nas, "c");
        await Challenge(nas, "d");
        Assert.Equal(2, conversations.Count);
        Assert.NotEqual(await Answer(nas, "b"), await Answer(nas, "b"));
    }

    [Fact]
    public async Task Where_the_server_of_a_State_is_gone_nobody_else_is_asked_and_the_device_is_told()
    {
        RadiusServer proxy = Proxy(new RadiusConversations());
        using UdpClient nas = Connect(proxy);
        string first = await Challenge(nas, "a");
        await _homes[first == "home 0" ? 0 : 1].DisposeAsync();

        byte[] reply = await InTime(Ask(nas, (ref RadiusPacketWriter w) =>
        {
            w.Add(Rfc2865.State, "a"u8);
            w.Add(Rfc3579.EapMessage, EapIdentity);
        }));
        Assert.True(RadiusPacket.TryParse(reply, out RadiusPacket reject, out _));
        Assert.Equal((RadiusCode.AccessReject, null), (reject.Code, reject.GetString(Rfc2865.ReplyMessage)));
        Assert.True(reject.TryGetRaw(Rfc3579.EapMessage.Id, out ReadOnlySpan<byte> eap));
        Assert.Equal([4, 9, 0, 4], eap.ToArray());

        // Whoever begins anew is answered by the other one.
        Assert.NotEqual(first, await InTime(Challenge(nas, "b")));
    }

    private async Task<string> Challenge(UdpClient nas, string state) => Name(await Ask(nas, (ref RadiusPacketWriter w) => w.Add(Rfc2865.Class, Encoding.ASCII.GetBytes(state))));

    private async Task<string> Answer(UdpClient nas, string state) => Name(await Ask(nas, (ref RadiusPacketWriter w) => w.Add(Rfc2865.State, Encoding.ASCII.GetBytes(state))));

    private static string Name(byte[] reply) => RadiusPacket.TryParse(reply, out RadiusPacket packet, out _) ? packet.GetString(Rfc2865.ReplyMessage)! : "";

    private async Task<byte[]> Ask(UdpClient nas, RadiusAttributeWriter write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, _identifier++, new byte[16]);
        write(ref writer);
        Assert.True(writer.TryComplete(Secret, out int length));
        await nas.SendAsync(buffer.AsMemory(0, length));
        return await Receive(nas);
    }

    // The proxy's time passes until somebody is told.
    private async Task<T> InTime<T>(Task<T> told)
    {
        while (!told.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(5);
        }

        return await told;
    }

    private RadiusServer Proxy(RadiusConversations conversations)
    {
        RadiusClient client = new(
            new RadiusClientOptions
            {
                Balance = RadiusBalance.RoundRobin,
                Servers = [.. _homes.Select(h => new RadiusUpstream(h.EndPoints[0], Secret) { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(30), 1) })],
            },
            timeProvider: _time);
        _running.Add(client);
        return Serve(new RadiusForwarder(client, RadiusSilence.Reject, conversations: conversations).HandleAsync);
    }

    private RadiusServer Serve(RadiusHandler handler)
    {
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0)) { Readers = 1 }],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.0/8", Secret)]),
        };
        RadiusServer server = new(options, All(handler));
        server.Start();
        _running.Add(server);
        return server;
    }
}
