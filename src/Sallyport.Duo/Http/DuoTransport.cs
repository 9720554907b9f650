using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Duo.Signing;

namespace Sallyport.Duo.Http;

/// <summary>
/// Signs, sends and reads calls. Signature version 2 with SHA-512: both APIs take it, and Duo's own clients of <c>/rest/v1</c> use no other;
/// version 5 adds nothing to a form, all of whose octets version 2 signs. Each try is signed afresh, with the time of that try.
/// </summary>
internal sealed class DuoTransport
{
    private const int LargestResponse = 1 << 20;
    private const int MostTries = 7;
    private readonly DuoOptions _options;
    private readonly HttpClient _http;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly string _authority;

    public DuoTransport(DuoOptions options, HttpClient http, ILogger? logger, TimeProvider? timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        options.Validate();
        _options = options;
        _http = http;
        _logger = logger ?? NullLogger.Instance;
        _time = timeProvider ?? TimeProvider.System;
        string host = Uri.CheckHostName(options.ApiHost) == UriHostNameType.IPv6 ? $"[{options.ApiHost.Trim('[', ']')}]" : options.ApiHost;
        (Host, _authority) = (host, string.Create(CultureInfo.InvariantCulture, $"{host}:{options.ApiPort}"));
    }

    private string Host { get; }

    /// <summary>A handler with the options' trust and proxy, and one pool of connections.</summary>
    public static SocketsHttpHandler CreateHandler(DuoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SocketsHttpHandler handler = new() { PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(10), UseCookies = false, AllowAutoRedirect = false };
        if (options.HttpProxy is not null)
        {
            handler.Proxy = new WebProxy(options.HttpProxy);
        }

        if (options.TrustedRoots is not null || options.CaFile is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(options.TrustedRoots ?? []);
            if (options.CaFile is not null)
            {
                policy.CustomTrustStore.ImportFromPemFile(options.CaFile);
            }

            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    /// <summary>Makes one call.</summary>
    /// <param name="method">GET, with the parameters in the query, or POST, with them in a form.</param>
    /// <param name="path">The path, in unreserved characters only.</param>
    /// <param name="parameters">The parameters, in any order.</param>
    /// <param name="asksPerson">Whether the call waits for a person.</param>
    /// <param name="type">How to read the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DuoApiException">Duo refuses the call.</exception>
    /// <exception cref="DuoUnreachableException">Duo gives no answer.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> CallAsync<T>(
        HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters, bool asksPerson, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(asksPerson ? _options.AuthTimeout : _options.Timeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await CallWithRetriesAsync(method, path, parameters, type, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Ours, or one of the HTTP client's own: its handler gives up connecting before we do.
            throw new DuoUnreachableException(DuoUnreachableReason.Timeout, $"{_authority} gave no answer to {path} in time", e);
        }
        catch (HttpRequestException e)
        {
            DuoUnreachableReason reason = e.InnerException is AuthenticationException || e.HttpRequestError == HttpRequestError.SecureConnectionError
                ? DuoUnreachableReason.Tls
                : DuoUnreachableReason.Connect;
            throw new DuoUnreachableException(reason, $"{_authority} cannot be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (IOException e)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.Connect, $"{_authority} broke off its answer to {path}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.BadResponse, $"{_authority} gives an answer to {path} that is none of Duo's: {e.Message}", e);
        }
    }

    private async Task<T> CallWithRetriesAsync<T>(
        HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        TimeSpan waited = TimeSpan.Zero;
        for (int attempt = 1; ; attempt++)
        {
            using HttpRequestMessage request = CreateRequest(method, path, parameters);
            if (_logger.IsEnabled(LogLevel.Debug))
            {
                DuoLog.MessageSent(_logger, "HTTPS", "-", _authority, $"{method} {path}");
            }

            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                // Without a word from Duo: 1, 2, 4 … seconds, spread so that a crowd does not come back as one.
                TimeSpan wait = RetryAfter.Read(response.Headers, _time.GetUtcNow()) ?? TimeSpan.FromSeconds((1 << (attempt - 1)) + Random.Shared.NextDouble());
                waited += wait;
                if (attempt == MostTries || waited > _options.LongestRateLimitWait)
                {
                    throw new DuoUnreachableException(DuoUnreachableReason.RateLimit, $"{_authority} limits the rate of {path}");
                }

                DuoLog.RateLimited(_logger, path, wait);
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            byte[] body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            TimeSpan? clockOffset = response.Headers.Date is { } theirs ? _time.GetUtcNow() - theirs : null;
            return Read(response.StatusCode, path, body, type, clockOffset);
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string encoded = DuoParameters.Canonicalize(parameters);
        string date = DuoSignature.FormatDate(_time.GetUtcNow());
        bool query = method == HttpMethod.Get;
        HttpRequestMessage request = new(method, $"https://{_authority}{path}{(query && encoded.Length > 0 ? "?" + encoded : "")}");
        DuoSignedRequest signed = new() { Method = method.Method, Host = Host, Path = path, Parameters = encoded, Date = date };
        string signature = DuoSignature.Compute(DuoSignatureVersion.V2, DuoDigest.Sha512, _options.SecretKey, signed);
        request.Headers.TryAddWithoutValidation("Authorization", DuoSignature.Authorization(_options.IntegrationKey, signature));
        request.Headers.TryAddWithoutValidation("Date", date);
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (!query)
        {
            request.Content = new StringContent(encoded, Encoding.ASCII, "application/x-www-form-urlencoded");
        }

        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using MemoryStream body = new();
            byte[] buffer = new byte[8192];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                body.Write(buffer, 0, read);
                if (body.Length > LargestResponse)
                {
                    throw new InvalidDataException("the answer is too long");
                }
            }

            return body.ToArray();
        }
    }

    private T Read<T>(HttpStatusCode status, string path, byte[] body, JsonTypeInfo<T> type, TimeSpan? clockOffset)
    {
        if ((int)status >= 500)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.ServerError, $"{_authority} answers {(int)status} to {path}");
        }

        // Some refusals have no body at all.
        DuoEnvelope? envelope = body.Length == 0 && (int)status >= 400 ? new DuoEnvelope { Stat = "FAIL" } : JsonSerializer.Deserialize(body, DuoJsonContext.Default.DuoEnvelope);
        if (envelope?.Stat == "OK" && (int)status < 300 && envelope.Response.ValueKind != JsonValueKind.Undefined)
        {
            return envelope.Response.Deserialize(type) ?? throw new JsonException("the response is null");
        }

        if (envelope?.Stat != "FAIL")
        {
            throw new JsonException("neither OK nor FAIL");
        }

        throw new DuoApiException(status, DuoJson.Number(envelope.Code), DuoJson.Text(envelope.Message) ?? "no message", DuoJson.Text(envelope.MessageDetail), clockOffset);
    }
}
