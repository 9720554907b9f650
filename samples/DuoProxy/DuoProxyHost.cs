using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;
using Sallyport.Samples.DuoProxy.Proxy;

namespace Sallyport.Samples.DuoProxy;

/// <summary>Builds the proxy's host.</summary>
public static class DuoProxyHost
{
    /// <summary>Prepares to serve.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="logging">Where logs go; by default where the configuration says, in the proxy's own form.</param>
    /// <exception cref="Common.ConfigurationException">The configuration names something that does not exist.</exception>
    /// <exception cref="IOException">The log file cannot be opened.</exception>
    public static IHost Build(DuoProxyOptions options, Action<ILoggingBuilder>? logging = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        MainSection main = options.Configuration.Main;
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        if (logging is not null)
        {
            logging(builder.Logging);
        }
        else
        {
            builder.Logging.SetMinimumLevel(main.Debug ? LogLevel.Debug : LogLevel.Information);
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
            builder.Logging.AddProvider(new AuthLogProvider(Outputs(main), options.Time));
        }

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<AuthProxyService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AuthProxyService>());
        IHost host = builder.Build();
        try
        {
            // Here rather than at the start, so that an unknown attribute's name is a bad configuration.
            host.Services.GetRequiredService<AuthProxyService>();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static IEnumerable<TextWriter> Outputs(MainSection main)
    {
        if (main.LogToStandardOutput)
        {
            yield return Console.Out;
        }

        if (main.LogFile is not null)
        {
            yield return new RotatingFile(main.LogFile.Value, main.LogMaxSize, main.LogMaxFiles);
        }
    }
}
