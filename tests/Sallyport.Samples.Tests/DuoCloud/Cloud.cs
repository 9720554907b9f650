using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Duo;
using Sallyport.Duo.Signing;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.Tests.DuoCloud;

/// <summary>A simulator on a free port, and clients for it over real HTTPS.</summary>
internal sealed class Cloud : IAsyncDisposable
{
    public const string Key = "DIXXXXXXXXXXXXXXXXXX";
    public const string Secret = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    public const string Configuration =
        """
        {
          "applications": [
            { "name": "VPN", "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
            { "name": "Other", "ikey": "DIOTHER", "skey": "other", "type": "any" },
            { "name": "RADIUS", "ikey": "DIRADIUS", "skey": "radius", "type": "radius" },
            { "name": "Web", "ikey": "DIWEB", "skey": "web", "type": "authApi" }
          ],
          "policy": { "push": "approve", "timeoutSeconds": 60 },
          "users": [
            { "name": "alice", "passcodes": ["123456"], "phones": [{ "name": "iPhone", "number": "+1 555 555 0100" }, { "number": "5550101", "capabilities": ["phone"] }] },
            { "name": "bob", "push": "deny" },
            { "name": "carol", "push": "timeout" },
            { "name": "dora", "status": "bypass" },
            { "name": "emil", "status": "disabled" },
            { "name": "fay", "push": "manual" },
            { "name": "gus", "phones": [] },
            { "name": "hal", "delaySeconds": 2 },
            { "name": "ida", "delaySeconds": 90 }
          ]
        }
        """;

    private readonly IHost _host;

    private Cloud(IHost host, string hostName)
    {
        _host = host;
        Service = host.Services.GetRequiredService<DuoCloudService>();
        Url = new UriBuilder(DuoCloudHost.Urls(host).Single()) { Host = hostName }.Uri;
        Http = DuoServiceCollectionExtensions.CreateHttpClient(Options());
    }

    public DuoCloudService Service { get; }

    public Uri Url { get; }

    public string Origin => Url.GetLeftPart(UriPartial.Authority);

    public HttpClient Http { get; }

    public static async Task<Cloud> StartAsync(
        string configuration = Configuration, TimeProvider? time = null, bool legacy = false, string urls = "https://127.0.0.1:0", string? authority = null, Action<ILoggingBuilder>? logging = null)
    {
        DuoCloudOptions options = new()
        {
            Configuration = DuoCloudConfiguration.Read(JsonSection.Parse(configuration, "duocloud.json")),
            Urls = urls,
            AuthorityFile = authority,
            LegacyBson = legacy,
            TimeProvider = time ?? TimeProvider.System,
        };
        IHost host = DuoCloudHost.Build(options, logging ?? (l => l.ClearProviders()));
        await host.StartAsync();
        return new Cloud(host, new Uri(urls).Host);
    }

    public DuoOptions Options(string key = Key, string secret = Secret) => new()
    {
        IntegrationKey = key,
        SecretKey = secret,
        ApiHost = Url.Host,
        ApiPort = Url.Port,
        TrustedRoots = [Service.Authority],
    };

    public DuoRestClient Rest(string key = Key, string secret = Secret, TimeProvider? time = null) => new(Options(key, secret), Http, null, time);

    public DuoAuthClient Auth(string key = Key, string secret = Secret, TimeProvider? time = null) => new(Options(key, secret), Http, null, time);

    /// <summary>Waits until a push waits for the phone.</summary>
    public async Task<string> PushAsync()
    {
        while (true)
        {
            // Taken before it is looked: what changes in between is not missed.
            Task changed = Service.PhoneChanged;
            if (Service.AwaitingPhone is [{ } push, ..])
            {
                return push.PushId;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }
}
