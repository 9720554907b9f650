using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer;

/// <summary>Builds the server's host.</summary>
public static class RadiusServerHost
{
    /// <summary>Prepares to serve.</summary>
    /// <param name="configuration">What to do.</param>
    /// <param name="logging">Where logs go; by default the console.</param>
    public static IHost Build(RadiusServerConfiguration configuration, Action<ILoggingBuilder>? logging = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        (logging ?? (l => l.AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffzzz "))))(builder.Logging);
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<RadiusServerService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RadiusServerService>());
        return builder.Build();
    }
}
