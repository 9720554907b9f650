using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud.Api;
using Sallyport.Samples.DuoCloud.Phone;
using Sallyport.Samples.DuoCloud.Pushes;
using Sallyport.Samples.DuoCloud.Tls;

namespace Sallyport.Samples.DuoCloud;

/// <summary>Builds the simulator's host.</summary>
public static class DuoCloudHost
{
    private const long LargestBody = 64 * 1024;

    /// <summary>Prepares to serve; the authority's certificate is written at once.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="logging">Where logs go; by default the console.</param>
    /// <exception cref="ConfigurationException">A URL cannot be used.</exception>
    /// <exception cref="IOException">The authority's certificate cannot be written.</exception>
    public static IHost Build(DuoCloudOptions options, Action<ILoggingBuilder>? logging = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<Uri> urls = [.. options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
        ServerCertificate certificate = ServerCertificate.Create(urls.Select(u => u.Host), TimeProvider.System.GetUtcNow());
        if (options.AuthorityFile is not null)
        {
            File.WriteAllText(options.AuthorityFile, certificate.AuthorityPem);
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        (logging ?? (l => l.AddSimpleConsole(c => c.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning)))(builder.Logging);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            foreach (Uri url in urls)
            {
                void Secure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen) => listen.UseHttps(certificate.Certificate);
                if (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address))
                {
                    kestrel.Listen(address, url.Port, Secure);
                }
                else if (url.Host == "localhost")
                {
                    kestrel.ListenLocalhost(url.Port, Secure);
                }
                else
                {
                    kestrel.ListenAnyIP(url.Port, Secure);
                }
            }
        });
        builder.Services.AddRouting(o => o.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options.Configuration);
        builder.Services.AddSingleton<PushBoard>();
        builder.Services.AddSingleton(s => new CallVerifier(options.Configuration, s.GetRequiredService<TimeProvider>(), options.LegacyBson));
        builder.Services.AddSingleton<DuoApi>();
        WebApplication app = builder.Build();
        app.Services.GetRequiredService<DuoApi>().Map(app, options.LegacyBson);
        PhonePage.Map(app, app.Services.GetRequiredService<PushBoard>());
        return app;
    }

    /// <summary>The URLs that a started simulator serves.</summary>
    public static IReadOnlyList<Uri> Urls(IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        ICollection<string> addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return [.. addresses.Select(a => new Uri(a))];
    }

    private static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme == "https" && uri.AbsolutePath == "/"
            ? uri
            : throw new ConfigurationException("--urls", 1, $"'{url}' should read https://ADDRESS:PORT");
}
