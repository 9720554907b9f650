using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Transport.Tests;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.Tests.RadiusServer;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("radius-tls-").FullName;
    private readonly TestCertificates _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("nas.example", RadiusVersions.Historic, "Access-Accept")]
    [InlineData("nas.example", RadiusVersions.V11, "Access-Accept")]
    [InlineData("other.example", RadiusVersions.Any, null)]
    public async Task A_device_with_the_right_certificate_logs_people_in_over_TLS(string device, RadiusVersions versions, string? answer)
    {
        using X509Certificate2 server = _authority.Issue("radius.example");
        using ECDsa key = server.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.pem"), server.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "devices.pem"), _authority.Anchors[0].ExportCertificatePem());
        using IHost host = RadiusServerHost.Build(Read("""{ "listen": ["127.0.0.1:0"], "certificate": "server.pem", "privateKey": "server.key", "clientAuthorities": "devices.pem", "clients": [{ "name": "switch", "subjectAltNames": ["nas.example"] }] }"""), b => b.ClearProviders());
        await host.StartAsync();
        RadiusTlsClientOptions tls = new() { Certificate = _authority.Issue(device), TrustAnchors = _authority.Anchors, Versions = versions, ServerName = "radius.example" };
        RadiusUpstream upstream = RadiusUpstream.OverTls(host.Services.GetRequiredService<RadiusServerService>().TlsEndPoints[0], tls);
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [upstream with { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(answer is null ? 1 : 10), 1) }] });

        RadiusText.TryParse("User-Name = alice, User-Password = alice-pw", RadiusDictionary.Standard, out IReadOnlyList<RadiusTextPacket>? packets, out _);
        RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter writer, RadiusHop hop) => packets![0].WriteTo(ref writer, hop.Secret));

        Assert.Equal(answer, reply?.Packet.Dump().Split(' ')[0]);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("""{ "certificate": "nowhere.pem", "privateKey": "nowhere.key", "clientAuthorities": "x", "clients": [] }""", "radius.json:4: \"certificate\" and \"privateKey\" should name files in PEM")]
    public void A_mistake_is_named_with_its_place(string tls, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Read(tls)).Message, StringComparison.Ordinal);

    private RadiusServerConfiguration Read(string tls) => RadiusServerConfiguration.Read(JsonSection.Parse(
        $$"""
        {
          "listen": ["127.0.0.1:0"],
          "devices": [{ "address": "127.0.0.1", "secret": "s" }],
          "tls": {{tls}},
          "users": [{ "name": "alice", "password": "alice-pw" }]
        }
        """,
        Path.Combine(_folder, "radius.json")));
}
