using System.Globalization;
using System.Text;
using System.Text.Json;
using Sallyport.Duo.Signing;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>A call whose signature is right: who makes it, and its parameters.</summary>
internal sealed record SignedCall(DuoApplication Application, IReadOnlyDictionary<string, string> Parameters)
{
    public string? this[string name] => Parameters.GetValueOrDefault(name);
}

/// <summary>Checks signatures as strictly as the real cloud does.</summary>
internal sealed class CallVerifier(DuoCloudConfiguration configuration, TimeProvider time, bool legacy)
{
    private static readonly TimeSpan ClockWindow = TimeSpan.FromMinutes(5);

    /// <summary>The call, or the code and message to refuse it with.</summary>
    public async Task<(SignedCall? Call, int Code, string Message)> VerifyAsync(HttpRequest request)
    {
        if (!DuoSignature.TryParseAuthorization(request.Headers.Authorization, out string key, out string signature))
        {
            return (null, 40101, "Missing request credentials");
        }

        if (!configuration.Applications.TryGetValue(key, out DuoApplication? application))
        {
            return (null, 40102, "Invalid integration key in request credentials");
        }

        string? date = request.Headers["X-Duo-Date"].FirstOrDefault() ?? request.Headers.Date.FirstOrDefault();
        if (date is null && !legacy)
        {
            return (null, 40104, "Missing request timestamp");
        }

        if (date is not null && (!TryParseDate(date, out DateTimeOffset sent) || (time.GetUtcNow() - sent).Duration() > ClockWindow))
        {
            return (null, 40105, "Bad request timestamp");
        }

        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        if (!Matches(request, application, date, body.ToArray(), signature, out IReadOnlyDictionary<string, string> parameters))
        {
            return (null, 40103, "Invalid signature in request credentials");
        }

        return (new SignedCall(application, parameters), 0, "");
    }

    private static bool Matches(
        HttpRequest request, DuoApplication application, string? date, byte[] body, string signature, out IReadOnlyDictionary<string, string> parameters)
    {
        bool json = request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) ?? false;
        bool form = !json && !HttpMethods.IsGet(request.Method);
        string signed = form ? Encoding.UTF8.GetString(body) : request.QueryString.Value?.TrimStart('?') ?? "";
        IReadOnlyList<KeyValuePair<string, string>> pairs = DuoParameters.Parse(signed);
        parameters = Collect(pairs, json ? body : []);
        DuoSignedRequest call = new()
        {
            Method = request.Method,
            Host = request.Host.Host,
            Path = request.Path.Value ?? "",
            Date = date ?? "",
            Body = form ? default : body,
            DuoHeaders = request.Headers.SelectMany(h => h.Value.Select(v => new KeyValuePair<string, string>(h.Key, v ?? ""))),
        };

        // Clients differ in what order they sign, and in whether the host has its port.
        foreach (string host in (string[])[request.Host.Host, request.Host.Value ?? ""])
        {
            foreach (string order in (string[])[DuoParameters.Canonicalize(pairs), DuoParameters.Concatenate(pairs)])
            {
                if (Versions(date, json).Any(v => DuoSignature.Verify(v.Version, v.Digest, application.SecretKey, call with { Host = host, Parameters = order }, signature)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Version 1 has no date and no place beside one; with a JSON body only those versions count that sign it.
    private static IEnumerable<(DuoSignatureVersion Version, DuoDigest Digest)> Versions(string? date, bool json) => (date, json) switch
    {
        (null, _) => [(DuoSignatureVersion.V1, DuoDigest.Sha1)],
        (_, true) => [(DuoSignatureVersion.V4, DuoDigest.Sha512), (DuoSignatureVersion.V5, DuoDigest.Sha512)],
        _ => [(DuoSignatureVersion.V2, DuoDigest.Sha512), (DuoSignatureVersion.V2, DuoDigest.Sha1), (DuoSignatureVersion.V4, DuoDigest.Sha512), (DuoSignatureVersion.V5, DuoDigest.Sha512)],
    };

    private static Dictionary<string, string> Collect(IEnumerable<KeyValuePair<string, string>> pairs, byte[] json)
    {
        Dictionary<string, string> parameters = [];
        foreach ((string name, string value) in pairs)
        {
            parameters.TryAdd(name, value);
        }

        if (json.Length > 0)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(json);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty property in document.RootElement.EnumerateObject())
                    {
                        parameters.TryAdd(property.Name, property.Value.ToString());
                    }
                }
            }
            catch (JsonException)
            {
                // The signature may be right all the same; the missing parameters are told then.
            }
        }

        return parameters;
    }

    private static bool TryParseDate(string text, out DateTimeOffset date)
    {
        // RFC 5322 zones: +hhmm, which .NET wants with a colon, GMT, and -0000.
        string zoned = text.EndsWith(" GMT", StringComparison.Ordinal) ? text[..^4] + " +00:00"
            : text.Length > 5 && text[^5] is '+' or '-' ? text[..^2] + ":" + text[^2..]
            : text;
        return DateTimeOffset.TryParseExact(zoned, "ddd, d MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out date);
    }
}
