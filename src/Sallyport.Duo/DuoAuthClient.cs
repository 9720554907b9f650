using Microsoft.Extensions.Logging;
using Sallyport.Duo.Http;
using System.Text.Json;

namespace Sallyport.Duo;

/// <summary>
/// The Auth API, <c>/auth/v2</c>. Methods throw <see cref="DuoApiException"/> where Duo refuses the call and
/// <see cref="DuoUnreachableException"/> where it cannot be reached.
/// </summary>
public sealed class DuoAuthClient
{
    private readonly DuoTransport _transport;

    /// <summary>Creates a client over a given HTTP client, whose own timeout should be infinite.</summary>
    public DuoAuthClient(DuoOptions options, HttpClient http, ILogger<DuoAuthClient>? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        _transport = new DuoTransport(options, http, logger, timeProvider);
    }

    /// <summary>Duo's time: no signature is judged.</summary>
    public async Task<DateTimeOffset> PingAsync(CancellationToken cancellationToken = default) => await TimeAsync("/auth/v2/ping", cancellationToken).ConfigureAwait(false);

    /// <summary>Duo's time, given only where keys and clock are right.</summary>
    public async Task<DateTimeOffset> CheckAsync(CancellationToken cancellationToken = default) => await TimeAsync("/auth/v2/check", cancellationToken).ConfigureAwait(false);

    /// <summary>What has to be asked of a person, if anything.</summary>
    /// <param name="userName">The person's name.</param>
    /// <param name="ipAddress">Where the person comes from, if known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoPreauth> PreauthAsync(string userName, string? ipAddress = null, CancellationToken cancellationToken = default)
    {
        List<KeyValuePair<string, string>> parameters = [new("username", userName)];
        Add(parameters, "ipaddr", ipAddress);
        DuoPreauthJson json = await _transport.CallAsync(HttpMethod.Post, "/auth/v2/preauth", parameters, asksPerson: false, DuoJsonContext.Default.DuoPreauthJson, cancellationToken).ConfigureAwait(false);
        return new DuoPreauth(new DuoResult(json.Result ?? ""), json.StatusMessage ?? "", json.Devices ?? [], new Dictionary<string, string>(), json.EnrollUrl);
    }

    /// <summary>Asks the person, and waits for the answer.</summary>
    /// <param name="userName">The person's name.</param>
    /// <param name="factor">auto, push, passcode, sms or phone.</param>
    /// <param name="device">The device's id, or auto.</param>
    /// <param name="passcode">The passcode, with that factor.</param>
    /// <param name="ipAddress">Where the person comes from, if known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoAuth> AuthAsync(
        string userName, string factor = "auto", string? device = "auto", string? passcode = null, string? ipAddress = null, CancellationToken cancellationToken = default)
    {
        DuoAuthJson json = await SendAuthAsync(userName, factor, device, passcode, ipAddress, asynchronous: false, cancellationToken).ConfigureAwait(false);
        return ToAuth(json);
    }

    /// <summary>Asks the person without waiting; <see cref="AuthStatusAsync"/> waits.</summary>
    /// <returns>The transaction's id.</returns>
    public async Task<string> BeginAuthAsync(
        string userName, string factor = "auto", string? device = "auto", string? passcode = null, string? ipAddress = null, CancellationToken cancellationToken = default)
    {
        DuoAuthJson json = await SendAuthAsync(userName, factor, device, passcode, ipAddress, asynchronous: true, cancellationToken).ConfigureAwait(false);
        return json.TransactionId ?? throw new DuoUnreachableException(DuoUnreachableReason.BadResponse, "Duo gives no txid");
    }

    /// <summary>Waits for news of a transaction: the answer, or another state of waiting.</summary>
    public async Task<DuoAuth> AuthStatusAsync(string transactionId, CancellationToken cancellationToken = default)
    {
        DuoAuthJson json = await _transport.CallAsync(HttpMethod.Get, "/auth/v2/auth_status", [new("txid", transactionId)], asksPerson: true, DuoJsonContext.Default.DuoAuthJson, cancellationToken).ConfigureAwait(false);
        return ToAuth(json);
    }

    private static DuoAuth ToAuth(DuoAuthJson json) => new(new DuoResult(json.Result ?? ""), json.Status ?? "", json.StatusMessage ?? "");

    private static void Add(List<KeyValuePair<string, string>> parameters, string name, string? value)
    {
        if (value is not null)
        {
            parameters.Add(new(name, value));
        }
    }

    private Task<DuoAuthJson> SendAuthAsync(string userName, string factor, string? device, string? passcode, string? ipAddress, bool asynchronous, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> parameters = [new("username", userName), new("factor", factor), new("async", asynchronous ? "1" : "0")];
        Add(parameters, "device", factor == "passcode" ? null : device);
        Add(parameters, "passcode", passcode);
        Add(parameters, "ipaddr", ipAddress);
        return _transport.CallAsync(HttpMethod.Post, "/auth/v2/auth", parameters, asksPerson: !asynchronous, DuoJsonContext.Default.DuoAuthJson, cancellationToken);
    }

    private async Task<DateTimeOffset> TimeAsync(string path, CancellationToken cancellationToken)
    {
        DuoPingJson json = await _transport.CallAsync(HttpMethod.Get, path, [], asksPerson: false, DuoJsonContext.Default.DuoPingJson, cancellationToken).ConfigureAwait(false);
        return DateTimeOffset.FromUnixTimeSeconds(json.Time);
    }
}
