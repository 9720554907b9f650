using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sallyport.Duo.Http;

internal sealed record DuoEnvelope
{
    [JsonPropertyName("stat")]
    public string? Stat { get; init; }

    /// <summary>A number, or a text that may be empty.</summary>
    [JsonPropertyName("code")]
    public JsonElement Code { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }

    [JsonPropertyName("message_detail")]
    public string? MessageDetail { get; init; }

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
    public IReadOnlyList<DuoDevice>? Devices { get; init; }

    [JsonPropertyName("factors")]
    public IReadOnlyDictionary<string, string>? Factors { get; init; }

    [JsonPropertyName("enroll_portal_url")]
    public string? EnrollUrl { get; init; }
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
