using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sallyport.Duo.Http;

namespace Sallyport.Duo;

/// <summary>
/// The API of RADIUS and Unix applications, <c>/rest/v1</c>. Every method throws <see cref="DuoApiException"/> where Duo refuses the call,
/// <see cref="DuoUnreachableException"/> where it gives no answer in time or none of its own, and <see cref="OperationCanceledException"/> where the
/// caller gives up. Safe to use from several threads.
/// </summary>
public sealed class DuoRestClient
{
    private readonly DuoTransport _transport;

    /// <summary>Creates a client over a given HTTP client, which stays the caller's and whose own timeout should be infinite.</summary>
    /// <param name="options">The application; read once.</param>
    /// <param name="http">Such as one of <see cref="DuoServiceCollectionExtensions.CreateHttpClient"/>.</param>
    /// <param name="logger">Told of each message sent (Debug) and of rate limits (Warning), never of a secret.</param>
    /// <param name="timeProvider">The clock of signatures, time limits and waits.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public DuoRestClient(DuoOptions options, HttpClient http, ILogger<DuoRestClient>? logger = null, TimeProvider? timeProvider = null) =>
        _transport = new DuoTransport(options, http, logger, timeProvider);

    /// <summary>Whether the API is there; neither keys nor clock are judged.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task PingAsync(CancellationToken cancellationToken = default) => ExpectAsync("/rest/v1/ping", cancellationToken);

    /// <summary>Whether keys and clock are right.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task CheckAsync(CancellationToken cancellationToken = default) => ExpectAsync("/rest/v1/check", cancellationToken);

    /// <summary>What has to be asked of a person, if anything.</summary>
    /// <param name="user">The person's name.</param>
    /// <param name="ipAddress">Where the person comes from, an address without port; 0.0.0.0 or null where that is not known.</param>
    /// <param name="failMode">safe or secure, for Duo's logs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoPreauth> PreauthAsync(string user, string? ipAddress = null, string? failMode = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        DuoCallParameters parameters = new DuoCallParameters().Add("user", user).Add("ipaddr", ipAddress).Add("failmode", failMode);
        DuoPreauthJson json = await _transport.CallAsync(HttpMethod.Post, "/rest/v1/preauth", parameters.Pairs, asksPerson: false, DuoJsonContext.Default.DuoPreauthJson, cancellationToken).ConfigureAwait(false);
        return json.ToPreauth(json.Status ?? json.PromptText);
    }

    /// <summary>Asks the person, and waits for the answer: up to <see cref="DuoOptions.AuthTimeout"/>.</summary>
    /// <param name="user">The person's name.</param>
    /// <param name="auto">What to do: <c>auto</c>, <c>push1</c>, <c>phone1</c>, <c>sms1</c>, or a passcode.</param>
    /// <param name="ipAddress">Where the person comes from, an address without port; 0.0.0.0 or null where that is not known.</param>
    /// <param name="cancellationToken">Gives up; the push stays on the phone.</param>
    public async Task<DuoAuth> AuthAsync(string user, string auto = "auto", string? ipAddress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(auto);
        DuoCallParameters parameters = new DuoCallParameters().Add("user", user).Add("factor", "auto").Add("auto", auto).Add("ipaddr", ipAddress);
        DuoAuthJson json = await _transport.CallAsync(HttpMethod.Post, "/rest/v1/auth", parameters.Pairs, asksPerson: true, DuoJsonContext.Default.DuoAuthJson, cancellationToken).ConfigureAwait(false);
        return json.ToAuth(v2: false);
    }

    // The answers are "pong" and "valid"; that they are OK is all they say.
    private Task<JsonElement> ExpectAsync(string path, CancellationToken cancellationToken) =>
        _transport.CallAsync(HttpMethod.Get, path, [], asksPerson: false, DuoJsonContext.Default.JsonElement, cancellationToken);
}
