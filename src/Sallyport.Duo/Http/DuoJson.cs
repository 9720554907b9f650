using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sallyport.Duo.Http;

/// <summary>What Duo sends where others send something else.</summary>
internal static class DuoJson
{
    /// <summary>A text; null where the element is none, or one that no .NET string can hold.</summary>
    public static string? Text(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A number, which may be written as a text; 0 where it is none.</summary>
    public static int Number(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number) ? number
        : int.TryParse(Text(element), NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number
        : 0;
}

internal sealed record DuoEnvelope
{
    [JsonPropertyName("stat")]
    public string? Stat { get; init; }

    /// <summary>A number, or a text that may be empty.</summary>
    [JsonPropertyName("code")]
    public JsonElement Code { get; init; }

    [JsonPropertyName("message")]
    public JsonElement Message { get; init; }

    [JsonPropertyName("message_detail")]
    public JsonElement MessageDetail { get; init; }

    [JsonPropertyName("response")]
    public JsonElement Response { get; init; }
}

internal sealed record DuoPreauthJson
{
    [JsonPropertyName("result")]
    public string? Result { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("status_msg")]
    public string? StatusMessage { get; init; }

    [JsonPropertyName("prompt")]
    public JsonElement Prompt { get; init; }

    [JsonPropertyName("devices")]
    public IReadOnlyList<DuoDevice?>? Devices { get; init; }

    [JsonPropertyName("factors")]
    public IReadOnlyDictionary<string, string?>? Factors { get; init; }

    [JsonPropertyName("enroll_portal_url")]
    public string? EnrollUrl { get; init; }

    /// <summary>The prompt of <c>/rest/v1</c>, a text.</summary>
    [JsonIgnore]
    public string? PromptText => DuoJson.Text(Prompt);

    public DuoPreauth ToPreauth(string? status) => new(
        new DuoResult(Result ?? ""),
        status ?? "",
        [.. (Devices ?? []).OfType<DuoDevice>()],
        (Factors ?? new Dictionary<string, string?>()).Where(f => f.Value is not null).ToDictionary(f => f.Key, f => f.Value!, StringComparer.Ordinal),
        EnrollUrl);
}

internal sealed record DuoAuthJson
{
    [JsonPropertyName("result")]
    public string? Result { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("status_msg")]
    public string? StatusMessage { get; init; }

    [JsonPropertyName("txid")]
    public string? TransactionId { get; init; }

    [JsonPropertyName("trusted_device_token")]
    public string? TrustedDeviceToken { get; init; }

    /// <summary>The answer; <c>/rest/v1</c> has one text for both state and message.</summary>
    public DuoAuth ToAuth(bool v2) => new(new DuoResult(Result ?? ""), Status ?? "", (v2 ? StatusMessage : Status) ?? "") { TrustedDeviceToken = TrustedDeviceToken };
}

internal sealed record DuoPingJson
{
    [JsonPropertyName("time")]
    public long Time { get; init; }
}

[JsonSerializable(typeof(DuoEnvelope))]
[JsonSerializable(typeof(DuoPreauthJson))]
[JsonSerializable(typeof(DuoAuthJson))]
[JsonSerializable(typeof(DuoPingJson))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class DuoJsonContext : JsonSerializerContext;
