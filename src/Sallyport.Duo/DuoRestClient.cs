using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sallyport.Duo.Http;

namespace Sallyport.Duo;

/// <summary>
/// The API of RADIUS and Unix applications, <c>/rest/v1</c>. Methods throw <see cref="DuoApiException"/> where Duo refuses the call and
/// <see cref="DuoUnreachableException"/> where it cannot be reached.
/// </summary>
public sealed class DuoRestClient
{
    private readonly DuoTransport _transport;

    /// <summary>Creates a client over a given HTTP client, whose own timeout should be infinite.</summary>
    public DuoRestClient(DuoOptions options, HttpClient http, ILogger<DuoRestClient>? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        _transport = new DuoTransport(options, http, logger, timeProvider);
    }

    /// <summary>Whether the API is there: no signature is judged.</summary>
    public async Task PingAsync(CancellationToken cancellationToken = default) =>
        await _transport.CallAsync(HttpMethod.Get, "/rest/v1/ping", [], asksPerson: false, DuoJsonContext.Default.JsonElement, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether keys and clock are right.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken = default) =>
        await _transport.CallAsync(HttpMethod.Get, "/rest/v1/check", [], asksPerson: false, DuoJsonContext.Default.JsonElement, cancellationToken).ConfigureAwait(false);

    /// <summary>What has to be asked of a person, if anything.</summary>
    /// <param name="user">The person's name.</param>
    /// <param name="ipAddress">Where the person comes from; 0.0.0.0 or null where that is not known.</param>
    /// <param name="failMode">safe or secure, for Duo's logs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoPreauth> PreauthAsync(string user, string? ipAddress = null, string? failMode = null, CancellationToken cancellationToken = default)
    {
        List<KeyValuePair<string, string>> parameters = [new("user", user)];
        Add(parameters, "ipaddr", ipAddress);
        Add(parameters, "failmode", failMode);
        DuoPreauthJson json = await _transport.CallAsync(HttpMethod.Post, "/rest/v1/preauth", parameters, asksPerson: false, DuoJsonContext.Default.DuoPreauthJson, cancellationToken).ConfigureAwait(false);
        return new DuoPreauth(
            new DuoResult(json.Result ?? ""),
            json.Status ?? (json.Prompt.ValueKind == JsonValueKind.String ? json.Prompt.GetString()! : ""),
            [],
            json.Factors ?? new Dictionary<string, string>(),
            json.EnrollUrl);
    }

    /// <summary>Asks the person, and waits for the answer.</summary>
    /// <param name="user">The person's name.</param>
    /// <param name="auto">What to do: <c>auto</c>, <c>push1</c>, <c>phone1</c>, or a passcode.</param>
    /// <param name="ipAddress">Where the person comes from; 0.0.0.0 or null where that is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoAuth> AuthAsync(string user, string auto = "auto", string? ipAddress = null, CancellationToken cancellationToken = default)
    {
        List<KeyValuePair<string, string>> parameters = [new("user", user), new("factor", "auto"), new("auto", auto)];
        Add(parameters, "ipaddr", ipAddress);
        DuoAuthJson json = await _transport.CallAsync(HttpMethod.Post, "/rest/v1/auth", parameters, asksPerson: true, DuoJsonContext.Default.DuoAuthJson, cancellationToken).ConfigureAwait(false);
        return new DuoAuth(new DuoResult(json.Result ?? ""), json.Status ?? "", json.Status ?? "");
    }

    private static void Add(List<KeyValuePair<string, string>> parameters, string name, string? value)
    {
        if (value is not null)
        {
            parameters.Add(new(name, value));
        }
    }
}
