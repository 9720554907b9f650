using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sallyport.Duo.Http;

namespace Sallyport.Duo;

/// <summary>Registers the clients, each over a pool of connections of its own.</summary>
public static class DuoServiceCollectionExtensions
{
    private const string ClientName = "Sallyport.Duo";

    /// <summary>Registers <see cref="DuoAuthClient"/> for <c>/auth/v2</c>.</summary>
    public static IServiceCollection AddDuoAuthApi(this IServiceCollection services, Action<DuoOptions> configure)
    {
        AddHttp(services, configure);
        services.TryAddTransient(p => new DuoAuthClient(
            p.GetRequiredService<IOptions<DuoOptions>>().Value, Http(p), p.GetService<ILogger<DuoAuthClient>>(), p.GetService<TimeProvider>()));
        return services;
    }

    /// <summary>Registers <see cref="DuoRestClient"/> for <c>/rest/v1</c>.</summary>
    public static IServiceCollection AddDuoRestApi(this IServiceCollection services, Action<DuoOptions> configure)
    {
        AddHttp(services, configure);
        services.TryAddTransient(p => new DuoRestClient(
            p.GetRequiredService<IOptions<DuoOptions>>().Value, Http(p), p.GetService<ILogger<DuoRestClient>>(), p.GetService<TimeProvider>()));
        return services;
    }

    /// <summary>An HTTP client with the options' trust and proxy, for use without dependency injection. Dispose of it with the last Duo client.</summary>
    public static HttpClient CreateHttpClient(DuoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HttpClient(DuoTransport.CreateHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static HttpClient Http(IServiceProvider provider) => provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName);

    private static void AddHttp(IServiceCollection services, Action<DuoOptions> configure)
    {
        services.Configure(configure);
        services.AddHttpClient(ClientName, c => c.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(p => DuoTransport.CreateHandler(p.GetRequiredService<IOptions<DuoOptions>>().Value))
            .RemoveAllLoggers();
    }
}
