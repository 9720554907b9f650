using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Duo;

/// <summary>A Duo application and how to reach it.</summary>
public sealed class DuoOptions
{
    /// <summary>The integration key, <c>DI…</c>.</summary>
    public string IntegrationKey { get; set; } = "";

    /// <summary>The secret key. Never printed.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The API host, <c>api-….duosecurity.com</c>.</summary>
    public string ApiHost { get; set; } = "";

    /// <summary>The API's port.</summary>
    public int ApiPort { get; set; } = 443;

    /// <summary>The only roots to trust, instead of the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; set; }

    /// <summary>An HTTP proxy that is asked to CONNECT, such as <c>http://proxy:3128</c>.</summary>
    public Uri? HttpProxy { get; set; }

    /// <summary>How long a call may take in which no person is asked.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call may take in which a person is asked; Duo ends a push by itself after about 60 s.</summary>
    public TimeSpan AuthTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>How long a rate-limited call may wait in all before it is given up.</summary>
    public TimeSpan LongestRateLimitWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whom the application speaks for, sent as User-Agent.</summary>
    public string UserAgent { get; set; } = "Sallyport.Duo";

    /// <summary>The host and the integration key, never the secret key.</summary>
    public override string ToString() => $"{IntegrationKey} at {ApiHost}:{ApiPort}";
}
