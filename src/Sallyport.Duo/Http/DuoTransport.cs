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

/// <summary>Signs, sends and reads calls. Signature version 2 with SHA-512, which both APIs take; each try is signed afresh.</summary>
internal sealed class DuoTransport(DuoOptions options, HttpClient http, ILogger? logger, TimeProvider? timeProvider)
{
    private const int LargestResponse = 1 << 20;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <summary>A handler with the options' trust and proxy, and one pool of connections.</summary>
    public static SocketsHttpHandler CreateHandler(DuoOptions options)
    {
        SocketsHttpHandler handler = new() { PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(10), UseCookies = false, AllowAutoRedirect = false };
        if (options.HttpProxy is not null)
        {
            handler.Proxy = new WebProxy(options.HttpProxy);
        }

        if (options.TrustedRoots is { } roots)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    public async Task<T> CallAsync<T>(
        HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters, bool asksPerson, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(asksPerson ? options.AuthTimeout : options.Timeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await CallWithRetriesAsync(method, path, parameters, type, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.Timeout, $"{options.ApiHost} gave no answer to {path} in time", e);
        }
        catch (HttpRequestException e)
        {
            DuoUnreachableReason reason = e.InnerException is AuthenticationException || e.HttpRequestError == HttpRequestError.SecureConnectionError
                ? DuoUnreachableReason.Tls
                : DuoUnreachableReason.Connect;
            throw new DuoUnreachableException(reason, $"{options.ApiHost}:{options.ApiPort} cannot be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or IOException)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.BadResponse, $"{options.ApiHost} gives an answer to {path} that is none of Duo's", e);
        }
    }

    private async Task<T> CallWithRetriesAsync<T>(
        HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        TimeSpan waited = TimeSpan.Zero;
        for (int attempt = 0; ; attempt++)
        {
            using HttpRequestMessage request = CreateRequest(method, path, parameters);
            DuoLog.MessageSent(_logger, "HTTPS", "-", $"{options.ApiHost}:{options.ApiPort}", $"{method} {path}");
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                TimeSpan wait = RetryAfter(response) ?? TimeSpan.FromSeconds(Math.Pow(2, attempt));
                if (waited + wait > options.LongestRateLimitWait)
                {
                    throw new DuoUnreachableException(DuoUnreachableReason.RateLimit, $"{options.ApiHost} limits the rate of {path}");
                }

                DuoLog.RateLimited(_logger, path, wait);
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                waited += wait;
                continue;
            }

            byte[] body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            return Read(response.StatusCode, path, body, type);
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, string path, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string encoded = DuoParameters.Canonicalize(parameters);
        string date = DuoSignature.FormatDate(_time.GetUtcNow());
        bool query = method == HttpMethod.Get;
        HttpRequestMessage request = new(method, $"https://{options.ApiHost}:{options.ApiPort}{path}{(query && encoded.Length > 0 ? "?" + encoded : "")}");
        string signature = DuoSignature.Compute(
            DuoSignatureVersion.V2,
            DuoDigest.Sha512,
            options.SecretKey,
            new DuoSignedRequest { Method = method.Method, Host = options.ApiHost, Path = path, Parameters = encoded, Date = date });
        request.Headers.TryAddWithoutValidation("Authorization", DuoSignature.Authorization(options.IntegrationKey, signature));
        request.Headers.TryAddWithoutValidation("Date", date);
        request.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        if (!query)
        {
            request.Content = new StringContent(encoded, Encoding.ASCII, "application/x-www-form-urlencoded");
        }

        return request;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is { } standard)
        {
            return standard.Delta ?? (standard.Date is { } date && date > _time.GetUtcNow() ? date - _time.GetUtcNow() : TimeSpan.Zero);
        }

        return response.Headers.TryGetValues("X-Retry-After", out IEnumerable<string>? values)
            && int.TryParse(values.First(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
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

    private T Read<T>(HttpStatusCode status, string path, byte[] body, JsonTypeInfo<T> type)
    {
        if ((int)status >= 500)
        {
            throw new DuoUnreachableException(DuoUnreachableReason.ServerError, $"{options.ApiHost} answers {(int)status} to {path}");
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

        throw new DuoApiException(status, Code(envelope.Code), envelope.Message ?? "no message", envelope.MessageDetail);
    }

    private static int Code(JsonElement code) => code.ValueKind switch
    {
        JsonValueKind.Number when code.TryGetInt32(out int number) => number,
        JsonValueKind.String when int.TryParse(code.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) => number,
        _ => 0,
    };
}
