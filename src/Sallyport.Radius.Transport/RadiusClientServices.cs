using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sallyport.Radius.Transport;

/// <summary>Adds RADIUS clients to a host.</summary>
public static class RadiusClientServices
{
    /// <summary>Adds a <see cref="RadiusClient"/>, one for the whole host.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Names the servers.</param>
    public static IServiceCollection AddRadiusClient(this IServiceCollection services, Action<RadiusClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<RadiusClientOptions>().Configure(configure);
        services.TryAddSingleton(s => Create(s, Options.DefaultName));
        return services;
    }

    /// <summary>Adds a <see cref="RadiusClient"/> under a key, where a host has several, such as one for logins and one for accounting.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The key.</param>
    /// <param name="configure">Names the servers.</param>
    public static IServiceCollection AddRadiusClient(this IServiceCollection services, string name, Action<RadiusClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<RadiusClientOptions>(name).Configure(configure);
        services.TryAddKeyedSingleton(name, (s, _) => Create(s, name));
        return services;
    }

    private static RadiusClient Create(IServiceProvider services, string name) => new(
        services.GetRequiredService<IOptionsMonitor<RadiusClientOptions>>().Get(name), services.GetService<ILogger<RadiusClient>>(), services.GetService<TimeProvider>());
}
