using Sallyport.Samples.DuoProxy.Configuration;

namespace Sallyport.Samples.DuoProxy;

/// <summary>What a proxy is built from.</summary>
public sealed class DuoProxyOptions
{
    /// <summary>The configuration, read by <see cref="AuthProxyConfiguration.Load"/> or <see cref="AuthProxyConfiguration.Parse"/>.</summary>
    public required AuthProxyConfiguration Configuration { get; init; }

    /// <summary>The clock; the system's when null.</summary>
    public TimeProvider? Time { get; init; }
}
