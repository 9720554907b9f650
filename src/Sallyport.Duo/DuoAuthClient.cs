using Microsoft.Extensions.Logging;
using Sallyport.Duo.Http;
using Sallyport.Duo.Signing;

namespace Sallyport.Duo;

/// <summary>
/// The Auth API, <c>/auth/v2</c>. Every method throws <see cref="DuoApiException"/> where Duo refuses the call,
/// <see cref="DuoUnreachableException"/> where it gives no answer in time or none of its own, and <see cref="OperationCanceledException"/> where the
/// caller gives up. Safe to use from several threads.
/// </summary>
public sealed class DuoAuthClient
{
    private readonly DuoTransport _transport;

    /// <summary>Creates a client over a given HTTP client, which stays the caller's and whose own timeout should be infinite.</summary>
    /// <param name="options">The application; read once.</param>
    /// <param name="http">Such as one of <see cref="DuoServiceCollectionExtensions.CreateHttpClient"/>.</param>
    /// <param name="logger">Told of each message sent (Debug) and of rate limits (Warning), never of a secret.</param>
    /// <param name="timeProvider">The clock of signatures, time limits and waits.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public DuoAuthClient(DuoOptions options, HttpClient http, ILogger<DuoAuthClient>? logger = null, TimeProvider? timeProvider = null) =>
        _transport = new DuoTransport(options, http, logger, timeProvider);

    /// <summary>Duo's time; neither keys nor clock are judged.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DateTimeOffset> PingAsync(CancellationToken cancellationToken = default) => TimeAsync("/auth/v2/ping", cancellationToken);

    /// <summary>Duo's time, given only where keys and clock are right.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DateTimeOffset> CheckAsync(CancellationToken cancellationToken = default) => TimeAsync("/auth/v2/check", cancellationToken);

    /// <summary>What has to be asked of a person, if anything.</summary>
    /// <param name="userName">The person's name.</param>
    /// <param name="ipAddress">Where the person comes from, an address without port, if known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DuoPreauth> PreauthAsync(string userName, string? ipAddress = null, CancellationToken cancellationToken = default) =>
        PreauthAsync(new DuoPreauthRequest { UserName = userName, IpAddress = ipAddress }, cancellationToken);

    /// <summary>What has to be asked of a person, if anything.</summary>
    /// <param name="request">Who the person is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">Neither or both of name and id are given.</exception>
    public async Task<DuoPreauth> PreauthAsync(DuoPreauthRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        DuoCallParameters parameters = Person(request.UserName, request.UserId)
            .Add("ipaddr", request.IpAddress)
            .Add("hostname", request.HostName)
            .Add("trusted_device_token", request.TrustedDeviceToken);
        DuoPreauthJson json = await _transport.CallAsync(HttpMethod.Post, "/auth/v2/preauth", parameters.Pairs, asksPerson: false, DuoJsonContext.Default.DuoPreauthJson, cancellationToken).ConfigureAwait(false);
        return json.ToPreauth(json.StatusMessage);
    }

    /// <summary>Asks the person, and waits for the answer: up to <see cref="DuoOptions.AuthTimeout"/>.</summary>
    /// <param name="userName">The person's name.</param>
    /// <param name="factor">auto, push, passcode, sms or phone.</param>
    /// <param name="device">The device's id, or auto.</param>
    /// <param name="passcode">The passcode, with that factor.</param>
    /// <param name="ipAddress">Where the person comes from, an address without port, if known.</param>
    /// <param name="cancellationToken">Gives up; the push stays on the phone.</param>
    public Task<DuoAuth> AuthAsync(
        string userName, string factor = "auto", string device = "auto", string? passcode = null, string? ipAddress = null, CancellationToken cancellationToken = default) =>
        AuthAsync(new DuoAuthRequest { UserName = userName, Factor = factor, Device = device, Passcode = passcode, IpAddress = ipAddress }, cancellationToken);

    /// <summary>Asks the person, and waits for the answer: up to <see cref="DuoOptions.AuthTimeout"/>.</summary>
    /// <param name="request">Who is asked, and how.</param>
    /// <param name="cancellationToken">Gives up; the push stays on the phone.</param>
    /// <exception cref="ArgumentException">Neither or both of name and id are given.</exception>
    public async Task<DuoAuth> AuthAsync(DuoAuthRequest request, CancellationToken cancellationToken = default) =>
        (await SendAuthAsync(request, asynchronous: false, cancellationToken).ConfigureAwait(false)).ToAuth(v2: true);

    /// <summary>Asks the person without waiting; <see cref="AuthStatusAsync"/> waits.</summary>
    /// <param name="userName">The person's name.</param>
    /// <param name="factor">auto, push, passcode, sms or phone.</param>
    /// <param name="device">The device's id, or auto.</param>
    /// <param name="passcode">The passcode, with that factor.</param>
    /// <param name="ipAddress">Where the person comes from, an address without port, if known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The transaction's id.</returns>
    public Task<string> BeginAuthAsync(
        string userName, string factor = "auto", string device = "auto", string? passcode = null, string? ipAddress = null, CancellationToken cancellationToken = default) =>
        BeginAuthAsync(new DuoAuthRequest { UserName = userName, Factor = factor, Device = device, Passcode = passcode, IpAddress = ipAddress }, cancellationToken);

    /// <summary>Asks the person without waiting; <see cref="AuthStatusAsync"/> waits.</summary>
    /// <param name="request">Who is asked, and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The transaction's id.</returns>
    /// <exception cref="ArgumentException">Neither or both of name and id are given.</exception>
    public async Task<string> BeginAuthAsync(DuoAuthRequest request, CancellationToken cancellationToken = default)
    {
        DuoAuthJson json = await SendAuthAsync(request, asynchronous: true, cancellationToken).ConfigureAwait(false);
        return json.TransactionId is { Length: > 0 } id ? id : throw new DuoUnreachableException(DuoUnreachableReason.BadResponse, "Duo gives no txid");
    }

    /// <summary>Waits for news of a transaction: the answer, or another state of waiting. Ask again while the result is <see cref="DuoResult.Waiting"/>.</summary>
    /// <param name="transactionId">The id that <see cref="BeginAuthAsync(DuoAuthRequest, CancellationToken)"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DuoAuth> AuthStatusAsync(string transactionId, CancellationToken cancellationToken = default)
    {
        DuoCallParameters parameters = new DuoCallParameters().Add("txid", transactionId);
        DuoAuthJson json = await _transport.CallAsync(HttpMethod.Get, "/auth/v2/auth_status", parameters.Pairs, asksPerson: true, DuoJsonContext.Default.DuoAuthJson, cancellationToken).ConfigureAwait(false);
        return json.ToAuth(v2: true);
    }

    private static DuoCallParameters Person(string? userName, string? userId) => userName is null == userId is null
        ? throw new ArgumentException("exactly one of UserName and UserId should be given")
        : new DuoCallParameters().Add("username", userName).Add("user_id", userId);

    private Task<DuoAuthJson> SendAuthAsync(DuoAuthRequest request, bool asynchronous, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool passcode = request.Factor == "passcode";
        DuoCallParameters parameters = Person(request.UserName, request.UserId)
            .Add("factor", request.Factor)
            .Add("async", asynchronous ? "1" : "0")
            .Add("device", passcode ? null : request.Device)
            .Add("passcode", passcode ? request.Passcode : null)
            .Add("ipaddr", request.IpAddress)
            .Add("hostname", request.HostName)
            .Add("type", passcode ? null : request.Type)
            .Add("display_username", passcode ? null : request.DisplayUserName)
            .Add("pushinfo", request.PushInfo.Count == 0 || passcode ? null : DuoParameters.Concatenate(request.PushInfo));
        return _transport.CallAsync(HttpMethod.Post, "/auth/v2/auth", parameters.Pairs, asksPerson: !asynchronous, DuoJsonContext.Default.DuoAuthJson, cancellationToken);
    }

    private async Task<DateTimeOffset> TimeAsync(string path, CancellationToken cancellationToken)
    {
        DuoPingJson json = await _transport.CallAsync(HttpMethod.Get, path, [], asksPerson: false, DuoJsonContext.Default.DuoPingJson, cancellationToken).ConfigureAwait(false);
        return json.Time >= 0 && json.Time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(json.Time)
            : throw new DuoUnreachableException(DuoUnreachableReason.BadResponse, "Duo tells a time that is none");
    }
}
