using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>Several servers: who is asked, who is given up, and who is trusted again; sockets are real, the clock is the test's.</summary>
public sealed class FailoverTests : IDisposable
{
    private static readonly RadiusSecret Other = new("of the second");
    private readonly FakeTimeProvider _time = new();
    private readonly Lines<RadiusClient> _log = new();
    private readonly UdpClient _first = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _second = new(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task A_request_goes_to_the_next_server_with_that_servers_secret()
    {
        await using RadiusClient client = Client(RadiusRetransmission.Every(TimeSpan.FromSeconds(2), 1));
        List<RadiusUpstream> silent = [];
        Task<RadiusReply?> asking = client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter w, RadiusHop hop) => w.Add(new EncryptedKey(2, RadiusEncryption.UserPassword), "pw"u8, hop.Secret),
            new RadiusSendOptions { OnSilent = silent.Add });
        byte[] first = await Receive(_first);
        _time.Advance(TimeSpan.FromSeconds(2));
        UdpReceiveResult request = await _second.ReceiveAsync();

        Assert.NotEqual(first.AsSpan(4, 16).ToArray(), request.Buffer.AsSpan(4, 16).ToArray());
        Assert.True(RadiusPacket.TryParse(request.Buffer, out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(packet, Other, RadiusMessageAuthenticatorPolicy.Require));
        await _second.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept, Other), request.RemoteEndPoint);
        RadiusReply reply = (await asking)!;
        Assert.Equal((client.Servers[1], client.Servers[0]), (reply.Server, Assert.Single(silent)));
    }

    [Fact]
    public async Task A_conversation_does_not_leave_its_server()
    {
        await using RadiusClient client = Client(RadiusRetransmission.Every(TimeSpan.FromSeconds(2), 1));
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        UdpReceiveResult request = await _first.ReceiveAsync();
        await _first.SendAsync(Reply(request.Buffer, RadiusCode.AccessChallenge), request.RemoteEndPoint);
        RadiusReply challenge = (await asking)!;
        asking = client.AnswerAsync(challenge, "sadks", "123456");
        await Receive(_first);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(await asking);
        Assert.Equal(0, _second.Available);
    }

    [Fact]
    public async Task An_eap_conversation_carries_its_State_and_stays_with_who_answered()
    {
        await using RadiusClient client = Client(RadiusRetransmission.Every(TimeSpan.FromSeconds(2), 1));
        RadiusEapConversation eap = new(client, "sadks");
        Task<RadiusReply?> asking = eap.SendAsync(new byte[] { 2, 1, 0, 10, 1, 115, 97, 100, 107, 115 });
        await Receive(_first);
        _time.Advance(TimeSpan.FromSeconds(2));
        UdpReceiveResult request = await _second.ReceiveAsync();
        byte[] challenge = new byte[300];
        (challenge[0], challenge[1], challenge[2], challenge[3]) = (1, 2, 1, 44);
        byte[] reply = Write(request.Buffer, RadiusCode.AccessChallenge, Other, (ref RadiusPacketWriter w) =>
        {
            w.Add(new OctetsKey(24), "of the second"u8);
            w.Add(new ConcatKey(79), challenge);
        });
        await _second.SendAsync(reply, request.RemoteEndPoint);
        Assert.Equal(challenge, RadiusEapConversation.EapOf((await asking)!));
        Assert.Equal(client.Servers[1], eap.Server);

        asking = eap.SendAsync(new byte[] { 2, 2, 0, 6, 4, 16 });
        request = await _second.ReceiveAsync();
        Assert.True(RadiusPacket.TryParse(request.Buffer, out RadiusPacket second, out _));
        Assert.True(second.TryGet(new OctetsKey(24), out ReadOnlySpan<byte> state));
        Assert.Equal("of the second"u8.ToArray(), state.ToArray());
        await _second.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept, Other), request.RemoteEndPoint);
        Assert.True((await asking)!.IsAccepted);
        Assert.Equal(0, _first.Available);
    }

    [Fact]
    public async Task A_dead_server_loses_its_requests_to_the_living_and_wins_trust_back_by_Status_Server()
    {
        await using RadiusClient client = Client(new RadiusRetransmission { Jitter = 0 });
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        Assert.Equal(1, (await Receive(_first))[0]);

        // 2 s and 6 s: sent again; at 6 s doubted and asked, three times in vain, at about 18 s given up: the request moves.
        await AdvanceUntil(() => client.StateOf(client.Servers[0]) == RadiusServerState.Dead);
        UdpReceiveResult request = await _second.ReceiveAsync();
        await _second.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept, Other), request.RemoteEndPoint);
        Assert.Equal(client.Servers[1], (await asking)!.Server);
        int probes = 0;
        while (_first.Available > 0)
        {
            probes += (await Receive(_first))[0] == (byte)RadiusCode.StatusServer ? 1 : 0;
        }

        Assert.Equal(3, probes);

        // The next one does not wait for the dead.
        asking = client.PapAsync("sadks", "pw");
        request = await _second.ReceiveAsync();
        await _second.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept, Other), request.RemoteEndPoint);
        await asking;
        for (int i = 0; i < 3; i++)
        {
            await AdvanceUntil(() => _first.Available > 0);
            request = await _first.ReceiveAsync();
            Assert.Equal((byte)RadiusCode.StatusServer, request.Buffer[0]);
            Assert.Equal(RadiusServerState.Dead, client.StateOf(client.Servers[0]));
            await _first.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept), request.RemoteEndPoint);
            await Task.Delay(20);
        }

        await Eventually(() => client.StateOf(client.Servers[0]) == RadiusServerState.Alive);
        asking = client.PapAsync("sadks", "pw");
        request = await _first.ReceiveAsync();
        await _first.SendAsync(Reply(request.Buffer, RadiusCode.AccessReject), request.RemoteEndPoint);
        Assert.Equal(client.Servers[0], (await asking)!.Server);
        Assert.Equal(["Zombie", "Dead", "Alive"], _log.Of("ServerChanged").Select(l => l.Split(' ')[3]));
    }

    [Fact]
    public async Task A_client_has_at_least_one_server_and_knows_no_others()
    {
        Assert.Throws<ArgumentException>(() => new RadiusClient(new RadiusClientOptions()));
        Assert.Throws<ArgumentException>(() => new RadiusUpstream(_first.Client.LocalEndPoint!, RadiusSecret.None));
        await using RadiusClient client = Client(RadiusRetransmission.Default);
        await Assert.ThrowsAsync<ArgumentException>(() => client.StatusAsync(new RadiusUpstream(new IPEndPoint(IPAddress.Loopback, 9), Secret)));
    }

    [Fact]
    public async Task A_host_makes_the_client_it_was_told_of()
    {
        ServiceCollection services = new();
        services.AddRadiusClient(o => o.Servers.Add(new RadiusUpstream(_first.Client.LocalEndPoint!, Secret)));
        services.AddRadiusClient("accounting", o => o.Servers.Add(new RadiusUpstream(_second.Client.LocalEndPoint!, Other)));
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(_first.Client.LocalEndPoint, provider.GetRequiredService<RadiusClient>().Servers[0].EndPoint);
        Assert.Equal(_second.Client.LocalEndPoint, provider.GetRequiredKeyedService<RadiusClient>("accounting").Servers[0].EndPoint);
    }

    private RadiusClient Client(RadiusRetransmission retransmission) => new(
        new RadiusClientOptions
        {
            Servers =
            [
                new RadiusUpstream(_first.Client.LocalEndPoint!, Secret) { Retransmission = retransmission },
                new RadiusUpstream(_second.Client.LocalEndPoint!, Other) { Retransmission = retransmission },
            ],
        },
        _log,
        _time);

    private async Task AdvanceUntil(Func<bool> condition)
    {
        for (int i = 0; i < 600 && !condition(); i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        Assert.True(condition());
    }
}
