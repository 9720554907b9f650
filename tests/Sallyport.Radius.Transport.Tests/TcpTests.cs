using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>Packets over a stream (RFC 6613), seen from either side of a bare TCP connection.</summary>
public sealed class TcpTests : IDisposable
{
    private readonly Lines<RadiusClient> _log = new();
    private readonly Lines<RadiusServer> _served = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TcpTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_forged_reply_leaves_the_connection_as_it_is()
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        using TcpClient server = await _listener.AcceptTcpClientAsync();
        byte[] request = await Read(server);
        Assert.NotEqual(0, request[1]);
        byte[] genuine = Reply(request, RadiusCode.AccessAccept);
        byte[] twice = [2, request[1], 0, 56, .. new byte[16], 80, 18, .. new byte[16], 80, 18, .. new byte[16]];

        await server.GetStream().WriteAsync((byte[])[.. Reply(request, RadiusCode.AccessReject, new RadiusSecret("another")), .. twice, .. genuine]);

        Assert.Equal(genuine, (await asking)!.Octets.ToArray());
        Assert.Equal((1, 1), (client.Dropped(RadiusDropReason.Authenticator), client.Dropped(RadiusDropReason.Malformed)));
        Assert.Empty(_log.Of("ConnectionLost"));
    }

    [Theory]
    [InlineData("020000130000000000000000000000000000000000")]
    [InlineData("0200ffff")]
    [InlineData("02000016000000000000000000000000000000000101")]
    public async Task What_is_no_packet_ends_the_connection_and_the_request_goes_over_another(string octets)
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        using TcpClient broken = await _listener.AcceptTcpClientAsync();
        await Read(broken);
        await broken.GetStream().WriteAsync(Convert.FromHexString(octets));
        using TcpClient server = await _listener.AcceptTcpClientAsync();
        byte[] request = await Read(server);
        await server.GetStream().WriteAsync(Reply(request, RadiusCode.AccessAccept));

        Assert.True((await asking)!.IsAccepted);
        Assert.Equal(0, await broken.GetStream().ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_silent_connection_is_asked_with_identifier_0_and_given_up_where_it_stays_silent()
    {
        await using RadiusClient client = Client(watchdog: TimeSpan.FromMilliseconds(200));
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        using TcpClient silent = await _listener.AcceptTcpClientAsync();
        await Read(silent);
        byte[] status = await Read(silent);
        Assert.Equal((12, 0), (status[0], status[1]));
        await silent.GetStream().WriteAsync(Reply(status, RadiusCode.AccessAccept));
        status = await Read(silent);
        Assert.Equal((12, 0), (status[0], status[1]));

        using TcpClient server = await _listener.AcceptTcpClientAsync();
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1]));
        await server.GetStream().WriteAsync(Reply(await Read(server), RadiusCode.AccessAccept));
        Assert.True((await asking)!.IsAccepted);
        Assert.EndsWith("no sign of life", Assert.Single(_log.Of("ConnectionLost")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        await using RadiusClient client = Client(watchdog: TimeSpan.FromMilliseconds(50), idle: TimeSpan.FromMilliseconds(10));
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        using TcpClient server = await _listener.AcceptTcpClientAsync();
        await server.GetStream().WriteAsync(Reply(await Read(server), RadiusCode.AccessAccept));
        Assert.True((await asking)!.IsAccepted);
        await Eventually(() => _log.Of("ConnectionClosed").Any());
        Assert.Empty(_log.Of("ConnectionLost"));
    }

    [Fact]
    public async Task The_server_answers_a_repeated_request_with_the_same_octets_and_handles_it_once()
    {
        int handled = 0;
        await using RadiusServer server = Serve((request, token) =>
        {
            handled++;
            return Accept(request, token);
        });
        using TcpClient nas = new();
        await nas.ConnectAsync(server.EndPoints[0]);
        byte[] request = Request(7);
        await nas.GetStream().WriteAsync(request);
        byte[] first = await Read(nas);
        await nas.GetStream().WriteAsync(request);

        Assert.Equal(first, await Read(nas));
        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task Requests_in_one_segment_and_requests_in_pieces_are_all_answered()
    {
        await using RadiusServer server = Serve(Accept);
        using TcpClient nas = new() { NoDelay = true };
        await nas.ConnectAsync(server.EndPoints[0]);
        byte[] all = [.. Enumerable.Range(0, 50).SelectMany(i => Request((byte)i))];
        await nas.GetStream().WriteAsync(all);
        Assert.Equal(Enumerable.Range(0, 50), await Identifiers(nas, 50));
        foreach (byte[] piece in all.Chunk(17))
        {
            await nas.GetStream().WriteAsync(piece);
        }

        Assert.Equal(Enumerable.Range(0, 50), await Identifiers(nas, 50));
    }

    [Fact]
    public async Task A_client_that_signs_with_another_secret_is_closed()
    {
        await using RadiusServer server = Serve(Accept);
        using TcpClient nas = new();
        await nas.ConnectAsync(server.EndPoints[0]);
        await nas.GetStream().WriteAsync(Request(1, secret: new RadiusSecret("another")));

        Assert.Equal(0, await nas.GetStream().ReadAsync(new byte[1]));
        Assert.Equal(1, server.Dropped(RadiusDropReason.MessageAuthenticator));
    }

    [Fact]
    public async Task A_client_that_sends_no_packets_is_closed_and_an_unknown_one_at_once()
    {
        await using RadiusServer server = Serve(Accept);
        using TcpClient nas = new();
        await nas.ConnectAsync(server.EndPoints[0]);
        await nas.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Equal(0, await nas.GetStream().ReadAsync(new byte[1]));

        await using RadiusServer other = Serve(Accept, "192.0.2.1");
        using TcpClient unknown = new();
        await unknown.ConnectAsync(other.EndPoints[0]);
        Assert.Equal(0, await unknown.GetStream().ReadAsync(new byte[1]));
        Assert.Equal(1, other.Dropped(RadiusDropReason.UnknownPeer));
    }

    [Fact]
    public async Task No_more_is_read_than_can_be_handled()
    {
        TaskCompletionSource go = new();
        int handled = 0;
        await using RadiusServer server = Serve(
            async (request, _) =>
            {
                Interlocked.Increment(ref handled);
                await go.Task;
                return request.CreateReply(RadiusCode.AccessAccept);
            },
            mostPending: 4);
        using TcpClient nas = new();
        await nas.ConnectAsync(server.EndPoints[0]);
        await nas.GetStream().WriteAsync((byte[])[.. Enumerable.Range(0, 20).SelectMany(i => Request((byte)i))]);
        await Eventually(() => Volatile.Read(ref handled) == 4);
        await Task.Delay(100);
        Assert.Equal(4, Volatile.Read(ref handled));
        go.SetResult();

        Assert.Equal(Enumerable.Range(0, 20), (await Identifiers(nas, 20)).Order());
        Assert.Equal(0, server.Dropped(RadiusDropReason.Overload));
    }

    [Fact]
    public async Task Client_and_server_of_ours_understand_each_other()
    {
        await using RadiusServer server = Serve(Accept);
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [RadiusUpstream.OverTcp(server.EndPoints[0], Secret)] }, _log);

        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => client.PapAsync($"user{i}", "pw")));

        Assert.All(replies, r => Assert.True(r!.IsAccepted));
        Assert.True((await client.StatusAsync(client.Servers[0]))!.IsAccepted);
    }

    private RadiusServer Serve(RadiusHandler handler, string address = "127.0.0.1", int mostPending = 1024)
    {
        RadiusServer server = new(
            new RadiusServerOptions { Listeners = [new RadiusTcpListener(new IPEndPoint(IPAddress.Loopback, 0)) { MostPending = mostPending }], Peers = Peers(address) }, All(handler), _served);
        server.Start();
        return server;
    }

    private RadiusClient Client(TimeSpan? watchdog = null, TimeSpan? idle = null) => new(
        new RadiusClientOptions
        {
            Servers = [RadiusUpstream.OverTcp(_listener.LocalEndpoint, Secret) with { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(20), 1) }],
            WatchdogInterval = watchdog ?? TimeSpan.FromSeconds(15),
            IdleTimeout = idle ?? TimeSpan.FromMinutes(2),
        },
        _log);

    private static async Task<IEnumerable<int>> Identifiers(TcpClient nas, int count)
    {
        List<int> identifiers = [];
        for (int i = 0; i < count; i++)
        {
            identifiers.Add((await Read(nas))[1]);
        }

        return identifiers;
    }

    private static async Task<byte[]> Read(TcpClient client)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        byte[] header = new byte[4];
        await client.GetStream().ReadExactlyAsync(header, patience.Token);
        byte[] packet = new byte[(header[2] << 8) | header[3]];
        header.CopyTo(packet, 0);
        await client.GetStream().ReadExactlyAsync(packet.AsMemory(4), patience.Token);
        return packet;
    }
}
