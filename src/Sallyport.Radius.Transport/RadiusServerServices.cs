using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sallyport.Radius.Transport;

/// <summary>Adds a RADIUS server to a host.</summary>
public static class RadiusServerServices
{
    /// <summary>Adds a <see cref="RadiusServer"/> that starts and stops with the host.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Says where to listen, and who may ask.</param>
    /// <returns>What the handlers are named to. A listener's role without a handler keeps the host from starting.</returns>
    public static RadiusServerBuilder AddRadiusServer(this IServiceCollection services, Action<RadiusServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<RadiusServerOptions>().Configure(configure);
        services.TryAddSingleton(Create);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RadiusServerHosting>());
        return new RadiusServerBuilder(services);
    }

    private static RadiusServer Create(IServiceProvider services)
    {
        RadiusHandlers handlers = new();
        foreach (RadiusHandlerRegistration registration in services.GetServices<RadiusHandlerRegistration>())
        {
            registration.Apply(handlers, services);
        }

        return new RadiusServer(
            services.GetRequiredService<IOptions<RadiusServerOptions>>().Value, handlers, services.GetService<ILogger<RadiusServer>>(), services.GetService<TimeProvider>());
    }
}

/// <summary>Names the handlers of a server to its host: delegates, or types that the host makes, one instance of each.</summary>
public sealed class RadiusServerBuilder
{
    internal RadiusServerBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Handles Access-Request.</summary>
    public RadiusServerBuilder HandleAccess(RadiusHandler handler) => Add((handlers, _) => handlers.Access = handler);

    /// <summary>Handles Access-Request.</summary>
    public RadiusServerBuilder HandleAccess<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IRadiusHandler => Add<THandler>((handlers, handler) => handlers.Access = handler);

    /// <summary>Handles Accounting-Request.</summary>
    public RadiusServerBuilder HandleAccounting(RadiusHandler handler) => Add((handlers, _) => handlers.Accounting = handler);

    /// <summary>Handles Accounting-Request.</summary>
    public RadiusServerBuilder HandleAccounting<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IRadiusHandler => Add<THandler>((handlers, handler) => handlers.Accounting = handler);

    /// <summary>Handles CoA-Request.</summary>
    public RadiusServerBuilder HandleCoa(RadiusHandler handler) => Add((handlers, _) => handlers.Coa = handler);

    /// <summary>Handles CoA-Request.</summary>
    public RadiusServerBuilder HandleCoa<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IRadiusHandler => Add<THandler>((handlers, handler) => handlers.Coa = handler);

    /// <summary>Handles Disconnect-Request.</summary>
    public RadiusServerBuilder HandleDisconnect(RadiusHandler handler) => Add((handlers, _) => handlers.Disconnect = handler);

    /// <summary>Handles Disconnect-Request.</summary>
    public RadiusServerBuilder HandleDisconnect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IRadiusHandler => Add<THandler>((handlers, handler) => handlers.Disconnect = handler);

    private RadiusServerBuilder Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<RadiusHandlers, RadiusHandler> set)
        where THandler : class, IRadiusHandler
    {
        Services.TryAddSingleton<THandler>();
        return Add((handlers, services) => set(handlers, services.GetRequiredService<THandler>().HandleAsync));
    }

    private RadiusServerBuilder Add(Action<RadiusHandlers, IServiceProvider> apply)
    {
        Services.AddSingleton(new RadiusHandlerRegistration(apply));
        return this;
    }
}

internal sealed record RadiusHandlerRegistration(Action<RadiusHandlers, IServiceProvider> Apply);

// The host knows hosted services by their type; this one passes on to the server, whom others may ask for too.
internal sealed class RadiusServerHosting(RadiusServer server) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => server.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);
}
