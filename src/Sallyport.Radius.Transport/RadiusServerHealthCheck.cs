using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sallyport.Radius.Transport;

/// <summary>
/// Whether a server serves: unhealthy where a listener does not, degraded where requests were shed since the last check. Added by
/// <c>AddHealthChecks().AddCheck&lt;RadiusServerHealthCheck&gt;("radius")</c>.
/// </summary>
/// <param name="server">The server.</param>
public sealed class RadiusServerHealthCheck(RadiusServer server) : IHealthCheck
{
    private long _shed = Shed(server);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        long shed = Shed(server);
        long since = shed - Interlocked.Exchange(ref _shed, shed);
        Dictionary<string, object> data = new()
        {
            ["pending"] = server.Pending,
            ["known"] = server.Known,
            ["shed"] = shed,
        };
        return Task.FromResult(
            !server.IsServing ? new HealthCheckResult(context?.Registration?.FailureStatus ?? HealthStatus.Unhealthy, "the server does not listen", data: data)
            : since > 0 ? HealthCheckResult.Degraded($"{since} requests were shed since the last check", data: data)
            : HealthCheckResult.Healthy("the server listens", data));
    }

    private static long Shed(RadiusServer server) => server.Dropped(RadiusDropReason.Overload) + server.SystemDrops;
}
