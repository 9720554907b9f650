using System.Net;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public async Task The_client_is_answered()
    {
        // <snippet>
        RadiusSecret secret = new("testing123");
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0))],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.0/8", secret)]),
        };
        RadiusHandlers handlers = new()
        {
            Access = (request, cancellationToken) => request.CreateReply(
                RadiusCode.AccessAccept,
                (ref RadiusPacketWriter reply) => reply.Add(Rfc2865.ReplyMessage, $"Welcome, {request.Packet.GetString(Rfc2865.UserName)}.")).AsTask(),
        };
        await using RadiusServer server = new(options, handlers);
        server.Start();

        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(server.EndPoints[0], secret)] });
        RadiusReply? answer = await client.SendAsync(
            RadiusCode.AccessRequest, (ref RadiusPacketWriter request, RadiusHop hop) => request.Add(Rfc2865.UserName, "alice"));

        Console.WriteLine(answer is null ? "No answer." : $"{answer.Packet.Code}: {answer.Packet.GetString(Rfc2865.ReplyMessage)}");
        // </snippet>
        Assert.Equal("Welcome, alice.", answer!.Packet.GetString(Rfc2865.ReplyMessage));
    }

    [Fact]
    public async Task The_client_is_answered_over_TLS()
    {
        using TestCertificates authority = new();
        using X509Certificate2 serverCertificate = authority.Issue("radius.example");
        using X509Certificate2 clientCertificate = authority.Issue("edge.example");
        X509Certificate2Collection authorities = authority.Anchors;
        RadiusHandlers handlers = Wires.All(Wires.Accept);

        // <snippet>
        RadiusTlsServerOptions tls = new()
        {
            Certificate = serverCertificate,
            TrustAnchors = authorities,
            Clients = [new RadiusTlsClient("edge") { SubjectAltNames = ["edge.example"] }],
        };
        await using RadiusServer server = new(new RadiusServerOptions { Listeners = [new RadiusTlsListener(new IPEndPoint(IPAddress.Loopback, 0), tls)] }, handlers);
        server.Start();

        RadiusTlsClientOptions edge = new() { Certificate = clientCertificate, TrustAnchors = authorities, ServerName = "radius.example" };
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [RadiusUpstream.OverTls(server.EndPoints[0], edge)] });
        RadiusReply? answer = await client.PapAsync("alice", "correct horse");
        // </snippet>
        Assert.True(answer!.IsAccepted);
    }
}
