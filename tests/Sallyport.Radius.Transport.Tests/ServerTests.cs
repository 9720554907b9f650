using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>What the server does when others misbehave, and what it says about it.</summary>
public class ServerTests
{
    private readonly Lines<RadiusServer> _log = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_handler_that_fails_is_logged_gives_no_reply_and_harms_nobody_else()
    {
        int handled = 0;
        await using RadiusServer server = Serve(Options(), (request, token) =>
            Interlocked.Increment(ref handled) == 1 ? throw new FormatException("a bug") : Accept(request, token));
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        await Eventually(() => _log.Of("HandlerFailed").Any());
        Assert.Equal(0, socket.Available);

        await socket.SendAsync(Request(1));
        Assert.Equal((byte)RadiusCode.AccessAccept, (await Receive(socket))[0]);
        Assert.Equal(2, handled);
    }

    [Fact]
    public async Task A_callback_that_fails_does_not_end_the_service()
    {
        await using RadiusServer server = Serve(Options(onDuplicate: () => throw new FormatException("a bug")), Accept);
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        byte[] first = await Receive(socket);
        await socket.SendAsync(Request(1));
        Assert.Equal(first, await Receive(socket));
        await socket.SendAsync(Request(2));
        Assert.Equal(2, (await Receive(socket))[1]);
        Assert.Single(_log.Of("CallbackFailed"));
    }

    [Fact]
    public async Task Drops_are_all_counted_and_logged_once_in_an_interval()
    {
        long metered = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument is { Name: "radius.server.drops", Meter.Name: RadiusMetrics.MeterName })
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("reason", "MessageAuthenticator")))
            {
                Interlocked.Add(ref metered, value);
            }
        });
        listener.Start();
        await using RadiusServer server = Serve(Options(), Accept);
        using UdpClient socket = Connect(server);
        byte[] wrong = Request(1, secret: new RadiusSecret("another"));
        for (int i = 0; i < 5; i++)
        {
            await socket.SendAsync(wrong);
        }

        await Eventually(() => server.Dropped(RadiusDropReason.MessageAuthenticator) == 5);
        Assert.Single(_log.Of("Dropped"));
        _time.Advance(TimeSpan.FromMinutes(1));
        await socket.SendAsync(wrong);
        await Eventually(() => server.Dropped(RadiusDropReason.MessageAuthenticator) == 6);
        await Eventually(() => _log.Of("Dropped").Count() == 2);

        Assert.Equal("dropped a datagram from 127.0.0.1: MessageAuthenticator; 5 like it since the last line", _log.Of("Dropped").Last());
        Assert.True(Interlocked.Read(ref metered) >= 6);
    }

    [SkippableFact]
    public async Task A_flood_of_forged_senders_does_not_fill_the_log()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lends every address of 127.0.0.0/8");
        const int Senders = 1300;
        await using RadiusServer server = Serve(Options(address: "192.0.2.1"), Accept);
        byte[] request = Request(1);
        for (int i = 0; i < Senders; i++)
        {
            using UdpClient socket = Connect(server, new IPAddress([127, 7, (byte)(i >> 8), (byte)i]));
            await socket.SendAsync(request);
            if (i % 100 == 99)
            {
                await Eventually(() => server.Dropped(RadiusDropReason.UnknownPeer) == i + 1);
            }
        }

        await Eventually(() => server.Dropped(RadiusDropReason.UnknownPeer) == Senders);
        Assert.Equal(1024, _log.Of("Dropped").Count());
        Assert.Single(_log.Of("DroppedMany"));

        // After an interval the quiet ones are forgotten, and whoever comes is told apart again.
        _time.Advance(TimeSpan.FromMinutes(1));
        using UdpClient later = Connect(server, new IPAddress([127, 8, 0, 1]));
        await later.SendAsync(request);
        await Eventually(() => _log.Of("Dropped").Count() == 1025);
    }

    [Fact]
    public async Task Beyond_its_capacity_it_drops_the_new_and_keeps_the_pending()
    {
        TaskCompletionSource go = new();
        await using RadiusServer server = Serve(Options(capacity: 2), async (request, token) =>
        {
            await go.Task;
            return await Accept(request, token);
        });
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        await socket.SendAsync(Request(2));
        await socket.SendAsync(Request(3));
        await Eventually(() => server.Dropped(RadiusDropReason.Overload) == 1);
        go.SetResult();
        byte[][] replies = [await Receive(socket), await Receive(socket)];
        Assert.Equal(new byte[] { 1, 2 }, replies.Select(r => r[1]).Order().ToArray());

        await socket.SendAsync(Request(3));
        Assert.Equal(3, (await Receive(socket))[1]);
    }

    [Theory]
    [InlineData(RadiusRoles.Authentication, RadiusCode.AccessAccept)]
    [InlineData(RadiusRoles.Accounting, RadiusCode.AccountingResponse)]
    [InlineData(RadiusRoles.Authentication | RadiusRoles.Accounting, RadiusCode.AccessAccept)]
    public async Task Status_Server_is_answered_by_the_ports_role_without_the_handler(RadiusRoles roles, RadiusCode code)
    {
        await using RadiusServer server = Serve(Options(roles: roles), (_, _) => throw new InvalidOperationException("not for the handler"));
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(server.EndPoints[0], Secret)] });

        RadiusReply? reply = await client.SendAsync(RadiusCode.StatusServer, (ref RadiusPacketWriter _, RadiusHop _) => { });

        Assert.Equal(code, reply!.Packet.Code);
        Assert.Empty(_log.Of("HandlerFailed"));
    }

    [Fact]
    public async Task Accounting_is_served_by_its_own_authenticator()
    {
        await using RadiusServer server = Serve(Options(), (request, _) => request.CreateReply(RadiusCode.AccountingResponse).AsTask());
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1, RadiusCode.AccountingRequest, new RadiusSecret("another")));
        await Eventually(() => server.Dropped(RadiusDropReason.Authenticator) == 1);
        await socket.SendAsync(Request(2, RadiusCode.AccountingRequest));
        Assert.Equal([(byte)RadiusCode.AccountingResponse, 2], (await Receive(socket))[..2]);
    }

    [Fact]
    public async Task Replies_to_nobody_and_oversized_datagrams_are_dropped()
    {
        await using RadiusServer server = Serve(Options(), Accept);
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Reply(Request(1), RadiusCode.AccessAccept));
        byte[] oversized = new byte[9000];
        Request(2).CopyTo(oversized, 0);
        oversized[2] = 9000 >> 8;
        oversized[3] = 9000 & 0xff;
        await socket.SendAsync(oversized);
        await Eventually(() => server.Dropped(RadiusDropReason.UnexpectedCode) == 1 && server.Dropped(RadiusDropReason.Malformed) == 1);

        await socket.SendAsync(Request(3));
        Assert.Equal(3, (await Receive(socket))[1]);
    }

    [Fact]
    public async Task Whoever_is_let_off_the_Message_Authenticator_is_named_in_a_warning()
    {
        await using RadiusServer lenient = Serve(Options(required: false), Accept);
        (LogLevel level, _, string text) = Assert.Single(_log.All);
        Assert.Equal(LogLevel.Warning, level);
        Assert.StartsWith("nas need not send a Message-Authenticator", text, StringComparison.Ordinal);

        await using RadiusServer strict = Serve(Options(), Accept);
        Assert.Single(_log.All);
    }

    [SkippableFact]
    public async Task It_serves_IPv6_as_well()
    {
        Skip.IfNot(HasIPv6(), "this machine has no ::1");
        await using RadiusServer server = Serve(Options(address: "::1", prefix: 128, listen: IPAddress.IPv6Loopback), Accept);
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(server.EndPoints[0], Secret)] });

        RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));

        Assert.Equal(RadiusCode.AccessAccept, reply!.Packet.Code);
    }

    [Fact]
    public async Task Replies_that_make_room_for_others_are_counted()
    {
        await using RadiusServer server = Serve(Options(capacity: 4), Accept);
        using UdpClient socket = Connect(server);
        for (byte i = 0; i < 7; i++)
        {
            await socket.SendAsync(Request(i));
            await Receive(socket);
        }

        Assert.Equal((4, 3), (server.Known, server.Evicted));
    }

    [Fact]
    public async Task It_is_disposed_of_twice_without_harm_and_its_handlers_are_told()
    {
        TaskCompletionSource told = new();
        RadiusServer server = Serve(Options(), async (request, token) =>
        {
            token.Register(told.SetResult);
            await Task.Delay(Timeout.Infinite, token);
            return default;
        });
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        await socket.SendAsync(Request(1));
        await Eventually(() => server.Dropped(RadiusDropReason.Pending) == 1);
        await server.DisposeAsync();
        await server.DisposeAsync();

        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(_log.Of("HandlerFailed"));
    }

    private static RadiusServerOptions Options(
        string address = "127.0.0.1", int prefix = 32, bool required = true, int capacity = 1000, RadiusRoles roles = Everything, IPAddress? listen = null, Action? onDuplicate = null) => new()
    {
        Listeners = [new RadiusUdpListener(new IPEndPoint(listen ?? IPAddress.Loopback, 0), roles) { Readers = 1 }],
        Peers = Peers(address, prefix, required),
        Limits = new RadiusReplyCacheLimits { Requests = capacity, Pending = capacity },
        OnDuplicate = onDuplicate is null ? null : (_, _, _) => onDuplicate(),
    };

    private RadiusServer Serve(RadiusServerOptions options, RadiusHandler handler)
    {
        RadiusServer server = new(options, All(handler), _log, _time);
        server.Start();
        return server;
    }
}
