using System.Globalization;
using System.Net;

namespace Sallyport.Duo;

/// <summary>A call to Duo that did not succeed.</summary>
public abstract class DuoException : Exception
{
    private protected DuoException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>Why Duo could not be reached.</summary>
public enum DuoUnreachableReason
{
    /// <summary>No connection (name, route, port or proxy), or one that broke off before the answer was there.</summary>
    Connect,

    /// <summary>No trusted TLS connection.</summary>
    Tls,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>An answer of status 5xx.</summary>
    ServerError,

    /// <summary>A rate limit that outlasted the retries.</summary>
    RateLimit,

    /// <summary>An answer that is none of Duo's, such as a captive portal's: no reason to let anybody pass.</summary>
    BadResponse,
}

/// <summary>
/// Duo could not be reached, or could not answer: nothing is said about the person. Whether people pass then is the caller's policy
/// (failmode), to be applied to preauth only: once a person is being asked, a missing answer is no.
/// </summary>
public sealed class DuoUnreachableException : DuoException
{
    /// <summary>Creates it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">Why, for people.</param>
    /// <param name="inner">What was thrown, if anything.</param>
    public DuoUnreachableException(DuoUnreachableReason reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Why.</summary>
    public DuoUnreachableReason Reason { get; }
}

/// <summary>Duo refused the call: <c>{"stat":"FAIL","code":…}</c>, or an error without a body.</summary>
public sealed class DuoApiException : DuoException
{
    /// <summary>Creates it.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">Duo's code; 0 where it gave none.</param>
    /// <param name="apiMessage">Duo's message.</param>
    /// <param name="detail">More of it.</param>
    /// <param name="clockOffset">How far this machine's clock is ahead of Duo's, where the answer told Duo's time.</param>
    public DuoApiException(HttpStatusCode status, int code, string apiMessage, string? detail, TimeSpan? clockOffset = null)
        : base($"Duo answers {(int)status} with code {code}: {apiMessage}{(detail is null ? "" : $" ({detail})")}{Advice(status, code, clockOffset)}", null)
    {
        Status = status;
        Code = code;
        ApiMessage = apiMessage;
        Detail = detail;
        ClockOffset = clockOffset;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Duo's code, such as 40103; 0 where it gave none.</summary>
    public int Code { get; }

    /// <summary>Duo's message.</summary>
    public string ApiMessage { get; }

    /// <summary>More of it, such as the name of a parameter.</summary>
    public string? Detail { get; }

    /// <summary>How far this machine's clock is ahead of Duo's, negative where it is behind; null where the answer did not tell Duo's time.</summary>
    public TimeSpan? ClockOffset { get; }

    /// <summary>Whether keys or clock are wrong: a fault of this side's configuration, not of Duo and not of the person.</summary>
    public bool IsConfigurationFault => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    private static string Advice(HttpStatusCode status, int code, TimeSpan? clockOffset)
    {
        if (status == HttpStatusCode.Unauthorized && clockOffset is { } offset && offset.Duration() > TimeSpan.FromMinutes(4))
        {
            // Duo takes five minutes; a clock near that is the cause, whatever the code says.
            return string.Create(CultureInfo.InvariantCulture, $"; this machine's clock is {offset.Duration().TotalMinutes:F0} minutes {(offset > TimeSpan.Zero ? "ahead of" : "behind")} Duo's: set it");
        }

        return code switch
        {
            40102 => "; check the integration key, and that the API host belongs to it",
            40103 => "; check the secret key, that it belongs to this integration key and API host, that no proxy changes the call, and this machine's clock",
            40104 or 40105 => "; check this machine's clock, which may be off by five minutes at most",
            40301 => "; the keys are of another type of application than this call needs (an application of type RADIUS may call /rest/v1 only)",
            _ => "",
        };
    }
}
