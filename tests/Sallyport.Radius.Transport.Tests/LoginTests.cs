using System.Net;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>The client's ways to log in, against a server that computes the other side.</summary>
public class LoginTests
{
    private static readonly OctetsKey ChapPassword = new(3);
    private static readonly OctetsKey ChapChallenge = new(60);
    private static readonly OctetsKey MsChapChallenge = new(new RadiusAttributeId(311, 11));
    private static readonly OctetsKey MsChap2Response = new(new RadiusAttributeId(311, 25));
    private static readonly OctetsKey MsChap2Success = new(new RadiusAttributeId(311, 26));

    [Fact]
    public async Task Chap_proves_the_password()
    {
        await using RadiusServer server = Serve(request => RadiusChap.Verify(Value(request, ChapPassword), Value(request, ChapChallenge), "right"u8)
            ? request.CreateReply(RadiusCode.AccessAccept) : request.CreateReply(RadiusCode.AccessReject));
        await using RadiusClient client = Client(server);

        Assert.True((await client.ChapAsync("sadks", "right"))!.IsAccepted);
        Assert.Equal(RadiusOutcome.Rejected, (await client.ChapAsync("sadks", "wrong"))!.Outcome);
    }

    [Theory]
    [InlineData("right", "right", RadiusOutcome.Accepted)]
    [InlineData("wrong", "right", RadiusOutcome.Rejected)]
    [InlineData("right", null, RadiusOutcome.Unproven)]
    [InlineData("right", "another", RadiusOutcome.Unproven)]
    public async Task MsChap2_proves_the_password_both_ways(string password, string? provenWith, RadiusOutcome outcome)
    {
        await using RadiusServer server = Serve(request =>
        {
            byte[] response = Value(request, MsChap2Response);
            byte[] challenge = Value(request, MsChapChallenge);
            byte[] name = Value(request, new OctetsKey(1));
            return RadiusMsChap.Verify2(response, challenge, name, RadiusMsChap.HashPassword("right"))
                ? request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) =>
                {
                    if (provenWith is not null)
                    {
                        w.Add(MsChap2Success, RadiusMsChap.Succeed2(response, challenge, name, RadiusMsChap.HashPassword(provenWith)));
                    }
                })
                : request.CreateReply(RadiusCode.AccessReject);
        });
        await using RadiusClient client = Client(server);

        RadiusReply reply = (await client.MsChap2Async("DOMAIN\\sadks", password))!;
        Assert.Equal((outcome, outcome == RadiusOutcome.Accepted), (reply.Outcome, reply.IsAccepted));
    }

    [Fact]
    public async Task Changes_and_disconnections_say_when_they_were_asked_for()
    {
        DateTimeOffset said = default;
        await using RadiusServer server = Serve(request =>
        {
            request.Packet.TryGet(new DateKey(55), out said);
            return request.CreateReply(request.Packet.Code == RadiusCode.CoaRequest ? RadiusCode.CoaNak : RadiusCode.DisconnectAck);
        });
        await using RadiusClient client = Client(server);

        Assert.Equal(RadiusOutcome.Rejected, (await client.ChangeAsync((ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks")))!.Outcome);
        Assert.InRange(said, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True((await client.DisconnectAsync((ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks")))!.IsAccepted);
    }

    [Fact]
    public async Task A_password_too_long_for_its_attribute_is_refused_here()
    {
        await using RadiusServer server = Serve(request => request.CreateReply(RadiusCode.AccessAccept));
        await using RadiusClient client = Client(server);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.PapAsync("sadks", new string('x', 129)));
    }

    private static byte[] Value(RadiusRequest request, OctetsKey key) => request.Packet.TryGet(key, out ReadOnlySpan<byte> value) ? value.ToArray() : [];

    private static RadiusClient Client(RadiusServer server) => new(new RadiusClientOptions { Servers = [new RadiusUpstream(server.EndPoints[0], Secret)] });

    private static RadiusServer Serve(Func<RadiusRequest, RadiusResponse> handle)
    {
        RadiusServer server = new(
            new RadiusServerOptions { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0), Everything)], Peers = Peers() },
            All((request, _) => ValueTask.FromResult(handle(request))));
        server.Start();
        return server;
    }
}
