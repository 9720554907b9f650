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
    /// <summary>No connection: name, route or port.</summary>
    Connect,

    /// <summary>No trusted TLS connection.</summary>
    Tls,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>An answer of status 5xx.</summary>
    ServerError,

    /// <summary>A rate limit that outlasted the retries.</summary>
    RateLimit,

    /// <summary>An answer that is none of Duo's.</summary>
    BadResponse,
}

/// <summary>Duo could not be reached, or could not answer: nothing is said about the person.</summary>
public sealed class DuoUnreachableException : DuoException
{
    /// <summary>Creates it.</summary>
    public DuoUnreachableException(DuoUnreachableReason reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Why.</summary>
    public DuoUnreachableReason Reason { get; }
}

/// <summary>Duo refused the call.</summary>
public sealed class DuoApiException : DuoException
{
    /// <summary>Creates it.</summary>
    public DuoApiException(HttpStatusCode status, int code, string apiMessage, string? detail)
        : base($"Duo answers {(int)status} with code {code}: {apiMessage}{(detail is null ? "" : $" ({detail})")}{Advice(code)}", null)
    {
        Status = status;
        Code = code;
        ApiMessage = apiMessage;
        Detail = detail;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Duo's code, such as 40103; 0 where it gave none.</summary>
    public int Code { get; }

    /// <summary>Duo's message.</summary>
    public string ApiMessage { get; }

    /// <summary>More of it, such as the name of a parameter.</summary>
    public string? Detail { get; }

    /// <summary>Whether keys or clock are wrong: a fault of this side's configuration.</summary>
    public bool IsConfigurationFault => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    private static string Advice(int code) => code switch
    {
        40102 => "; check the integration key, and that the API host belongs to it",
        40103 => "; check the secret key, and that it belongs to this integration key",
        40104 or 40105 => "; check this machine's clock, which may be off by five minutes at most",
        40301 => "; the keys are of another type of application than this call needs",
        _ => "",
    };
}
