using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Sallyport.Duo.Signing;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Signatures;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>Reads a call, and lets none through whose signature does not hold or whose date is off.</summary>
internal sealed partial class CallReader(DuoCloudConfiguration configuration, bool allowDateless, TimeProvider time, ILogger<CallReader> logger)
{
    private const int MostParameters = 100;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, CloudApplication> _applications = configuration.Applications.ToDictionary(a => a.IntegrationKey, StringComparer.Ordinal);

    /// <summary>Reads and judges a call.</summary>
    /// <exception cref="CloudRefusedException">It is refused.</exception>
    public async Task<CloudCall> ReadAsync(HttpContext context, bool v2, CancellationToken cancellation)
    {
        HttpRequest request = context.Request;
        if (!DuoSignature.TryParseAuthorization(request.Headers.Authorization, out string key, out string signature))
        {
            throw CloudRefusedException.MissingCredentials();
        }

        byte[] body = await BodyAsync(request, cancellation);
        bool form = IsType(request, "application/x-www-form-urlencoded");
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        List<KeyValuePair<string, string>> pairs = query < 0 ? [] : [.. Pairs(target[(query + 1)..])];
        if (form)
        {
            pairs.AddRange(Pairs(Encoding.UTF8.GetString(body)));
        }

        string? date = request.Headers["X-Duo-Date"].FirstOrDefault() ?? request.Headers.Date.FirstOrDefault();
        SignedCall signed = new()
        {
            Method = request.Method,
            Host = request.Host.Value ?? "",
            Path = query < 0 ? target : target[..query],
            Parameters = pairs,
            Body = form ? default(ReadOnlyMemory<byte>) : body,
            IsForm = form,
            Date = date,
            DuoHeaders = [.. request.Headers.Where(h => h.Key.StartsWith("X-Duo-", StringComparison.OrdinalIgnoreCase)).Select(h => new KeyValuePair<string, string>(h.Key, h.Value.ToString()))],
        };
        CloudApplication application = Judge(signed, key, signature);
        if (application.Type == (v2 ? ApplicationType.Radius : ApplicationType.AuthApi))
        {
            throw CloudRefusedException.Forbidden();
        }

        return new CloudCall(application, Unique(form || body.Length == 0 ? pairs : [.. pairs, .. Members(request, body)]), request.Host.Value ?? "", cancellation);
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Pairs(string text)
    {
        // Counted before they are taken apart: nothing here grows by what a client sends.
        if (text.AsSpan().Count('&') >= MostParameters)
        {
            throw CloudRefusedException.InvalidParameter("too many parameters");
        }

        return DuoParameters.Parse(text);
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        // Kestrel ends bodies that are longer than its limit.
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, cancellation);
        return body.ToArray();
    }

    private static bool IsType(HttpRequest request, string type) =>
        request.ContentType is { } value && value.Split(';')[0].Trim().Equals(type, StringComparison.OrdinalIgnoreCase);

    private static List<KeyValuePair<string, string>> Members(HttpRequest request, byte[] body)
    {
        if (!IsType(request, "application/json"))
        {
            throw CloudRefusedException.InvalidParameter("Content-Type");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            return
            [
                .. document.RootElement.EnumerateObject().Select(m => new KeyValuePair<string, string>(m.Name, m.Value.ValueKind switch
                {
                    JsonValueKind.String => m.Value.GetString()!,
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => m.Value.GetRawText(),
                    _ => throw CloudRefusedException.InvalidParameter(m.Name),
                })),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw CloudRefusedException.InvalidParameter("body");
        }
    }

    private static Dictionary<string, string> Unique(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach ((string name, string value) in pairs)
        {
            if (!parameters.TryAdd(name, value))
            {
                throw CloudRefusedException.InvalidParameter(name);
            }
        }

        return parameters;
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Debug, Message = "{Application} signs {Method} {Path} by {Form}")]
    private static partial void LogForm(ILogger logger, CloudApplication application, string method, string path, string form);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "{Application}: a call without a date is refused, since it could be replayed for ever; start with --legacy-bson if an old client needs it")]
    private static partial void LogDateless(ILogger logger, CloudApplication application);

    private CloudApplication Judge(SignedCall call, string key, string signature)
    {
        if (!_applications.TryGetValue(key, out CloudApplication? application))
        {
            throw CloudRefusedException.InvalidIntegrationKey();
        }

        if (call.Date is null && !allowDateless)
        {
            LogDateless(logger, application);
            throw CloudRefusedException.MissingTimestamp();
        }

        if (!SignatureCheck.TryVerify(call, application.SecretKey, signature, allowDateless, out string form))
        {
            throw CloudRefusedException.InvalidSignature();
        }

        LogForm(logger, application, call.Method, call.Path, form);
        if (call.Date is not null && (!DuoSignature.TryParseDate(call.Date, out DateTimeOffset date) || (time.GetUtcNow() - date).Duration() > Window))
        {
            throw CloudRefusedException.BadTimestamp();
        }

        return application;
    }
}
