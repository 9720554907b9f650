using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Duo;

/// <summary>A Duo application and how to reach it.</summary>
public sealed class DuoOptions
{
    /// <summary>The integration key, <c>DI…</c>.</summary>
    public string IntegrationKey { get; set; } = "";

    /// <summary>The secret key. Never printed, never sent: only signatures made with it are.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The API host, <c>api-….duosecurity.com</c>: a name or address without scheme and port. It is part of what is signed.</summary>
    public string ApiHost { get; set; } = "";

    /// <summary>The API's port.</summary>
    public int ApiPort { get; set; } = 443;

    /// <summary>The only roots to trust, instead of the system's; in addition to those of <see cref="CaFile"/>.</summary>
    public X509Certificate2Collection? TrustedRoots { get; set; }

    /// <summary>A PEM file with the only roots to trust, instead of the system's. Read once, when the first connection pool is made.</summary>
    public string? CaFile { get; set; }

    /// <summary>An HTTP proxy that is asked to CONNECT, such as <c>http://proxy:3128</c>; where it is null, the environment's proxy (HTTPS_PROXY).</summary>
    public Uri? HttpProxy { get; set; }

    /// <summary>How long a call may take in which no person is asked, waits for rate limits included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call may take in which a person is asked. Duo ends a push by itself after about 60 s, so less than 65 s cuts people off.</summary>
    public TimeSpan AuthTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>How long a rate-limited call may wait in all before it is given up; zero to never wait.</summary>
    public TimeSpan LongestRateLimitWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whom the application speaks for, sent as User-Agent.</summary>
    public string UserAgent { get; set; } = "Sallyport.Duo";

    /// <summary>The host and the integration key, never the secret key.</summary>
    public override string ToString() => $"{IntegrationKey} at {ApiHost}:{ApiPort}";

    /// <summary>Refuses what no call can be made with.</summary>
    /// <exception cref="ArgumentException">A key is missing, the host is none, or a number is out of range.</exception>
    internal void Validate()
    {
        Check(IntegrationKey.Length > 0 && !IntegrationKey.Contains(':', StringComparison.Ordinal), nameof(IntegrationKey), "is missing, or holds a colon");
        Check(SecretKey.Length > 0, nameof(SecretKey), "is missing");
        Check(Uri.CheckHostName(ApiHost) != UriHostNameType.Unknown, nameof(ApiHost), $"should be a host without scheme and port, not '{ApiHost}'");
        Check(ApiPort is > 0 and <= ushort.MaxValue, nameof(ApiPort), "should be from 1 to 65535");
        Check(Timeout > TimeSpan.Zero, nameof(Timeout), "should be longer than nothing");
        Check(AuthTimeout > TimeSpan.Zero, nameof(AuthTimeout), "should be longer than nothing");
        Check(LongestRateLimitWait >= TimeSpan.Zero, nameof(LongestRateLimitWait), "should not be negative");
    }

    private static void Check(bool holds, string option, string problem)
    {
        if (!holds)
        {
            // The value itself may be a secret that was put into the wrong place.
            throw new ArgumentException($"{nameof(DuoOptions)}.{option} {problem}");
        }
    }
}
