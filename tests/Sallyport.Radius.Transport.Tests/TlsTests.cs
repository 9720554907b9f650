using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>Client and server over TLS: versions by ALPN, and who may talk to whom.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly EncryptedKey UserPassword = new(2, RadiusEncryption.UserPassword);
    private static readonly EncryptedKey SendKey = new(new RadiusAttributeId(311, 16), RadiusEncryption.Salted);
    private static readonly EncryptedKey TunnelPassword = new(69, RadiusEncryption.Salted, true);
    private readonly TestCertificates _authority = new();
    private readonly TestCertificates _stranger = new("Another authority");
    private readonly Lines<RadiusClient> _log = new();
    private readonly Lines<RadiusServer> _served = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData(RadiusVersions.Any, RadiusVersions.Any, "RADIUS/1.1")]
    [InlineData(RadiusVersions.V11, RadiusVersions.Any, "RADIUS/1.1")]
    [InlineData(RadiusVersions.V11, RadiusVersions.V11, "RADIUS/1.1")]
    [InlineData(RadiusVersions.Historic, RadiusVersions.Any, "RADIUS/1.0")]
    [InlineData(RadiusVersions.Any, RadiusVersions.Historic, "RADIUS/1.0")]
    public async Task Passwords_and_keys_arrive_whatever_version_was_agreed_on(RadiusVersions client, RadiusVersions server, string version)
    {
        await using RadiusServer radius = Serve(server, async (request, _) =>
        {
            await Task.Yield();
            byte[] password = new byte[128];
            Assert.True(request.Packet.TryDecrypt(UserPassword, request.Peer.Secret, request.Packet.Authenticator, password, out int length));
            return request.CreateReply(
                Encoding.ASCII.GetString(password, 0, length) == "a password" ? RadiusCode.AccessAccept : RadiusCode.AccessReject,
                (ref RadiusPacketWriter w) =>
                {
                    w.Add(SendKey, "a key of the server's"u8, request.Peer.Secret, 0x1234);
                    w.Add(TunnelPassword, "tunnel"u8, request.Peer.Secret, 0x2345, tag: 7);
                    w.Add(new TextKey(18), request.Peer.Name);
                });
        });
        await using RadiusClient radiusClient = Connect(radius, client);

        RadiusReply reply = (await radiusClient.PapAsync("sadks", "a password"))!;
        Assert.True(reply.IsAccepted);
        Assert.Equal((version == "RADIUS/1.1", "the nas"), (reply.Hop.Secret.IsNone, reply.Packet.GetString(new TextKey(18))));
        byte[] key = new byte[253];
        Assert.True(reply.TryDecrypt(SendKey, key, out int keyLength));
        Assert.Equal("a key of the server's", Encoding.ASCII.GetString(key, 0, keyLength));
        Assert.True(reply.TryDecrypt(TunnelPassword, key, out keyLength));
        Assert.Equal("tunnel", Encoding.ASCII.GetString(key, 0, keyLength));
        Assert.EndsWith($"TLS 1.3, {version}", Assert.Single(_log.Of("Connected")), StringComparison.Ordinal);
        Assert.EndsWith($"TLS 1.3, {version}", Assert.Single(_served.Of("ClientConnected")), StringComparison.Ordinal);
        Assert.Equal(RadiusOutcome.Rejected, (await radiusClient.PapAsync("sadks", "another"))!.Outcome);
        Assert.True((await radiusClient.StatusAsync(radiusClient.Servers[0]))!.IsAccepted);
        Assert.True((await radiusClient.AccountAsync(1, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks")))!.IsAccepted);
        Assert.True((await radiusClient.DisconnectAsync((ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, "sadks")))!.IsAccepted);
    }

    [Theory]
    [InlineData(RadiusVersions.V11, RadiusVersions.Historic)]
    [InlineData(RadiusVersions.Historic, RadiusVersions.V11)]
    public async Task Who_has_no_version_in_common_has_no_connection(RadiusVersions client, RadiusVersions server)
    {
        await using RadiusServer radius = Serve(server, Accept);
        await using RadiusClient radiusClient = Connect(radius, client, nobody: true);

        Assert.Null(await radiusClient.PapAsync("sadks", "pw"));
        Assert.NotEmpty(_log.Of("Unreachable"));
    }

    [Fact]
    public async Task A_server_that_insists_on_RADIUS_1_1_tells_a_client_without_ALPN_so()
    {
        await using RadiusServer server = Serve(RadiusVersions.V11, Accept);
        using TcpClient socket = new();
        await socket.ConnectAsync(server.EndPoints[0]);
        await using SslStream tls = new(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "radius.example",
            ClientCertificates = [_authority.Issue("nas.example")],
            CertificateChainPolicy = Links.TlsProtocol.ChainPolicy(new RadiusTlsClientOptions { Certificate = _authority.Issue("nas.example"), TrustAnchors = _authority.Anchors }, new("1.3.6.1.5.5.7.3.1")),
        });

        await AssertRefused(tls);
        await Eventually(() => server.Dropped(RadiusDropReason.Handshake) == 1);
    }

    [Fact]
    public async Task A_client_that_insists_on_RADIUS_1_1_tells_a_server_without_ALPN_so()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        RadiusTlsClientOptions options = new() { Certificate = _authority.Issue("nas.example"), TrustAnchors = _authority.Anchors, Versions = RadiusVersions.V11 };
        RadiusUpstream upstream = RadiusUpstream.OverTls(listener.LocalEndpoint, options) with { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(1), 1) };
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [upstream] }, _log);
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        using Socket socket = await listener.AcceptSocketAsync();
        await using SslStream tls = new(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _authority.Issue("radius.example", IPAddress.Loopback) });

        await AssertRefused(tls);
        listener.Stop();
        Assert.Null(await asking);
        Assert.Contains("the peer does not speak RADIUS/1.1", _log.Of("Unreachable").First(), StringComparison.Ordinal);
    }

    // RFC 9765 §3.3.1: Protocol-Error with an authenticator of zeros, a text, and Error-Cause 406; then the connection ends.
    private static async Task AssertRefused(SslStream tls)
    {
        using MemoryStream said = new();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        await tls.CopyToAsync(said, patience.Token);
        Assert.True(RadiusPacket.TryParse(said.ToArray(), out RadiusPacket packet, out _));
        Assert.Equal((RadiusCode.ProtocolError, 0, (int)said.Length), (packet.Code, packet.Identifier, packet.Span.Length));
        Assert.Equal(new byte[16], packet.Authenticator.ToArray());
        Assert.Contains("RADIUS/1.1 is required", packet.GetString(new TextKey(18)), StringComparison.Ordinal);
        Assert.True(packet.TryGet(new IntegerKey(101), out uint cause));
        Assert.Equal(406u, cause);
    }

    [Fact]
    public async Task A_client_of_another_authority_is_refused()
    {
        await using RadiusServer server = Serve(RadiusVersions.Any, Accept);
        await using RadiusClient client = Connect(server, RadiusVersions.Any, _stranger.Issue("nas.example"), nobody: true);

        Assert.Null(await client.PapAsync("sadks", "pw"));
        await Eventually(() => server.Dropped(RadiusDropReason.Handshake) > 0);
        Assert.Empty(_served.Of("ClientConnected"));
    }

    [Fact]
    public async Task A_client_with_another_name_is_refused_and_one_with_the_right_fingerprint_is_not()
    {
        X509Certificate2 other = _authority.Issue("other.example");
        await using RadiusServer strict = Serve(RadiusVersions.Any, Accept);
        await using RadiusClient refused = Connect(strict, RadiusVersions.Any, other, nobody: true);
        Assert.Null(await refused.PapAsync("sadks", "pw"));
        await Eventually(() => strict.Dropped(RadiusDropReason.UnknownPeer) > 0);

        string print = other.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        await using RadiusServer pinned = Serve(RadiusVersions.Any, Accept, new RadiusTlsClient("pinned") { Fingerprint = string.Join(':', print.Chunk(2).Select(c => new string(c))) });
        await using RadiusClient taken = Connect(pinned, RadiusVersions.Any, other);
        Assert.True((await taken.PapAsync("sadks", "pw"))!.IsAccepted);
    }

    [Fact]
    public async Task A_client_from_another_network_does_not_get_as_far_as_a_handshake()
    {
        await using RadiusServer server = Serve(RadiusVersions.Any, Accept, new RadiusTlsClient("elsewhere") { Network = IPNetwork.Parse("192.0.2.0/24") });
        await using RadiusClient client = Connect(server, RadiusVersions.Any, nobody: true);

        Assert.Null(await client.PapAsync("sadks", "pw"));
        Assert.True(server.Dropped(RadiusDropReason.UnknownPeer) > 0);
        Assert.Equal(0, server.Dropped(RadiusDropReason.Handshake));
    }

    [Theory]
    [InlineData("other.example")]
    [InlineData("127.0.0.2")]
    public async Task A_server_with_another_name_is_not_believed(string name)
    {
        int handled = 0;
        await using RadiusServer server = Serve(RadiusVersions.Any, (request, token) =>
        {
            handled++;
            return Accept(request, token);
        });
        await using RadiusClient client = Connect(server, RadiusVersions.Any, name: name, nobody: true);

        Assert.Null(await client.PapAsync("sadks", "pw"));
        Assert.Equal(0, handled);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_believed()
    {
        await using RadiusServer server = Serve(RadiusVersions.Any, Accept, certificate: _stranger.Issue("radius.example", IPAddress.Loopback));
        await using RadiusClient client = Connect(server, RadiusVersions.Any, nobody: true);

        Assert.Null(await client.PapAsync("sadks", "pw"));
    }

    [Theory]
    [InlineData(RadiusVersions.Historic, 3)]
    [InlineData(RadiusVersions.V11, 1)]
    public async Task Six_hundred_requests_at_once_are_all_answered_each_to_its_asker(RadiusVersions version, int connections)
    {
        TaskCompletionSource go = new();
        int waiting = 0;
        await using RadiusServer server = Serve(RadiusVersions.Any, async (request, _) =>
        {
            if (Interlocked.Increment(ref waiting) == 600)
            {
                go.SetResult();
            }

            await go.Task;
            string user = request.Packet.GetString(UserName)!;
            return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) => w.Add(UserName, user));
        });
        await using RadiusClient client = Connect(server, version);

        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 600).Select(i =>
            client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(UserName, $"user{i}"))));

        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"user{i}"), replies.Select(r => r!.Packet.GetString(UserName)));
        Assert.Equal(connections, _log.Of("Connected").Count());
    }

    [Fact]
    public async Task A_server_that_comes_back_is_connected_to_again()
    {
        RadiusServer server = Serve(RadiusVersions.Any, Accept);
        IPEndPoint endPoint = server.EndPoints[0];
        await using RadiusClient client = Connect(server, RadiusVersions.Any);
        Assert.True((await client.PapAsync("sadks", "pw"))!.IsAccepted);
        await server.DisposeAsync();
        await Eventually(() => _log.Of("ConnectionLost").Any());
        Task<RadiusReply?> asking = client.PapAsync("sadks", "pw");
        await Eventually(() => _log.Of("Unreachable").Any());
        await using RadiusServer again = Serve(RadiusVersions.Any, Accept, endPoint: endPoint);

        Assert.True((await asking)!.IsAccepted);
    }

    private RadiusServer Serve(RadiusVersions versions, RadiusHandler handler, RadiusTlsClient? who = null, X509Certificate2? certificate = null, IPEndPoint? endPoint = null)
    {
        RadiusTlsServerOptions tls = new()
        {
            Certificate = certificate ?? _authority.Issue("radius.example", IPAddress.Loopback),
            TrustAnchors = _authority.Anchors,
            Versions = versions,
            Clients = [who ?? new RadiusTlsClient("the nas") { SubjectAltNames = ["nas.example"] }],
        };
        RadiusHandlers handlers = new()
        {
            Access = handler,
            Accounting = (request, _) => ValueTask.FromResult(request.CreateReply(RadiusCode.AccountingResponse)),
            Disconnect = (request, _) => ValueTask.FromResult(request.CreateReply(RadiusCode.DisconnectAck)),
        };
        RadiusServer server = new(new RadiusServerOptions { Listeners = [new RadiusTlsListener(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), tls, Everything)] }, handlers, _served);
        server.Start();
        return server;
    }

    // Where nobody answers a test waits that long; where somebody does, the machine may be busy.
    private RadiusClient Connect(RadiusServer server, RadiusVersions versions, X509Certificate2? certificate = null, string? name = null, bool nobody = false)
    {
        RadiusTlsClientOptions tls = new() { Certificate = certificate ?? _authority.Issue("nas.example"), TrustAnchors = _authority.Anchors, Versions = versions, ServerName = name };
        RadiusUpstream upstream = RadiusUpstream.OverTls(server.EndPoints[0], tls) with { Retransmission = RadiusRetransmission.Every(nobody ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20), 1) };
        return new RadiusClient(new RadiusClientOptions { Servers = [upstream] }, _log);
    }
}
