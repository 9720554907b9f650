using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud.Api;
using Sallyport.Samples.DuoCloud.Logins;
using Sallyport.Samples.DuoCloud.Phone;
using Sallyport.Samples.DuoCloud.Tls;

namespace Sallyport.Samples.DuoCloud;

/// <summary>Builds the simulator's host.</summary>
public static partial class DuoCloudHost
{
    private const int LargestBody = 64 * 1024;

    /// <summary>Makes the certificates, writes the authority's where asked, and prepares to serve.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="logging">Where logs go; by default the console.</param>
    /// <returns>The host; its services hold a <see cref="DuoCloudService"/>.</returns>
    /// <exception cref="ConfigurationException">A URL cannot be used.</exception>
    /// <exception cref="IOException">The certificate cannot be written.</exception>
    public static IHost Build(DuoCloudOptions options, Action<ILoggingBuilder>? logging = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<Uri> urls = [.. options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        (logging ?? (l => l.AddSimpleConsole(c => c.SingleLine = true)))(builder.Logging);

        CloudCertificates certificates = CloudCertificates.Create(urls.Select(u => u.IdnHost.Trim('[', ']')), options.TimeProvider.GetUtcNow());
        if (options.AuthorityFile is not null)
        {
            certificates.WriteAuthority(options.AuthorityFile);
        }

        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, urls, certificates));
        Register(builder.Services, options, certificates);
        WebApplication app = builder.Build();
        Map(app, options.LegacyBson);
        foreach (Uri url in urls.Where(u => !u.IsLoopback))
        {
            LogReachable(app.Services.GetRequiredService<ILogger<DuoCloudService>>(), url);
        }

        return app;
    }

    /// <summary>The URLs that a started simulator serves, with the ports really bound.</summary>
    public static IReadOnlyList<Uri> Urls(IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.GetRequiredService<DuoCloudService>().Urls;
    }

    private static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttps && uri.PathAndQuery == "/"
            ? uri
            : throw new ConfigurationException("--urls", 1, $"'{url}' should read https://ADDRESS:PORT");

    private static void Register(IServiceCollection services, DuoCloudOptions options, CloudCertificates certificates)
    {
        services.AddRoutingCore();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        services.AddSingleton(options.TimeProvider);
        services.AddSingleton(options.Configuration);
        services.AddSingleton(_ => certificates);
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<LoginDesk>();
        services.AddSingleton<AuthV2>();
        services.AddSingleton<RestV1>();
        services.AddSingleton(p => new CallReader(options.Configuration, options.LegacyBson, options.TimeProvider, p.GetRequiredService<ILogger<CallReader>>()));
        services.AddSingleton<Gate>();
        services.AddSingleton<PhonePage>();
        services.AddSingleton<DuoCloudService>();
    }

    private static void Listen(KestrelServerOptions kestrel, IEnumerable<Uri> urls, CloudCertificates certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MaxConcurrentConnections = 4096;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        foreach (Uri url in urls)
        {
            string host = url.IdnHost.Trim('[', ']');
            IPAddress address = IPAddress.TryParse(host, out IPAddress? given) ? given
                : host == "localhost" ? IPAddress.Loopback
                : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
            kestrel.Listen(address, url.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificates.Server;
                    https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                });
            });
        }
    }

    private static void Map(WebApplication app, bool legacy)
    {
        Gate gate = app.Services.GetRequiredService<Gate>();
        AuthV2 v2 = app.Services.GetRequiredService<AuthV2>();
        RestV1 v1 = app.Services.GetRequiredService<RestV1>();

        // Clients use ping to find out how far their clock is off: neither signature nor date is judged.
        app.MapGet("/auth/v2/ping", (RequestDelegate)(c => gate.ServeOpenAsync(c, v2.Time)));
        app.MapGet("/auth/v2/check", (RequestDelegate)(c => gate.ServeAsync(c, true, v2.CheckAsync)));
        app.MapPost("/auth/v2/preauth", (RequestDelegate)(c => gate.ServeAsync(c, true, v2.PreauthAsync)));
        app.MapPost("/auth/v2/auth", (RequestDelegate)(c => gate.ServeAsync(c, true, v2.AuthAsync)));
        app.MapGet("/auth/v2/auth_status", (RequestDelegate)(c => gate.ServeAsync(c, true, v2.StatusAsync)));
        foreach (string suffix in legacy ? new[] { "", ".bson" } : [""])
        {
            app.MapGet($"/rest/v1/ping{suffix}", (RequestDelegate)(c => gate.ServeOpenAsync(c, RestV1.Ping)));
            app.MapGet($"/rest/v1/check{suffix}", (RequestDelegate)(c => gate.ServeAsync(c, false, RestV1.CheckAsync)));
            app.MapPost($"/rest/v1/preauth{suffix}", (RequestDelegate)(c => gate.ServeAsync(c, false, v1.PreauthAsync)));
            app.MapPost($"/rest/v1/auth{suffix}", (RequestDelegate)(c => gate.ServeAsync(c, false, v1.AuthAsync)));
            app.MapGet($"/rest/v1/status{suffix}", (RequestDelegate)(c => gate.ServeAsync(c, false, v1.StatusAsync)));
        }

        app.MapGet(Enrolment.Path, (RequestDelegate)(c => c.Response.WriteAsync(Enrolment.Page)));
        app.Services.GetRequiredService<PhonePage>().Map(app);
        app.MapFallback("{**path}", (RequestDelegate)gate.NotFoundAsync);
    }

    [LoggerMessage(EventId = 13, Level = LogLevel.Warning, Message = "{Url} may be reached from other machines; whoever reaches it can answer pushes on its phone page")]
    private static partial void LogReachable(ILogger logger, Uri url);
}
