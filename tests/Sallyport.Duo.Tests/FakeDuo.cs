using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Duo.Signing;

namespace Sallyport.Duo.Tests;

/// <summary>The far end of an HTTP client: keeps what is sent and answers as the test says.</summary>
internal sealed class FakeDuo : HttpMessageHandler
{
    public const string Key = "DIXXXXXXXXXXXXXXXXXX";
    public const string Secret = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3";

    private readonly Func<int, CancellationToken, Task<HttpResponseMessage>> _answer;

    public FakeDuo(Func<int, CancellationToken, Task<HttpResponseMessage>> answer) => _answer = answer;

    public FakeDuo(HttpStatusCode status, string body)
        : this((_, _) => Task.FromResult(Response(status, body)))
    {
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public List<(string Method, string Target, string Body, string? Date, string Authorization)> Calls { get; } = [];

    public DuoOptions Options { get; } = new() { IntegrationKey = Key, SecretKey = Secret, ApiHost = "api-XXXXXXXX.duosecurity.com" };

    public DuoAuthClient Auth => new(Options, new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }, null, Time);

    public DuoRestClient Rest => new(Options, new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }, null, Time);

    public static HttpResponseMessage Response(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static string Ok(string response) => $$"""{"stat":"OK","response":{{response}}}""";

    /// <summary>Whether a call is signed rightly for the time that it tells.</summary>
    public static bool IsSigned((string Method, string Target, string Body, string? Date, string Authorization) call)
    {
        string[] target = call.Target.Split('?');
        DuoSignedRequest request = new()
        {
            Method = call.Method,
            Host = "api-xxxxxxxx.duosecurity.com",
            Path = target[0],
            Parameters = call.Method == "GET" ? target.ElementAtOrDefault(1) ?? "" : call.Body,
            Date = call.Date!,
        };
        return DuoSignature.TryParseAuthorization(call.Authorization, out string key, out string signature)
            && key == Key
            && DuoSignature.Verify(DuoSignatureVersion.V2, DuoDigest.Sha512, Secret, request, signature);
    }

    /// <summary>Lets time pass until a task ends.</summary>
    public async Task<T> PassTimeAsync<T>(Task<T> task, TimeSpan step, int steps = 1000)
    {
        for (int i = 0; i < steps && !task.IsCompleted; i++)
        {
            Time.Advance(step);
            await Task.WhenAny(task, Task.Delay(1));
        }

        return await task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        string? Header(string name) => request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
        Calls.Add((request.Method.Method, request.RequestUri!.PathAndQuery, body, Header("Date"), Header("Authorization")!));
        return await _answer(Calls.Count, cancellationToken);
    }
}
