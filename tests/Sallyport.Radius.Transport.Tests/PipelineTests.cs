using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>From octets to reply, without a socket: what is let in, what it costs, and what it may cost at most.</summary>
public class PipelineTests
{
    private static readonly OctetsKey ProxyState = new(33);
    private readonly Lines<RadiusServer> _log = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact]
    public void A_login_that_is_answered_at_once_allocates_nothing()
    {
        byte[] user = "sadks"u8.ToArray();
        using MemorySource source = MemorySource.Serve((request, _) =>
        {
            RadiusCode code = request.Packet.TryGet(UserName, out ReadOnlySpan<byte> name) && name.SequenceEqual(user) ? RadiusCode.AccessAccept : RadiusCode.AccessReject;
            return request.CreateReply(code, user, static (ref RadiusPacketWriter writer, byte[] greeting) => writer.Add(new TextKey(18), greeting)).AsTask();
        }, limits: new RadiusReplyCacheLimits { Requests = 2048, ReplyBytes = 65536 });
        source.KeepsSent = false;
        byte[][] requests = [.. Enumerable.Range(0, 256).Select(i => Request((byte)i))];
        byte[] unknown = Request(1, secret: new RadiusSecret("another"));
        RadiusRemote stranger = new(new IPEndPoint(IPAddress.Parse("192.0.2.99"), 1));
        // Once the cache is as large as it may be.
        for (int i = 0; i < 10; i++)
        {
            RadiusRemote nas = new(new IPEndPoint(IPAddress.Loopback, 1000 + i));
            foreach (byte[] request in requests)
            {
                source.Receive(request, nas);
            }
        }

        RadiusRemote[] clients = [.. Enumerable.Range(1, 10).Select(port => new RadiusRemote(new IPEndPoint(IPAddress.Loopback, port)))];
        int runs = 0;
        Assert.Equal(0, Allocations.Least(() =>
        {
            RadiusRemote nas = clients[runs++];
            foreach (byte[] request in requests)
            {
                source.Receive(request, nas);
                source.Receive(request, nas);
                source.Receive(unknown, nas);
                source.Receive(unknown, stranger);
            }
        }));
        Assert.Equal((10 * 256) + (runs * 512), source.Count);
    }

    [Fact]
    public async Task A_flood_of_logins_that_wait_stays_within_its_limits_and_is_counted()
    {
        TaskCompletionSource go = new();
        using MemorySource source = MemorySource.Serve(
            async (request, token) =>
            {
                await go.Task;
                return request.CreateReply(RadiusCode.AccessAccept);
            },
            limits: new RadiusReplyCacheLimits { Pending = 1000, Requests = 1500, ReplyBytes = 65536 });
        byte[] request = Request(1);
        for (int i = 0; i < 50_000; i++)
        {
            source.Receive(request, new RadiusRemote(new IPEndPoint(IPAddress.Loopback, 1 + (i % 65_000))));
        }

        Assert.Equal((1000, 1000), (source.Load.Requests, source.Load.Pending));
        Assert.Equal(49_000, source.Dropped(RadiusDropReason.Overload));

        go.SetResult();
        await Eventually(() => source.Load.Pending == 0);
        Assert.Equal(1000, source.Count);
        Assert.InRange(source.Load.ReplyBytes, 0, 65536);
    }

    [Fact]
    public void Every_reason_to_drop_is_counted_as_what_it_is()
    {
        byte[] good = Request(1);
        byte[] forged = [.. good];
        forged[^1] ^= 1;
        byte[] two = Signed(2, RadiusCode.AccessRequest, (ref RadiusPacketWriter w) => w.Add(UserName, "a"));
        two = [.. two, .. two.AsSpan(20, 18)];
        two[3] += 18;
        byte[] limited = [.. Unsigned(3), 33, 3, 0];
        limited[3] += 3;
        byte[] stale = Signed(4, RadiusCode.CoaRequest, (ref RadiusPacketWriter w) => w.Add(new DateKey(55), _time.GetUtcNow().AddSeconds(-301)));
        byte[] mixed = Signed(5, RadiusCode.AccessRequest, (ref RadiusPacketWriter w) =>
        {
            w.AddRaw(new RadiusAttributeId(0, 79), [2, 1, 0, 5, 1]);
            w.AddRaw(new RadiusAttributeId(0, 2), new byte[16]);
        });
        RadiusPeers lenient = new([new RadiusPeer("nas", "127.0.0.1", Secret) { MessageAuthenticator = RadiusMessageAuthenticatorPolicy.IfPresent }]);
        RadiusPeers slow = new([new RadiusPeer("nas", "127.0.0.1", Secret) { RateLimit = new RadiusRateLimit(1, 1) }]);
        (byte[] Octets, RadiusDropReason Reason, RadiusPeers? Peers)[] cases =
        [
            ([], RadiusDropReason.Malformed, null),
            (good[..10], RadiusDropReason.Malformed, null),
            (good[..^1], RadiusDropReason.Malformed, null),
            (new byte[4097], RadiusDropReason.Malformed, null),
            (two, RadiusDropReason.Malformed, null),
            (good, RadiusDropReason.UnknownPeer, Peers("192.0.2.1")),
            (Reply(good, RadiusCode.AccessAccept), RadiusDropReason.UnexpectedCode, null),
            (forged, RadiusDropReason.MessageAuthenticator, null),
            (Unsigned(1), RadiusDropReason.MissingMessageAuthenticator, null),
            (mixed, RadiusDropReason.MixedCredentials, null),
            (Request(1, RadiusCode.AccountingRequest, new RadiusSecret("another")), RadiusDropReason.Authenticator, null),
            (Request(1, RadiusCode.DisconnectRequest, new RadiusSecret("another")), RadiusDropReason.Authenticator, null),
            (limited, RadiusDropReason.ProxyState, lenient),
            (stale, RadiusDropReason.Stale, null),
        ];
        foreach ((byte[] octets, RadiusDropReason reason, RadiusPeers? peers) in cases)
        {
            using MemorySource source = MemorySource.Serve((_, _) => throw new InvalidOperationException("not for the handler"), peers: peers, logger: _log, time: _time);
            source.Receive(octets);
            Assert.Equal([reason], Enum.GetValues<RadiusDropReason>().Where(r => source.Dropped(r) == 1));
            Assert.Equal(0, source.Count);
        }

        Assert.Empty(_log.Of("HandlerFailed"));
        using MemorySource limit = MemorySource.Serve(Accept, peers: slow, time: _time);
        limit.Receive(Request(1));
        limit.Receive(Request(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        limit.Receive(Request(3));
        Assert.Equal((2, 1), (limit.Count, limit.Dropped(RadiusDropReason.RateLimit)));

        using MemorySource broken = MemorySource.Serve(Accept);
        broken.Fails = true;
        broken.Receive(good);
        Assert.Equal(1, broken.Dropped(RadiusDropReason.SendFailed));
    }

    [Fact]
    public async Task A_request_that_waits_is_its_own_while_others_come_and_go()
    {
        TaskCompletionSource go = new();
        using MemorySource source = MemorySource.Serve(async (request, _) =>
        {
            if (request.Packet.Identifier == 1)
            {
                await go.Task;
            }

            byte identifier = request.Packet.Identifier;
            return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) => w.Add(UserName, $"{identifier}"));
        });
        source.Receive(Request(1));
        for (int i = 2; i < 250; i++)
        {
            source.Receive(Request((byte)i));
        }

        go.SetResult();
        await Eventually(() => source.Count == 249);
        Assert.All(source.Sent, reply =>
        {
            Assert.True(RadiusPacket.TryParse(reply, out RadiusPacket packet, out _));
            Assert.Equal($"{packet.Identifier}", packet.GetString(UserName));
        });
    }

    [Fact]
    public void A_second_reply_leaves_the_first_as_it_is()
    {
        using MemorySource source = MemorySource.Serve((request, _) =>
        {
            RadiusResponse first = request.CreateReply(RadiusCode.AccessReject);
            request.CreateReply(RadiusCode.AccessAccept);
            return first.AsTask();
        });

        Assert.Equal((byte)RadiusCode.AccessReject, source.Ask(Request(1))![0]);
        Assert.Equal((byte)RadiusCode.AccessReject, source.Ask(Request(2))![0]);
    }

    [Fact]
    public void A_reply_to_another_request_is_a_bug_and_goes_to_nobody()
    {
        RadiusResponse other = default;
        using MemorySource elsewhere = MemorySource.Serve((request, _) => (other = request.CreateReply(RadiusCode.AccessAccept)).AsTask());
        elsewhere.Receive(Request(1));
        using MemorySource source = MemorySource.Serve((_, _) => other.AsTask(), logger: _log);

        Assert.Null(source.Ask(Request(1)));
        Assert.Single(_log.Of("HandlerFailed"));
        Assert.Equal(0, source.Load.Requests);
    }

    [Theory]
    [InlineData(RadiusCode.CoaRequest, RadiusCode.CoaAck, RadiusCode.CoaNak)]
    [InlineData(RadiusCode.DisconnectRequest, RadiusCode.DisconnectAck, RadiusCode.DisconnectNak)]
    public void A_port_for_dynamic_authorization_acknowledges_and_refuses_with_signed_replies(RadiusCode code, RadiusCode ack, RadiusCode nak)
    {
        using MemorySource source = MemorySource.Serve((request, _) => request.CreateReply(request.Packet.Identifier == 1 ? ack : nak).AsTask(), RadiusRoles.DynamicAuthorization, time: _time);
        for (byte id = 1; id <= 2; id++)
        {
            byte[] request = Signed(id, code, (ref RadiusPacketWriter w) =>
            {
                w.Add(UserName, "sadks");
                w.Add(new DateKey(55), _time.GetUtcNow().AddSeconds(-299));
            });
            byte[] octets = source.Ask(request)!;
            Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket reply, out _));
            Assert.Equal(id == 1 ? ack : nak, reply.Code);
            Assert.True(reply.HasMessageAuthenticator);
            Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(reply, request.AsSpan(4, 16), Secret, requireMessageAuthenticator: true));
        }

        // RFC 5997 knows no Status-Server there.
        Assert.Null(source.Ask(Request(9, RadiusCode.StatusServer)));
    }

    [Fact]
    public void What_a_port_for_dynamic_authorization_does_not_handle_is_refused_as_unsupported()
    {
        RadiusHandlers handlers = new() { Disconnect = (request, _) => request.CreateReply(RadiusCode.DisconnectAck).AsTask() };
        using MemorySource source = MemorySource.Serve((request, token) => handlers.For(request.Packet.Code)!(request, token));
        Assert.Equal((byte)RadiusCode.DisconnectAck, source.Ask(Request(1, RadiusCode.DisconnectRequest))![0]);
        Assert.True(RadiusPacket.TryParse(source.Ask(Request(2, RadiusCode.CoaRequest)), out RadiusPacket reply, out _));

        // RFC 5176 §3.6: Error-Cause 406.
        Assert.Equal(RadiusCode.CoaNak, reply.Code);
        Assert.True(reply.TryGet(new IntegerKey(101), out uint cause));
        Assert.Equal(406u, cause);
    }

    [Fact]
    public void An_Event_Timestamp_may_be_demanded()
    {
        using MemorySource source = MemorySource.Serve(
            (request, _) => request.CreateReply(RadiusCode.CoaAck).AsTask(), time: _time, configure: o => o.RequireEventTimestamp = true);

        Assert.Null(source.Ask(Request(1, RadiusCode.CoaRequest)));
        Assert.Equal(1, source.Dropped(RadiusDropReason.Stale));
        Assert.NotNull(source.Ask(Signed(2, RadiusCode.CoaRequest, (ref RadiusPacketWriter w) => w.Add(new DateKey(55), _time.GetUtcNow()))));
    }

    [Fact]
    public void A_proxy_that_was_let_off_by_its_first_login_is_named_once()
    {
        RadiusPeers peers = new([new RadiusPeer("old proxy", "127.0.0.1", Secret)
        {
            MessageAuthenticator = RadiusMessageAuthenticatorPolicy.IfPresent,
            LimitProxyState = RadiusProxyStateLimit.Auto,
        }]);
        using MemorySource source = MemorySource.Serve(Accept, peers: peers, logger: _log);
        for (byte i = 0; i < 5; i++)
        {
            byte[] request = [.. Unsigned(i), 33, 3, 0];
            request[3] += 3;
            byte[] octets = source.Ask(request)!;
            Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket reply, out _));

            // However little it asks for, what it gets is signed, and the signature stands first.
            Assert.Equal(RadiusPacket.HeaderSize + 2, reply.MessageAuthenticatorOffset);
            Assert.True(reply.TryGet(ProxyState, out ReadOnlySpan<byte> state));
            Assert.Equal(1, state.Length);
        }

        Assert.StartsWith("old proxy sends Proxy-State without Message-Authenticator", Assert.Single(_log.Of("ProxyStateNotLimited")), StringComparison.Ordinal);
    }

    [Fact]
    public void In_RADIUS_1_1_the_Token_alone_makes_a_duplicate()
    {
        RadiusPeer peer = new("tls", "127.0.0.1", RadiusSecret.None);
        int handled = 0;
        using MemorySource source = MemorySource.Serve((request, _) =>
        {
            handled++;
            return request.CreateReply(RadiusCode.AccessAccept).AsTask();
        });
        byte[] request = [1, 0, 0, 25, 0, 0, 0, 7, .. new byte[12], 1, 5, (byte)'a', (byte)'b', (byte)'c'];
        source.Receive(request, MemorySource.Nas, peer);
        request[1] = 9;
        request[19] = 9;
        source.Receive(request, MemorySource.Nas, peer);
        Assert.Equal((1, 2), (handled, source.Count));
        Assert.Equal(source.Sent[0], source.Sent[1]);
        request[7] = 8;
        source.Receive(request, MemorySource.Nas, peer);
        Assert.Equal(2, handled);
    }

    private static byte[] Signed(byte identifier, RadiusCode code, RadiusAttributeWriter write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, identifier, new byte[16]);
        write(ref writer);
        Assert.True(writer.TryComplete(Secret, out int length));
        return buffer[..length];
    }

    private static byte[] Unsigned(byte identifier) => [1, identifier, 0, 23, .. new byte[16], 1, 3, (byte)'a'];
}
