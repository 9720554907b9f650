using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoProxy;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Proxy;
using Sallyport.Samples.Headend;
using Sallyport.Samples.Headend.Configuration;
using Sallyport.Samples.Headend.Pki;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;
using Sallyport.Samples.VpnClient;

namespace Sallyport.Samples.Walkthrough;

/// <summary>The four servers in this process, on loopback and free ports, each from its own configuration file, and clients for them.</summary>
public sealed class FiveRoles : IAsyncDisposable
{
    private readonly WalkthroughOptions _options;
    private readonly string _directory = Directory.CreateTempSubdirectory("sallyport-walkthrough-").FullName;
    private readonly List<IHost> _hosts = [];
    private readonly Timeline _timeline = new();
    private readonly ILoggerFactory _clientLogs;
    private HeadendService? _headend;
    private DuoCloudService? _duo;

    private FiveRoles(WalkthroughOptions options)
    {
        _options = options;
        _clientLogs = LoggerFactory.Create(b => Trace(b, Role.Client));
    }

    /// <summary>What they have said to each other.</summary>
    public Timeline Timeline => _timeline;

    /// <summary>The headend.</summary>
    public HeadendService Headend => _headend!;

    /// <summary>How many pushes were sent to phones.</summary>
    public int Pushes => _duo!.AuthTransactions;

    /// <summary>Starts them.</summary>
    public static async Task<FiveRoles> StartAsync(WalkthroughOptions options, CancellationToken cancellationToken = default)
    {
        FiveRoles roles = new(options);
        try
        {
            await roles.StartAsync(cancellationToken);
            return roles;
        }
        catch
        {
            await roles.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs one person in.</summary>
    /// <param name="number">Which one, from 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VpnSession> LogInAsync(int number, CancellationToken cancellationToken = default) => VpnSession.ConnectAsync(
        new VpnClientOptions
        {
            ProfileFile = In("Client_Profile.xml"),
            User = Configurations.User(number),
            Password = _options.BadPassword ? "open barley" : Configurations.Password,
            CaFile = In("pki/ca.pem"),
            Server = Headend.Endpoint.IkeEndPoint.ToString(),
            NatTraversalPort = Headend.Endpoint.NatTraversalEndPoint.Port,
        },
        _clientLogs,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            if (host is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
            else
            {
                host.Dispose();
            }
        }

        _clientLogs.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        IHost cloud = await AddAsync(
            DuoCloudHost.Build(
                new DuoCloudOptions { Configuration = DuoCloudConfiguration.Load(Write("duocloud.json", Configurations.DuoCloud(_options))), Urls = "https://127.0.0.1:0", AuthorityFile = In("duo-ca.pem") },
                b => Trace(b, Role.Duo)),
            cancellationToken);
        _duo = cloud.Services.GetRequiredService<DuoCloudService>();
        int duoPort = DuoCloudHost.Urls(cloud).Single().Port;
        if (_options.DuoDown)
        {
            await cloud.StopAsync(cancellationToken);
        }

        IHost primary = await AddAsync(
            RadiusServerHost.Build(RadiusServerConfiguration.Load(Write("radius.json", Configurations.RadiusServer(_options))), b => Trace(b, Role.Primary)), cancellationToken);
        _timeline.PrimaryPort = primary.Services.GetRequiredService<RadiusServerService>().EndPoints[0].Port;

        string authproxy = Write("authproxy.cfg", Configurations.DuoProxy(_options, _timeline.PrimaryPort, duoPort, In("duo-ca.pem")));
        IHost proxy = await AddAsync(DuoProxyHost.Build(new DuoProxyOptions { Configuration = AuthProxyConfiguration.Load(authproxy) }, b => Trace(b, Role.Proxy)), cancellationToken);
        int proxyPort = proxy.Services.GetRequiredService<AuthProxyService>().Endpoints[0].Port;

        string router = Write("router.cfg", Configurations.Router(_options, proxyPort));
        HeadendPlan plan = HeadendHost.ReadPlan(router);
        PrivateAuthority.Enrol(In("pki"), plan.Trustpoint, plan.OuterAddress, plan.Profile.Local, TimeProvider.System.GetUtcNow());
        IHost headend = await AddAsync(
            HeadendHost.Build(new HeadendOptions { ConfigFile = router, PkiDirectory = In("pki"), IkePort = 0, NatTraversalPort = 0, ControlPath = "" }, b => Trace(b, Role.Headend)),
            cancellationToken);
        _headend = headend.Services.GetRequiredService<HeadendService>();
        Write("Client_Profile.xml", Configurations.Profile());
    }

    private async Task<IHost> AddAsync(IHost host, CancellationToken cancellationToken)
    {
        _hosts.Add(host);
        await host.StartAsync(cancellationToken);
        return host;
    }

    private void Trace(ILoggingBuilder builder, Role role) => builder
        .ClearProviders()
        .SetMinimumLevel(LogLevel.Debug)
        .AddFilter("Microsoft", LogLevel.None)
        .AddProvider(_timeline.For(role));

    private string In(string name) => Path.Combine(_directory, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }
}
