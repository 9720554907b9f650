using System.Globalization;
using System.Net.Http.Headers;

namespace Sallyport.Duo.Http;

/// <summary>How long a rate-limited call has to wait (RFC 9110 §10.2.3): Retry-After or Duo's X-Retry-After, each in seconds or as a date.</summary>
internal static class RetryAfter
{
    /// <summary>Reads what the answer says; null where it says nothing.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (headers.RetryAfter is { } standard)
        {
            return standard.Delta ?? Until(standard.Date, now);
        }

        if (!headers.TryGetValues("X-Retry-After", out IEnumerable<string>? values))
        {
            return null;
        }

        string text = values.First();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds)
            : Signing.DuoSignature.TryParseDate(text, out DateTimeOffset date) ? Until(date, now)
            : null;
    }

    private static TimeSpan? Until(DateTimeOffset? date, DateTimeOffset now) => date is null ? null : date > now ? date - now : TimeSpan.Zero;
}
