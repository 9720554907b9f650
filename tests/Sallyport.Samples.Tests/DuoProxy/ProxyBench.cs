using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoProxy;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;
using Sallyport.Samples.DuoProxy.Proxy;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.Tests.DuoProxy;

/// <summary>A proxy between a primary RADIUS server and Duo's simulator, all over real sockets on loopback.</summary>
internal sealed class ProxyBench : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];
    private readonly StringWriter _log = new();
    private readonly string _authority = Path.GetTempFileName();

    private ProxyBench()
    {
    }

    public static RadiusSecret Secret { get; } = new("cisco");

    public RadiusClient Nas { get; private set; } = null!;

    public AuthProxyService Proxy { get; private set; } = null!;

    public RadiusServerService Primary { get; private set; } = null!;

    public DuoCloudService Duo { get; private set; } = null!;

    public IPEndPoint EndPoint => Proxy.Endpoints[0];

    /// <summary>The proxy's log so far, a line an event.</summary>
    public string[] Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="push">approve, deny, timeout or manual.</param>
    /// <param name="delay">How long a push takes, in seconds.</param>
    /// <param name="server">Further lines of [radius_server_auto].</param>
    /// <param name="duoDown">Whether the simulator is stopped again.</param>
    /// <param name="secretKey">The skey in authproxy.cfg.</param>
    public static async Task<ProxyBench> StartAsync(
        string push = "approve", double delay = 0, string server = "", bool duoDown = false, string secretKey = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
    {
        ProxyBench bench = new();
        static void Quiet(ILoggingBuilder builder) => builder.ClearProviders();

        string users = string.Join(",", Enumerable.Range(0, 200).Select(i => $$"""{ "name": "user{{i}}" }""").Append("""{ "name": "sadks" }, { "name": "guest", "status": "bypass" }"""));
        string cloud = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            {
              "applications": [{ "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
              "policy": { "push": "{{push}}", "delaySeconds": {{delay}}, "timeoutSeconds": {{(push == "timeout" ? 0.3 : 60)}} },
              "users": [{{users}}]
            }
            """);
        IHost duo = await bench.AddAsync(DuoCloudHost.Build(
            new DuoCloudOptions { Configuration = DuoCloudConfiguration.Read(JsonSection.Parse(cloud, "duocloud.json")), Urls = "https://127.0.0.1:0", AuthorityFile = bench._authority }, Quiet));
        bench.Duo = duo.Services.GetRequiredService<DuoCloudService>();
        int duoPort = DuoCloudHost.Urls(duo).Single().Port;
        if (duoDown)
        {
            await duo.StopAsync();
        }

        string people = string.Join(",", Enumerable.Range(0, 200).Select(i => $$"""{ "name": "user{{i}}", "password": "pw" }"""));
        string radius = $$"""
            {
              "listen": ["127.0.0.1:0"],
              "devices": [{ "address": "127.0.0.1", "secret": "primary" }],
              "users": [
                { "name": "sadks", "password": "open sesame", "reply": { "Class": "staff", "Session-Timeout": 600, "Reply-Message": "hello", "User-Name": "sadks" } },
                { "name": "guest", "password": "guest" },
                { "name": "stranger", "password": "stranger" },
                {{people}}
              ]
            }
            """;
        IHost primary = await bench.AddAsync(RadiusServerHost.Build(RadiusServerConfiguration.Read(JsonSection.Parse(radius, "radius.json")), Quiet));
        bench.Primary = primary.Services.GetRequiredService<RadiusServerService>();

        string file = $"""
            [main]
            http_ca_certs_file={bench._authority}
            interface=127.0.0.1
            [radius_client]
            host=127.0.0.1
            port={bench.Primary.EndPoints[0].Port}
            secret=primary
            retries=1
            retry_wait=1
            [radius_server_auto]
            ikey=DIXXXXXXXXXXXXXXXXXX
            skey={secretKey}
            api_host=127.0.0.1
            api_port={duoPort}
            radius_ip_1=127.0.0.1
            radius_secret_1=cisco
            port=0
            {server}
            """;
        IHost proxy = await bench.AddAsync(DuoProxyHost.Build(
            new DuoProxyOptions { Configuration = AuthProxyConfiguration.Parse(file, "authproxy.cfg") },
            b => b.AddProvider(new AuthLogProvider([TextWriter.Synchronized(bench._log)])).AddFilter("Microsoft", LogLevel.None)));
        bench.Proxy = proxy.Services.GetRequiredService<AuthProxyService>();
        RadiusUpstream upstream = new(bench.EndPoint, Secret) { Retransmission = RadiusRetransmission.Every(TimeSpan.FromSeconds(20), 1) };
        bench.Nas = new RadiusClient(new RadiusClientOptions { Servers = [upstream] });
        return bench;
    }

    public async ValueTask DisposeAsync()
    {
        await Nas.DisposeAsync();
        foreach (IHost host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        File.Delete(_authority);
    }

    private async Task<IHost> AddAsync(IHost host)
    {
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }
}
