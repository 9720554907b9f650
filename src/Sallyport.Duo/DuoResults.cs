using System.Text.Json.Serialization;

namespace Sallyport.Duo;

/// <summary>What Duo says of a person or a push. An open set: a word that is none of these is kept, and never means that somebody may pass.</summary>
/// <param name="Value">The word that Duo sent.</param>
public readonly record struct DuoResult(string Value)
{
    /// <summary>The person may pass.</summary>
    public static DuoResult Allow => new("allow");

    /// <summary>The person may not.</summary>
    public static DuoResult Deny => new("deny");

    /// <summary>The person has to be asked.</summary>
    public static DuoResult Auth => new("auth");

    /// <summary>The person has to enrol first.</summary>
    public static DuoResult Enroll => new("enroll");

    /// <summary>The person is being asked.</summary>
    public static DuoResult Waiting => new("waiting");

    /// <summary>The word.</summary>
    public override string ToString() => Value;
}

/// <summary>A person's device (/auth/v2/preauth).</summary>
public sealed record DuoDevice
{
    /// <summary>The device's id.</summary>
    [JsonPropertyName("device")]
    public string Device { get; init; } = "";

    /// <summary>phone or token.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>The number, mostly masked.</summary>
    [JsonPropertyName("number")]
    public string? Number { get; init; }

    /// <summary>The name that people see.</summary>
    [JsonPropertyName("display_name")]
    public string? DisplayName { get; init; }

    /// <summary>auto, push, sms, phone, mobile_otp.</summary>
    [JsonPropertyName("capabilities")]
    public IReadOnlyList<string> Capabilities
    {
        get;
        init => field = value ?? [];
    }

    = [];
}

/// <summary>The answer to a preauth call.</summary>
/// <param name="Result">allow, deny, auth or enroll.</param>
/// <param name="Status">The text for the person.</param>
/// <param name="Devices">The person's devices (/auth/v2).</param>
/// <param name="Factors">The factors that the person may choose, by their number or "default" (/rest/v1).</param>
/// <param name="EnrollUrl">Where the person can enrol.</param>
public sealed record DuoPreauth(
    DuoResult Result, string Status, IReadOnlyList<DuoDevice> Devices, IReadOnlyDictionary<string, string> Factors, string? EnrollUrl);

/// <summary>The answer to an auth or auth_status call.</summary>
/// <param name="Result">allow, deny or waiting.</param>
/// <param name="Status">The state in one word (/auth/v2), or the text for the person (/rest/v1).</param>
/// <param name="Message">The text for the person.</param>
public sealed record DuoAuth(DuoResult Result, string Status, string Message)
{
    /// <summary>The token of a device that the person wants remembered (/auth/v2), if any.</summary>
    public string? TrustedDeviceToken { get; init; }

    /// <summary>Whether the person may pass. Nothing but the word "allow" says so.</summary>
    public bool IsAllowed => Result == DuoResult.Allow;
}
