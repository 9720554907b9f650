using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public async Task It_connects_and_pings()
    {
        await using TestGateway server = new();
        using EapPassword password = EapPassword.FromText("open sesame");

        Assert.NotNull(await RunAsync(server.Endpoint.IkeEndPoint, server.Endpoint.NatTraversalEndPoint.Port, [TestPki.Authority], "sadks", password, NullLoggerFactory.Instance));
    }

    private static async Task<TimeSpan?> RunAsync(
        IPEndPoint gateway, int natTraversalPort, X509Certificate2Collection authorities, string user, EapPassword password, ILoggerFactory loggerFactory)
    {
        // <snippet>
        IpsecClientOptions options = new()
        {
            Gateway = gateway,
            NatTraversalPort = natTraversalPort,
            Identity = IkeIdentity.KeyId("staff"),
            Trust = new CertificateTrust(authorities, IkeIdentity.Fqdn("gateway.example.com")),
            Eap = new EapPeerOptions { Identity = user, Password = password, Random = RandomNumberGenerator.Fill },
        };
        await using IpsecClient client = await IpsecClient.ConnectAsync(options, loggerFactory);

        IPAddress address = client.Configuration.Address!;
        await using InsideHost inside = new([new IPNetwork(address, 32)]);
        client.Attach(inside);
        TimeSpan? roundTrip = await inside.PingAsync(address, IPAddress.Parse("192.168.11.10"), TimeSpan.FromSeconds(2));
        // </snippet>
        return roundTrip;
    }
}
