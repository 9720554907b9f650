using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sallyport.Duo.Signing;

/// <summary>The versions of Duo's request signature.</summary>
public enum DuoSignatureVersion
{
    /// <summary>Method, host, path, parameters; no date, so a request can be replayed for ever.</summary>
    V1 = 1,

    /// <summary>Date, then version 1.</summary>
    V2 = 2,

    /// <summary>Version 2, then the SHA-512 of the body.</summary>
    V4 = 4,

    /// <summary>Version 4, then the SHA-512 of the X-Duo headers.</summary>
    V5 = 5,
}

/// <summary>The hash of the HMAC.</summary>
public enum DuoDigest
{
    /// <summary>HMAC-SHA-1, with versions 1 and 2.</summary>
    Sha1,

    /// <summary>HMAC-SHA-512.</summary>
    Sha512,
}

/// <summary>What a signature covers.</summary>
public sealed record DuoSignedRequest
{
    /// <summary>The method; signed in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>The host; signed in lower case, as a rule without a port.</summary>
    public required string Host { get; init; }

    /// <summary>The path as sent.</summary>
    public required string Path { get; init; }

    /// <summary>The encoded parameters of query or form, see <see cref="DuoParameters"/>.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>The Date or X-Duo-Date header exactly as sent.</summary>
    public string Date { get; init; } = "";

    /// <summary>The body's octets, for versions 4 and 5.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The headers whose names begin with <c>X-Duo-</c>, for version 5.</summary>
    public IEnumerable<KeyValuePair<string, string>> DuoHeaders { get; init; } = [];
}

/// <summary>Duo's request signature: an HMAC over a canonical text, sent as HTTP Basic password beside the integration key.</summary>
public static class DuoSignature
{
    /// <summary>The text that is signed, its lines joined by line feeds.</summary>
    public static string Canonicalize(DuoSignatureVersion version, DuoSignedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<string> lines = [];
        if (version != DuoSignatureVersion.V1)
        {
            lines.Add(request.Date);
        }

        lines.AddRange([request.Method.ToUpperInvariant(), request.Host.ToLowerInvariant(), request.Path, request.Parameters]);
        if (version is DuoSignatureVersion.V4 or DuoSignatureVersion.V5)
        {
            lines.Add(Convert.ToHexStringLower(SHA512.HashData(request.Body.Span)));
        }

        if (version == DuoSignatureVersion.V5)
        {
            lines.Add(Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(Headers(request.DuoHeaders)))));
        }

        return string.Join('\n', lines);
    }

    /// <summary>The signature: an HMAC in lower-case hexadecimal.</summary>
    /// <param name="version">Which text is signed.</param>
    /// <param name="digest">The hash.</param>
    /// <param name="secretKey">The application's secret key.</param>
    /// <param name="request">What is signed.</param>
    public static string Compute(DuoSignatureVersion version, DuoDigest digest, string secretKey, DuoSignedRequest request)
    {
        byte[] key = Encoding.UTF8.GetBytes(secretKey);
        byte[] text = Encoding.UTF8.GetBytes(Canonicalize(version, request));
        byte[] mac = digest == DuoDigest.Sha1 ? HMACSHA1.HashData(key, text) : HMACSHA512.HashData(key, text);
        CryptographicOperations.ZeroMemory(key);
        return Convert.ToHexStringLower(mac);
    }

    /// <summary>Checks a signature in constant time.</summary>
    public static bool Verify(DuoSignatureVersion version, DuoDigest digest, string secretKey, DuoSignedRequest request, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Compute(version, digest, secretKey, request)), Encoding.ASCII.GetBytes(signature));
    }

    /// <summary>The Authorization header's value.</summary>
    public static string Authorization(string integrationKey, string signature) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{integrationKey}:{signature}"));

    /// <summary>Takes an Authorization header apart.</summary>
    public static bool TryParseAuthorization(string? header, out string integrationKey, out string signature)
    {
        (integrationKey, signature) = ("", "");
        const string Scheme = "Basic ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        byte[] octets = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), octets, out int length))
        {
            return false;
        }

        string text = Encoding.UTF8.GetString(octets, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        (integrationKey, signature) = (text[..colon], text[(colon + 1)..]);
        return true;
    }

    /// <summary>A time as the Date header carries it (RFC 5322 §3.3): <c>Fri, 07 Dec 2012 17:18:00 +0000</c>.</summary>
    public static string FormatDate(DateTimeOffset time) => time.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);

    /// <summary>Reads a Date or X-Duo-Date header: RFC 5322 §3.3 with a numeric zone, <c>-0000</c> included, or <c>GMT</c>.</summary>
    /// <param name="text">The header's value.</param>
    /// <param name="time">The time; meaningless where the method returns false.</param>
    /// <returns>Whether the text is such a date.</returns>
    public static bool TryParseDate(string? text, out DateTimeOffset time)
    {
        time = default;
        if (text is null || text.Length > 64)
        {
            return false;
        }

        text = text.Trim();
        if (text.EndsWith(" GMT", StringComparison.Ordinal) || text.EndsWith(" UTC", StringComparison.Ordinal))
        {
            text = $"{text.AsSpan(0, text.Length - 3)}+0000";
        }

        return DateTimeOffset.TryParseExact(text, ["ddd, d MMM yyyy HH:mm:ss zzz", "d MMM yyyy HH:mm:ss zzz"], CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out time);
    }

    private static string Headers(IEnumerable<KeyValuePair<string, string>> headers) => string.Join(
        '\0',
        headers
            .Select(h => (Name: h.Key.ToLowerInvariant(), h.Value))
            .Where(h => h.Name.StartsWith("x-duo-", StringComparison.Ordinal))
            .OrderBy(h => h.Name, StringComparer.Ordinal)
            .Select(h => $"{h.Name}\0{h.Value}"));
}
