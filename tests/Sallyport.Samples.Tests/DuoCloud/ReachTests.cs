using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sallyport.Duo;

namespace Sallyport.Samples.Tests.DuoCloud;

/// <summary>Whom the package's client trusts, and how it gets there.</summary>
public class ReachTests
{
    [Fact]
    public async Task Only_the_authority_that_was_named_is_trusted_and_only_for_the_host_that_was_asked_for()
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pem");
        try
        {
            await using Cloud cloud = await Cloud.StartAsync(authority: file);
            await using Cloud other = await Cloud.StartAsync();

            await CheckAsync(cloud, o => (o.TrustedRoots, o.CaFile) = (null, file));
            Assert.Equal(DuoUnreachableReason.Tls, await FailAsync(cloud, o => o.TrustedRoots = null));
            Assert.Equal(DuoUnreachableReason.Tls, await FailAsync(cloud, o => o.TrustedRoots = [other.Service.Authority]));
            Assert.Equal(DuoUnreachableReason.Tls, await FailAsync(cloud, o => o.TrustedRoots = []));
            Assert.Equal(DuoUnreachableReason.Tls, await FailAsync(cloud, o => o.ApiHost = "127.0.0.2", "127.0.0.2"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_proxy_is_asked_to_connect_and_sees_no_call()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> serving = ServeProxyAsync(listener, cloud.Url.Port);

        await CheckAsync(cloud, o => o.HttpProxy = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));

        string asked = await serving.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith($"CONNECT 127.0.0.1:{cloud.Url.Port} HTTP/1.1", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization: Basic", asked, StringComparison.Ordinal);
        listener.Stop();
        Assert.Equal(DuoUnreachableReason.Connect, await FailAsync(cloud, o => o.HttpProxy = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")));
    }

    [Fact]
    public async Task One_connection_serves_many_calls()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        List<EndPoint> connections = [];
        DuoOptions options = cloud.Options();
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(cloud.Service.Authority);
        using HttpClient http = new(new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = policy },
            ConnectCallback = async (context, cancellation) =>
            {
                connections.Add(context.DnsEndPoint);
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        DuoRestClient client = new(options, http);

        await client.CheckAsync();
        await client.PreauthAsync("alice");
        await client.AuthAsync("alice", "push1");
        await Assert.ThrowsAsync<DuoApiException>(() => new DuoRestClient(cloud.Options(secret: "wrong"), http).CheckAsync());
        await client.PingAsync();

        Assert.Single(connections);
    }

    private static async Task CheckAsync(Cloud cloud, Action<DuoOptions> change)
    {
        DuoOptions options = cloud.Options();
        change(options);
        using HttpClient http = DuoServiceCollectionExtensions.CreateHttpClient(options);
        await new DuoAuthClient(options, http).CheckAsync();
    }

    private static async Task<DuoUnreachableReason> FailAsync(Cloud cloud, Action<DuoOptions> change, string? listenAlso = null)
    {
        if (listenAlso is null)
        {
            return (await Assert.ThrowsAsync<DuoUnreachableException>(() => CheckAsync(cloud, change))).Reason;
        }

        // The same server under an address for which its certificate does not stand.
        await using Cloud everywhere = await Cloud.StartAsync(urls: "https://0.0.0.0:0");
        return (await Assert.ThrowsAsync<DuoUnreachableException>(() => CheckAsync(everywhere, change))).Reason;
    }

    private static async Task<string> ServeProxyAsync(TcpListener listener, int port)
    {
        using Socket client = await listener.AcceptSocketAsync();
        byte[] buffer = new byte[16 * 1024];
        StringBuilder asked = new();
        while (!asked.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            asked.Append(Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer)));
        }

        using Socket server = new(SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(IPAddress.Loopback, port);
        await client.SendAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
        await using NetworkStream near = new(client);
        await using NetworkStream far = new(server);
        Task copying = far.CopyToAsync(near);
        await Task.WhenAny(near.CopyToAsync(far), copying);
        return asked.ToString();
    }
}
