using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>A call whose signature holds.</summary>
internal sealed class CloudCall(CloudApplication application, IReadOnlyDictionary<string, string> parameters, string host, CancellationToken cancellation)
{
    /// <summary>Who calls.</summary>
    public CloudApplication Application { get; } = application;

    /// <summary>The host by which the client knows the simulator.</summary>
    public string Host { get; } = host;

    /// <summary>Ends when the client goes away or the simulator stops.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>A parameter that may be missing.</summary>
    public string? Optional(string name) => parameters.GetValueOrDefault(name);

    /// <summary>A parameter that must be there.</summary>
    public string Required(string name) => Optional(name) is { Length: > 0 } value ? value : throw CloudRefusedException.MissingParameter(name);

    /// <summary>A switch: 0, 1, or missing.</summary>
    public bool Flag(string name) => Optional(name) switch
    {
        null or "0" or "false" => false,
        "1" or "true" => true,
        _ => throw CloudRefusedException.InvalidParameter(name),
    };

    /// <summary>What the phone shows beside the application.</summary>
    /// <exception cref="CloudRefusedException">It is too long, or not made of pairs.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> PushDetails()
    {
        // Duo takes less than 20,000 octets.
        string text = Optional("pushinfo") ?? "";
        return text.Length < 20_000 ? [.. Duo.Signing.DuoParameters.Parse(text).Take(20)] : throw CloudRefusedException.InvalidParameter("pushinfo");
    }
}
