using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>
/// The forged response of CVE-2024-3596. The attacker sees a login, puts a Proxy-State of his choice into it, gets the server's Access-Reject
/// signed with MD5 over it, and by a collision has the Response Authenticator of an Access-Accept that nobody signed. What his collision
/// would give him is given to him here: a right Response Authenticator, and no Message-Authenticator, which takes the secret itself.
/// </summary>
public class BlastRadiusTests
{
    [Fact]
    public async Task The_forged_Access_Accept_is_refused_and_the_genuine_reject_counts()
    {
        using UdpClient attacker = new(new IPEndPoint(IPAddress.Loopback, 0));
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream((IPEndPoint)attacker.Client.LocalEndPoint!, Secret)] });
        Task<RadiusReply?> asking = client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));
        UdpReceiveResult received = await attacker.ReceiveAsync();
        byte[] request = received.Buffer;
        byte[] forged = [(byte)RadiusCode.AccessAccept, request[1], 0, 26, .. request.AsSpan(4, 16), 33, 6, 1, 2, 3, 4];
        MD5.HashData([.. forged, .. Secret.Span]).CopyTo(forged, 4);
        Assert.True(RadiusPacket.TryParse(forged, out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(packet, request.AsSpan(4, 16), Secret, requireMessageAuthenticator: false));

        await attacker.SendAsync(forged, received.RemoteEndPoint);
        await Eventually(() => client.Dropped(RadiusDropReason.MessageAuthenticator) == 1);
        Assert.False(asking.IsCompleted);
        await attacker.SendAsync(Reply(request, RadiusCode.AccessReject), received.RemoteEndPoint);

        Assert.Equal(RadiusOutcome.Rejected, (await asking)!.Outcome);
    }

    [Theory]
    [InlineData(RadiusCode.AccessAccept)]
    [InlineData(RadiusCode.AccessReject)]
    [InlineData(RadiusCode.AccessChallenge)]
    public async Task The_servers_reply_is_signed_and_the_signature_stands_first_even_where_the_login_has_none(RadiusCode code)
    {
        await using RadiusServer server = new(
            new RadiusServerOptions { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0))], Peers = Peers(required: false) },
            new RadiusHandlers { Access = (request, _) => request.CreateReply(code, (ref RadiusPacketWriter w) => w.Add(UserName, "sadks")).AsTask() });
        server.Start();
        using UdpClient nas = Connect(server);
        byte[] request = [1, 1, 0, 25, .. RandomNumberGenerator.GetBytes(16), 1, 5, (byte)'a', (byte)'b', (byte)'c'];
        await nas.SendAsync(request);

        Assert.True(RadiusPacket.TryParse(await Receive(nas), out RadiusPacket reply, out _));
        Assert.Equal((code, RadiusPacket.HeaderSize + 2), (reply.Code, reply.MessageAuthenticatorOffset));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(reply, request.AsSpan(4, 16), Secret, requireMessageAuthenticator: true));
    }

    [Fact]
    public async Task The_login_with_the_attackers_Proxy_State_gets_no_reply_to_forge_from()
    {
        await using RadiusServer server = new(
            new RadiusServerOptions { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0))], Peers = Peers(required: false) },
            new RadiusHandlers { Access = Accept });
        server.Start();
        using UdpClient attacker = Connect(server);
        byte[] request = [1, 1, 0, 31, .. RandomNumberGenerator.GetBytes(16), 1, 5, (byte)'a', (byte)'b', (byte)'c', 33, 6, 1, 2, 3, 4];
        await attacker.SendAsync(request);
        await Eventually(() => server.Dropped(RadiusDropReason.ProxyState) == 1);

        Assert.Equal(0, attacker.Available);
    }
}
