using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>The client's identifiers, its endings and its trace.</summary>
public sealed class ClientTests : IDisposable
{
    private readonly UdpClient _silent = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Lines<RadiusClient> _log = new();

    public void Dispose() => _silent.Dispose();

    [Fact]
    public async Task Identifiers_of_requests_that_were_given_up_are_used_again()
    {
        await using RadiusClient client = Client(Silent, mostPorts: 1);
        for (int round = 0; round < 3; round++)
        {
            using CancellationTokenSource giveUp = new();
            Task<RadiusReply?>[] asking = [.. Enumerable.Range(0, 256).Select(_ => Ask(client, giveUp.Token))];
            await Assert.ThrowsAsync<InvalidOperationException>(() => Ask(client));
            await giveUp.CancelAsync();
            foreach (Task<RadiusReply?> task in asking)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
            }
        }
    }

    [Fact]
    public async Task A_request_that_could_not_begin_takes_no_identifier()
    {
        await using RadiusClient client = Client(Silent, mostPorts: 1);
        for (int i = 0; i < 300; i++)
        {
            await Assert.ThrowsAsync<FormatException>(() => client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter _, RadiusHop _) => throw new FormatException("a bug")));
            await Assert.ThrowsAsync<InvalidOperationException>(() => client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, new string('x', 254))));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ask(client, new CancellationToken(canceled: true)));
        }

        Assert.Equal(0, _silent.Available);
    }

    [Fact]
    public async Task A_caller_that_blocks_where_its_reply_came_holds_up_no_other_reply()
    {
        await using RadiusClient client = Client(Silent, mostPorts: 1);
        using ManualResetEventSlim other = new();
        async Task<bool> BlockAsync()
        {
            Assert.NotNull(await Ask(client).ConfigureAwait(false));
            return other.Wait(TimeSpan.FromSeconds(20));
        }

        Task<bool> blocking = BlockAsync();
        await AnswerAsync();
        Task<RadiusReply?> second = Ask(client);
        await AnswerAsync();

        Assert.NotNull(await second.WaitAsync(TimeSpan.FromSeconds(20)));
        other.Set();
        Assert.True(await blocking);
    }

    [Fact]
    public async Task Disposal_ends_what_is_under_way_and_what_comes_after()
    {
        RadiusClient client = Client(Silent);
        Task<RadiusReply?> asking = Ask(client);
        await client.DisposeAsync();
        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Ask(client));
    }

    [Fact]
    public async Task Waits_grow_as_configured_and_the_request_is_given_up_after_the_last()
    {
        FakeTimeProvider time = new();
        await using RadiusClient client = Client(Silent with { Retransmission = new RadiusRetransmission { MaximumCount = 3, Jitter = 0 } }, time: time);
        Task<RadiusReply?> asking = client.SendAsync(RadiusCode.AccessRequest, Login);
        byte[] first = await Receive(_silent);
        foreach (double wait in new[] { 2.0, 4.0 })
        {
            time.Advance(TimeSpan.FromSeconds(wait - 0.1));
            Assert.Equal(0, _silent.Available);
            time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.Equal(first, await Receive(_silent));
        }

        time.Advance(TimeSpan.FromSeconds(7.9));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Null(await asking.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, _silent.Available);
    }

    [Fact]
    public async Task A_signed_reply_of_another_kind_is_no_answer_to_a_login()
    {
        await using RadiusClient client = Client(Silent with { RequireMessageAuthenticator = false });
        Task<RadiusReply?> asking = client.SendAsync(RadiusCode.AccessRequest, Login);
        UdpReceiveResult received = await _silent.ReceiveAsync();
        await _silent.SendAsync(Reply(received.Buffer, RadiusCode.AccountingResponse), received.RemoteEndPoint);
        await Eventually(() => client.Dropped(RadiusDropReason.UnexpectedCode) == 1);
        Assert.False(asking.IsCompleted);
        await _silent.SendAsync(Reply(received.Buffer, RadiusCode.AccessChallenge), received.RemoteEndPoint);

        Assert.Equal(RadiusCode.AccessChallenge, (await asking)!.Packet.Code);
        Assert.StartsWith($"{Silent.EndPoint} need not send a Message-Authenticator", Assert.Single(_log.Of("MessageAuthenticatorNotRequired")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_tells_every_message_and_no_secret()
    {
        const string Password = "Cisco@123 and more";
        Lines<RadiusServer> served = new();
        await using RadiusServer server = new(new RadiusServerOptions { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0))], Peers = Peers() }, All(Accept), served);
        server.Start();
        await using RadiusClient client = Client(new RadiusUpstream(server.EndPoints[0], Secret));
        IPEndPoint? local = null;
        byte identifier = 0;
        await client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter w, RadiusHop hop) =>
            {
                (local, identifier) = (hop.Local, hop.Identifier);
                w.Add(Rfc2865.UserName, "sa\ndks");
                w.Add(Rfc2865.UserPassword, System.Text.Encoding.ASCII.GetBytes(Password), hop.Secret);
            });

        Assert.Equal([$"RADIUS {local} -> {server.EndPoints[0]}: Access-Request id {identifier}, User-Name sa?dks"], _log.Of("MessageSent"));
        Assert.Equal([$"RADIUS {server.EndPoints[0]} -> {local}: Access-Accept id {identifier}"], served.Of("MessageSent"));
        Assert.DoesNotContain(_log.All.Concat(served.All), l => l.Text.Contains(Password, StringComparison.Ordinal) || l.Text.Contains(SecretText, StringComparison.Ordinal));
    }

    private RadiusUpstream Silent => new((IPEndPoint)_silent.Client.LocalEndPoint!, Secret);

    private static void Login(ref RadiusPacketWriter writer, RadiusHop hop) => writer.Add(UserName, "sadks");

    private RadiusClient Client(RadiusUpstream server, int mostPorts = 64, TimeProvider? time = null) =>
        new(new RadiusClientOptions { Servers = [server], MostPorts = mostPorts }, _log, time);

    private static Task<RadiusReply?> Ask(RadiusClient client, CancellationToken cancellationToken = default) =>
        client.SendAsync(RadiusCode.AccessRequest, Login, cancellationToken: cancellationToken);

    private async Task AnswerAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        UdpReceiveResult asked = await _silent.ReceiveAsync(patience.Token);
        byte[] reply = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(reply, RadiusCode.AccessAccept, asked.Buffer[1], asked.Buffer.AsSpan(4, 16));
        Assert.True(writer.TryComplete(Secret, out int length));
        await _silent.SendAsync(reply.AsMemory(0, length), asked.RemoteEndPoint, patience.Token);
    }
}
