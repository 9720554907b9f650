using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Data.Sqlite;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer.Accounting;
using Sallyport.Samples.RadiusServer.Configuration;
using Sallyport.Samples.RadiusServer.LiveLog;

namespace Sallyport.Samples.RadiusServer;

/// <summary>Builds the server's host.</summary>
public static partial class RadiusServerHost
{
    /// <summary>Prepares to serve.</summary>
    /// <param name="configuration">What to do.</param>
    /// <param name="logging">Where logs go; by default the console.</param>
    /// <param name="liveLog">Where the live log is to be shown, or null for nowhere.</param>
    /// <exception cref="ConfigurationException">The address of the live log is none, or the file of the sessions is none.</exception>
    public static IHost Build(RadiusServerConfiguration configuration, Action<ILoggingBuilder>? logging = null, string? liveLog = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Uri? page = liveLog is null ? null : LiveLogPage.Parse(liveLog);
        AccountingStore? store = configuration.Database is { } file ? Open(file) : null;
        IHostApplicationBuilder builder = page is null ? Host.CreateEmptyApplicationBuilder(null) : Web(page);
        (logging ?? (l => l.AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffzzz "))))(builder.Logging);
        Register(builder.Services, configuration, store, page);
        if (builder is not WebApplicationBuilder web)
        {
            return ((HostApplicationBuilder)builder).Build();
        }

        WebApplication app = web.Build();
        app.Services.GetRequiredService<LiveLogPage>().Map(app);
        if (!page!.IsLoopback)
        {
            LogReachable(app.Services.GetRequiredService<ILogger<RadiusServerService>>(), page);
        }

        return app;
    }

    private static void Register(IServiceCollection services, RadiusServerConfiguration configuration, AccountingStore? store, Uri? page)
    {
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<LiveLog.LiveLog>();
        RadiusServerBuilder server = services.AddRadiusServer(options =>
        {
            options.Peers = new RadiusPeers(configuration.Devices);
            configuration.Listen.ToList().ForEach(e => options.Listeners.Add(new RadiusUdpListener(e, RadiusRoles.Authentication)));
            configuration.ListenForAccounting.ToList().ForEach(e => options.Listeners.Add(new RadiusUdpListener(e, RadiusRoles.Accounting)));
            configuration.Tls.ToList().ForEach(options.Listeners.Add);
        });
        server.HandleAccess<AccessHandler>();
        if (store is not null)
        {
            // Closed by the host once the server has stopped, when all that was acknowledged stands in it.
            services.AddSingleton(p => new AccountingWriter(store, p.GetRequiredService<ILogger<AccountingWriter>>()));
            server.HandleAccounting<AccountingHandler>();
        }

        if (page is not null)
        {
            services.AddRoutingCore();
            services.AddSingleton(p => new LiveLogPage(p.GetRequiredService<LiveLog.LiveLog>(), page, p.GetRequiredService<IHostApplicationLifetime>()));
        }

        services.AddSingleton(p => new RadiusServerService(
            p.GetRequiredService<Radius.Transport.RadiusServer>(), p.GetRequiredService<AccessHandler>(), configuration, () => Bound(p)));
    }

    // The address with the port really bound, where there is a page.
    private static Uri? Bound(IServiceProvider services) =>
        services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.Select(a => new Uri(a)).FirstOrDefault();

    private static WebApplicationBuilder Web(Uri page)
    {
        const int LargestBody = 1024;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentConnections = 256;
            IPAddress address = IPAddress.TryParse(page.IdnHost.Trim('[', ']'), out IPAddress? given) ? given : IPAddress.Loopback;
            kestrel.Listen(address, page.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder;
    }

    private static AccountingStore Open(string file)
    {
        try
        {
            return new AccountingStore(file);
        }
        catch (SqliteException e)
        {
            throw new ConfigurationException(file, 1, $"should be an SQLite file, or one that can be made: {e.Message}");
        }
    }

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Url} may be reached from other machines; whoever reaches it sees who logs in")]
    private static partial void LogReachable(ILogger logger, Uri url);
}
