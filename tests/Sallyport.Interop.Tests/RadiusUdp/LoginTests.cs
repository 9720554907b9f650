using System.Net;
using System.Security.Cryptography;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Interop.Tests.RadiusUdp;

/// <summary>Our RADIUS client against Debian's FreeRADIUS, by every method.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private FreeRadius? _server;
    private readonly List<IAsyncDisposable> _running = [];

    public async Task InitializeAsync()
    {
        try
        {
            Peer.RequirePrograms("freeradius");
        }
        catch (SkipException)
        {
            // Each test says so itself.
            return;
        }

        _running.Add(_server = await FreeRadius.StartAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Passwords_are_asked_about_by_PAP_CHAP_and_MSCHAPv2()
    {
        Peer.RequirePrograms("freeradius");

        RadiusClient client = Client();

        Assert.True((await client.PapAsync("alice", "alice-pw"))!.IsAccepted);
        Assert.True((await client.ChapAsync("alice", "alice-pw"))!.IsAccepted);
        Assert.Equal(RadiusOutcome.Accepted, (await client.MsChap2Async("alice", "alice-pw"))!.Outcome);
        Assert.Equal(RadiusOutcome.Accepted, (await client.MsChap2Async("weakdes", "pw129497"))!.Outcome);
        Assert.Equal(RadiusOutcome.Rejected, (await client.MsChap2Async("alice", "wrong"))!.Outcome);
        Assert.True((await client.StatusAsync(client.Servers[0]))!.IsAccepted);
    }

    [SkippableTheory]
    [InlineData(EapMethodType.Md5Challenge, "alice", "alice-pw", true)]
    [InlineData(EapMethodType.GenericTokenCard, "alice", "alice-pw", true)]
    [InlineData(EapMethodType.MsChapV2, "alice", "alice-pw", true)]
    [InlineData(EapMethodType.MsChapV2, "weakdes", "pw129497", true)]
    [InlineData(EapMethodType.Md5Challenge, "alice", "wrong", false)]
    [InlineData(EapMethodType.GenericTokenCard, "alice", "wrong", false)]
    [InlineData(EapMethodType.MsChapV2, "alice", "wrong", false)]
    [InlineData(EapMethodType.MsChapV2, "mallory", "alice-pw", false)]
    public async Task An_EAP_peer_logs_in_with_the_right_password_only_and_its_keys_are_the_servers(EapMethodType method, string user, string password, bool accepted)
    {
        Peer.RequirePrograms("freeradius");
        EapPeer peer = new(new EapPeerOptions { Identity = user, Password = EapPassword.FromText(password), Methods = [method], Random = RandomNumberGenerator.Fill });
        RadiusEapConversation conversation = new(Client(), user, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(Rfc2865.NasIpAddress, IPAddress.Loopback));

        // The device asks for the identity itself; all further requests are the server's.
        byte[] packet = [1, 0, 0, 5, 1];
        byte[] response = new byte[1020];
        Assert.Equal(EapPeerOutcome.Respond, peer.Handle(packet, response, out int length));
        RadiusReply? reply = await conversation.SendAsync(response.AsMemory(0, length));
        int rounds = 0;
        while (reply is { Outcome: RadiusOutcome.Challenged } && rounds++ < 10)
        {
            EapPeerOutcome outcome = peer.Handle(RadiusEapConversation.EapOf(reply), response, out length);
            Assert.True(outcome == EapPeerOutcome.Respond, $"{outcome} in round {rounds}\n{_server!.Log}");
            reply = await conversation.SendAsync(response.AsMemory(0, length));
        }

        Assert.NotNull(reply);
        Assert.Equal(accepted ? RadiusOutcome.Accepted : RadiusOutcome.Rejected, reply.Outcome);
        Assert.Equal(accepted ? EapPeerOutcome.Success : EapPeerOutcome.Failure, peer.Handle(RadiusEapConversation.EapOf(reply), response, out _));
        if (accepted && method == EapMethodType.MsChapV2)
        {
            byte[] receive = new byte[253], send = new byte[253];
            Assert.True(reply.TryDecrypt(MicrosoftVsa.MsMppeRecvKey, receive, out int receiveLength));
            Assert.True(reply.TryDecrypt(MicrosoftVsa.MsMppeSendKey, send, out int sendLength));
            Assert.Equal(Convert.ToHexString(peer.MasterSessionKey[..32]), Convert.ToHexString(receive.AsSpan(0, receiveLength)) + Convert.ToHexString(send.AsSpan(0, sendLength)));
        }
    }

    private RadiusClient Client()
    {
        // Debian 12's FreeRADIUS is older than CVE-2024-3596, and signs no reply that carries no EAP.
        RadiusUpstream upstream = new(_server!.Endpoint, new RadiusSecret(FreeRadius.Secret)) { RequireMessageAuthenticator = false };
        RadiusClient client = new(new RadiusClientOptions { Servers = [upstream] });
        _running.Add(client);
        return client;
    }
}
