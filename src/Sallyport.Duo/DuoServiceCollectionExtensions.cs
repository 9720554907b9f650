using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sallyport.Duo.Http;

namespace Sallyport.Duo;

/// <summary>Registers the clients, each with options and a pool of connections of its own.</summary>
public static class DuoServiceCollectionExtensions
{
    /// <summary>The name under which the options and the HTTP client of <see cref="AddDuoAuthApi"/> are registered.</summary>
    public const string AuthApiName = "Sallyport.Duo.AuthApi";

    /// <summary>The name under which the options and the HTTP client of <see cref="AddDuoRestApi"/> are registered.</summary>
    public const string RestApiName = "Sallyport.Duo.RestApi";

    /// <summary>Registers <see cref="DuoAuthClient"/> for <c>/auth/v2</c>. A <see cref="TimeProvider"/> among the services is its clock.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets keys and host; the options are checked when the client is first asked for.</param>
    /// <returns>The HTTP client's builder, for handlers of one's own.</returns>
    public static IHttpClientBuilder AddDuoAuthApi(this IServiceCollection services, Action<DuoOptions> configure)
    {
        IHttpClientBuilder builder = AddHttp(services, AuthApiName, configure);
        services.TryAddTransient(p => new DuoAuthClient(Options(p, AuthApiName), Http(p, AuthApiName), p.GetService<ILogger<DuoAuthClient>>(), p.GetService<TimeProvider>()));
        return builder;
    }

    /// <summary>Registers <see cref="DuoRestClient"/> for <c>/rest/v1</c>. A <see cref="TimeProvider"/> among the services is its clock.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets keys and host; the options are checked when the client is first asked for.</param>
    /// <returns>The HTTP client's builder, for handlers of one's own.</returns>
    public static IHttpClientBuilder AddDuoRestApi(this IServiceCollection services, Action<DuoOptions> configure)
    {
        IHttpClientBuilder builder = AddHttp(services, RestApiName, configure);
        services.TryAddTransient(p => new DuoRestClient(Options(p, RestApiName), Http(p, RestApiName), p.GetService<ILogger<DuoRestClient>>(), p.GetService<TimeProvider>()));
        return builder;
    }

    /// <summary>An HTTP client with the options' trust and proxy, for use without dependency injection. Dispose of it with the last Duo client.</summary>
    /// <param name="options">The options; <see cref="DuoOptions.CaFile"/> is read now.</param>
    /// <exception cref="IOException">The file of roots cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file of roots holds what is no certificate.</exception>
    public static HttpClient CreateHttpClient(DuoOptions options) => new(DuoTransport.CreateHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };

    private static DuoOptions Options(IServiceProvider provider, string name) => provider.GetRequiredService<IOptionsMonitor<DuoOptions>>().Get(name);

    private static HttpClient Http(IServiceProvider provider, string name) => provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    // The factory's own loggers would print the Authorization header at level Trace.
    private static IHttpClientBuilder AddHttp(IServiceCollection services, string name, Action<DuoOptions> configure)
    {
        services.Configure(name, configure);
        return services.AddHttpClient(name, c => c.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(p => DuoTransport.CreateHandler(Options(p, name)))
            .RemoveAllLoggers();
    }
}
