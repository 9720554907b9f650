using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>What somebody on the way may send in a server's place: each is dropped and counted, and the true answer still arrives.</summary>
public sealed class AttackTests : IDisposable
{
    private readonly UdpClient _server = new(new IPEndPoint(IPAddress.Loopback, 0));

    public static TheoryData<string, RadiusCode, RadiusDropReason> Forgeries => new()
    {
        { "another authenticator", RadiusCode.AccessRequest, RadiusDropReason.Authenticator },
        { "authenticator of zeros", RadiusCode.AccessRequest, RadiusDropReason.Authenticator },
        { "bare twenty octets of zeros", RadiusCode.AccessRequest, RadiusDropReason.Authenticator },
        { "two Message-Authenticators", RadiusCode.AccessRequest, RadiusDropReason.Malformed },
        { "no Message-Authenticator", RadiusCode.AccessRequest, RadiusDropReason.MessageAuthenticator },
        { "another Message-Authenticator", RadiusCode.AccessRequest, RadiusDropReason.MessageAuthenticator },
        { "CVE-2024-3596", RadiusCode.AccessRequest, RadiusDropReason.MessageAuthenticator },
        { "another authenticator", RadiusCode.AccountingRequest, RadiusDropReason.Authenticator },
        { "authenticator of zeros", RadiusCode.AccountingRequest, RadiusDropReason.Authenticator },
        { "another authenticator", RadiusCode.CoaRequest, RadiusDropReason.Authenticator },
        { "another code", RadiusCode.AccountingRequest, RadiusDropReason.UnexpectedCode },
        { "ten octets", RadiusCode.AccessRequest, RadiusDropReason.Malformed },
        { "another identifier", RadiusCode.AccessRequest, RadiusDropReason.UnexpectedReply },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_reply_is_dropped_and_the_true_one_taken(string forgery, RadiusCode code, RadiusDropReason reason)
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> asking = client.SendAsync(code, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));
        UdpReceiveResult request = await _server.ReceiveAsync();
        RadiusCode yes = code switch { RadiusCode.AccountingRequest => RadiusCode.AccountingResponse, RadiusCode.CoaRequest => RadiusCode.CoaAck, _ => RadiusCode.AccessAccept };

        await _server.SendAsync(Forge(forgery, request.Buffer, yes), request.RemoteEndPoint);
        await Eventually(() => client.Dropped(reason) == 1);
        Assert.False(asking.IsCompleted);
        byte[] genuine = Reply(request.Buffer, code == RadiusCode.AccessRequest ? RadiusCode.AccessReject : yes);
        await _server.SendAsync(genuine, request.RemoteEndPoint);

        Assert.Equal(genuine, (await asking)!.Octets.ToArray());
    }

    [Fact]
    public async Task A_reply_from_elsewhere_does_not_reach_the_client()
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> asking = client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));
        UdpReceiveResult request = await _server.ReceiveAsync();
        using UdpClient elsewhere = new(new IPEndPoint(IPAddress.Loopback, 0));

        // Genuine in all but its source: the system has nobody to give it to.
        await elsewhere.SendAsync(Reply(request.Buffer, RadiusCode.AccessAccept), request.RemoteEndPoint);
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            elsewhere.Connect(request.RemoteEndPoint);
            await elsewhere.SendAsync(new byte[20]);
            await Receive(elsewhere);
        });
        Assert.False(asking.IsCompleted);
        await _server.SendAsync(Reply(request.Buffer, RadiusCode.AccessReject), request.RemoteEndPoint);

        Assert.Equal(RadiusOutcome.Rejected, (await asking)!.Outcome);
    }

    [Fact]
    public async Task A_late_second_reply_answers_nothing()
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> first = client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks"));
        UdpReceiveResult request = await _server.ReceiveAsync();
        byte[] reply = Reply(request.Buffer, RadiusCode.AccessAccept);
        await _server.SendAsync(reply, request.RemoteEndPoint);
        Assert.True((await first)!.IsAccepted);
        Task<RadiusReply?> second = client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "other"));
        request = await _server.ReceiveAsync();

        await _server.SendAsync(reply, request.RemoteEndPoint);
        await Eventually(() => client.Dropped(RadiusDropReason.UnexpectedReply) == 1);
        await _server.SendAsync(Reply(request.Buffer, RadiusCode.AccessReject), request.RemoteEndPoint);

        Assert.Equal(RadiusOutcome.Rejected, (await second)!.Outcome);
    }

    [Theory]
    [InlineData(RadiusCode.AccessAccept, RadiusOutcome.Accepted)]
    [InlineData(RadiusCode.AccessChallenge, RadiusOutcome.Challenged)]
    [InlineData(RadiusCode.AccessReject, RadiusOutcome.Rejected)]
    [InlineData(RadiusCode.ProtocolError, RadiusOutcome.Error)]
    public async Task Only_an_accept_is_an_accept(RadiusCode code, RadiusOutcome outcome)
    {
        await using RadiusClient client = Client();
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        UdpReceiveResult request = await _server.ReceiveAsync();
        await _server.SendAsync(Reply(request.Buffer, code), request.RemoteEndPoint);
        RadiusReply reply = (await asking)!;

        Assert.Equal((outcome, outcome == RadiusOutcome.Accepted), (reply.Outcome, reply.IsAccepted));
    }

    private RadiusClient Client() => new(new RadiusClientOptions { Servers = [new RadiusUpstream(_server.Client.LocalEndPoint!, Secret)] });

    private static byte[] Forge(string forgery, byte[] request, RadiusCode yes)
    {
        byte[] genuine = Reply(request, yes);
        byte[] authenticator = request[4..20];
        switch (forgery)
        {
            case "another authenticator":
                return Reply(request, yes, new RadiusSecret("another"));
            case "authenticator of zeros":
                genuine.AsSpan(4, 16).Clear();
                return genuine;
            case "bare twenty octets of zeros":
                return [(byte)yes, request[1], 0, 20, .. new byte[16]];
            case "two Message-Authenticators":
                // The last one right, and the whole signed with the secret.
                return Sign([genuine[0], genuine[1], 0, (byte)(genuine.Length + 18), .. authenticator, 80, 18, .. new byte[16], .. genuine[20..]]);
            case "no Message-Authenticator":
                return Sign([(byte)yes, request[1], 0, 20, .. authenticator]);
            case "another Message-Authenticator":
                byte[] changed = [.. genuine];
                changed[25] ^= 1;
                authenticator.CopyTo(changed, 4);
                return Sign(changed);
            case "CVE-2024-3596":
                // What the attack ends with: an accept whose Response Authenticator is right, thanks to a collision hidden in Proxy-State,
                // and which has no Message-Authenticator, for the attacker does not know the secret.
                return Sign([(byte)yes, request[1], 0, 20 + 66, .. authenticator, 33, 66, .. RandomNumberGenerator.GetBytes(64)]);
            case "another code":
                return Reply(request, RadiusCode.AccessAccept);
            case "ten octets":
                return genuine[..10];
            default:
                genuine[1]++;
                return genuine;
        }

        static byte[] Sign(byte[] packet)
        {
            MD5.HashData([.. packet, .. Secret.Span]).CopyTo(packet, 4);
            return packet;
        }
    }
}
