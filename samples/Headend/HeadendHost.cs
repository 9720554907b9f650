using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Samples.Common;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend;

/// <summary>Builds the headend's host.</summary>
public static class HeadendHost
{
    /// <summary>Reads the configuration and prepares to serve.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="logging">Where logs go; by default the console.</param>
    /// <exception cref="ConfigurationException">The configuration or the trustpoint's files cannot be used.</exception>
    public static IHost Build(HeadendOptions options, Action<ILoggingBuilder>? logging = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        HeadendPlan plan = ReadPlan(options.ConfigFile);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        (logging ?? (l => l.AddSimpleConsole(c => c.SingleLine = true)))(builder.Logging);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(plan);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HeadendService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<HeadendService>());
        IHost host = builder.Build();
        try
        {
            // Here rather than at the start, so that a bad trustpoint is a bad configuration.
            host.Services.GetRequiredService<HeadendService>();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Reads and joins a router's configuration.</summary>
    /// <exception cref="ConfigurationException">It cannot be read or used.</exception>
    public static HeadendPlan ReadPlan(string file)
    {
        try
        {
            return HeadendPlan.Resolve(RouterConfiguration.Parse(File.ReadAllText(file), file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(file, 1, $"cannot be read: {e.Message}");
        }
    }
}
