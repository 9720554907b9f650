using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sallyport.Duo.Tests;

public class CallTests
{
    [Fact]
    public async Task Calls_carry_what_Duo_documents_and_are_signed()
    {
        FakeDuo duo = new(HttpStatusCode.OK, FakeDuo.Ok("""{"result":"allow","status":"allow","status_msg":"Success. Logging you in...","time":1357020061,"txid":"T1"}"""));

        await duo.Auth.PingAsync();
        await duo.Auth.CheckAsync();
        await duo.Auth.PreauthAsync(new DuoPreauthRequest { UserId = "DU1", HostName = "gw 1", IpAddress = "192.0.2.1", TrustedDeviceToken = "t" });
        await duo.Auth.AuthAsync(new DuoAuthRequest { UserName = "zoë", Factor = "push", PushInfo = [new("from", "login portal"), new("domain", "a&b")], Type = "VPN", DisplayUserName = "Zoë" });
        await duo.Auth.BeginAuthAsync("bob", "passcode", passcode: "123456");
        await duo.Auth.AuthStatusAsync("T/1 2");
        await duo.Rest.PreauthAsync("bob", "0.0.0.0", "safe");
        await duo.Rest.AuthAsync("bob", "push1", "192.0.2.1");

        Assert.Equal(
            [
                ("GET", "/auth/v2/ping", ""),
                ("GET", "/auth/v2/check", ""),
                ("POST", "/auth/v2/preauth", "hostname=gw%201&ipaddr=192.0.2.1&trusted_device_token=t&user_id=DU1"),
                ("POST", "/auth/v2/auth", "async=0&device=auto&display_username=Zo%C3%AB&factor=push&pushinfo=from%3Dlogin%2520portal%26domain%3Da%2526b&type=VPN&username=zo%C3%AB"),
                ("POST", "/auth/v2/auth", "async=1&factor=passcode&passcode=123456&username=bob"),
                ("GET", "/auth/v2/auth_status?txid=T%2F1%202", ""),
                ("POST", "/rest/v1/preauth", "failmode=safe&ipaddr=0.0.0.0&user=bob"),
                ("POST", "/rest/v1/auth", "auto=push1&factor=auto&ipaddr=192.0.2.1&user=bob"),
            ],
            duo.Calls.Select(c => (c.Method, c.Target, c.Body)));
        Assert.All(duo.Calls, c => Assert.True(FakeDuo.IsSigned(c)));
        Assert.All(duo.Calls, c => Assert.Equal("Tue, 24 Nov 2026 12:00:00 +0000", c.Date));
    }

    [Fact]
    public async Task Answers_become_types_and_unknown_words_are_kept()
    {
        FakeDuo preauth = new(HttpStatusCode.OK, FakeDuo.Ok("""
            {"result":"auth","status_msg":"Account is active","devices":[{"device":"DP1","type":"phone","number":"XXX-XXX-0100","display_name":"iPhone","capabilities":["auto","push"],"new":7},null,{"device":"DH1","capabilities":null}]}
            """));
        FakeDuo auth = new(HttpStatusCode.OK, FakeDuo.Ok("""{"result":"ponder","status":"thinking","status_msg":"Hm.","trusted_device_token":"t"}"""));
        FakeDuo rest = new(HttpStatusCode.OK, FakeDuo.Ok("""{"result":"auth","prompt":"Passcode or option (1-1): ","factors":{"default":"push1","1":"push1","2":null}}"""));

        DuoPreauth devices = await preauth.Auth.PreauthAsync("bob");
        DuoAuth answer = await auth.Auth.AuthAsync("bob");
        DuoPreauth prompt = await rest.Rest.PreauthAsync("bob");

        Assert.Equal(("auth", "Account is active", 2), (devices.Result.Value, devices.Status, devices.Devices.Count));
        Assert.Equal(["auto", "push"], devices.Devices[0].Capabilities);
        Assert.Empty(devices.Devices[1].Capabilities);
        Assert.Equal(("ponder", "thinking", "Hm.", "t", false), (answer.Result.Value, answer.Status, answer.Message, answer.TrustedDeviceToken, answer.IsAllowed));
        Assert.Equal("Passcode or option (1-1): ", prompt.Status);
        Assert.Equal("push1", Assert.Single(prompt.Factors, f => f.Key == "default").Value);
        Assert.Equal(2, prompt.Factors.Count);
    }

    [Theory]
    [InlineData(40002, "Invalid request parameters", "username", HttpStatusCode.BadRequest, false, "username")]
    [InlineData(40102, "Invalid integration key", null, HttpStatusCode.Unauthorized, true, "integration key")]
    [InlineData(40103, "Invalid signature in request credentials", null, HttpStatusCode.Unauthorized, true, "secret key")]
    [InlineData(40105, "Bad request timestamp", null, HttpStatusCode.Unauthorized, true, "clock")]
    [InlineData(40301, "Access forbidden", null, HttpStatusCode.Forbidden, true, "RADIUS may call /rest/v1 only")]
    public async Task A_refusal_says_what_Duo_says_and_what_to_check(int code, string message, string? detail, HttpStatusCode status, bool configuration, string advice)
    {
        FakeDuo duo = new(status, $$"""{"stat":"FAIL","code":{{code}},"message":"{{message}}"{{(detail is null ? "" : $", \"message_detail\":\"{detail}\"")}}}""");

        DuoApiException e = await Assert.ThrowsAsync<DuoApiException>(() => duo.Auth.PreauthAsync("bob"));

        Assert.Equal((status, code, message, detail, configuration), (e.Status, e.Code, e.ApiMessage, e.Detail, e.IsConfigurationFault));
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeDuo.Secret, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_named_with_how_far()
    {
        FakeDuo duo = new((_, _) =>
        {
            HttpResponseMessage response = FakeDuo.Response(HttpStatusCode.Unauthorized, """{"stat":"FAIL","code":40103,"message":"Invalid signature in request credentials"}""");
            response.Headers.Date = new DateTimeOffset(2026, 11, 24, 11, 48, 0, TimeSpan.Zero);
            return Task.FromResult(response);
        });

        DuoApiException e = await Assert.ThrowsAsync<DuoApiException>(() => duo.Rest.CheckAsync());

        Assert.Equal(TimeSpan.FromMinutes(12), e.ClockOffset);
        Assert.EndsWith("this machine's clock is 12 minutes ahead of Duo's: set it", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"stat":"FAIL","code":"","message":"odd"}""", 0, "odd")]
    [InlineData("""{"stat":"FAIL","code":"40002","message":"odd"}""", 40002, "odd")]
    [InlineData("""{"stat":"FAIL","code":null,"message":null}""", 0, "no message")]
    [InlineData("""{"stat":"FAIL","code":4e99,"message":7,"message_detail":{}}""", 0, "no message")]
    [InlineData("""{"stat":"FAIL","code":"\ud800","message":"\ud800"}""", 0, "no message")]
    [InlineData("""{"stat":"FAIL"}""", 0, "no message")]
    [InlineData("", 0, "no message")]
    public async Task A_refusal_is_read_leniently(string body, int code, string message)
    {
        FakeDuo duo = new(HttpStatusCode.BadRequest, body);

        DuoApiException e = await Assert.ThrowsAsync<DuoApiException>(() => duo.Auth.PreauthAsync("bob"));

        Assert.Equal((code, message), (e.Code, e.ApiMessage));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>log in to the hotel's network</html>")]
    [InlineData(200, "[]")]
    [InlineData(200, "null")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"stat":"OK"}""")]
    [InlineData(200, """{"stat":"OK","response":null}""")]
    [InlineData(200, """{"stat":"OK","response":"allow"}""")]
    [InlineData(200, """{"stat":"OK","response":{"result":7}}""")]
    [InlineData(200, """{"stat":"OK","response":{"result":"\ud800"}}""")]
    [InlineData(302, """{"stat":"OK","response":{"result":"allow"}}""")]
    [InlineData(403, "<html>blocked</html>")]
    public async Task What_is_none_of_Duos_answers_is_never_taken_for_one(int status, string body)
    {
        FakeDuo duo = new((HttpStatusCode)status, body);

        DuoUnreachableException e = await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Auth.PreauthAsync("bob"));

        Assert.Equal(DuoUnreachableReason.BadResponse, e.Reason);
    }

    [Fact]
    public async Task An_answer_without_a_result_lets_nobody_in()
    {
        FakeDuo duo = new(HttpStatusCode.OK, FakeDuo.Ok("{}"));

        Assert.False((await duo.Auth.AuthAsync("bob")).IsAllowed);
        Assert.False((await duo.Rest.AuthAsync("bob")).IsAllowed);
        Assert.Equal(DuoUnreachableReason.BadResponse, (await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Auth.BeginAuthAsync("bob"))).Reason);
        FakeDuo time = new(HttpStatusCode.OK, FakeDuo.Ok("""{"time":9223372036854775807}"""));
        Assert.Equal(DuoUnreachableReason.BadResponse, (await Assert.ThrowsAsync<DuoUnreachableException>(() => time.Auth.PingAsync())).Reason);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        FakeDuo duo = new((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Endless()) }));

        Assert.Equal(DuoUnreachableReason.BadResponse, (await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Auth.PreauthAsync("bob"))).Reason);
    }

    [Fact]
    public void Options_that_no_call_can_be_made_with_are_refused_without_telling_the_secret()
    {
        using HttpClient http = new();
        foreach (Action<DuoOptions> spoil in new Action<DuoOptions>[]
        {
            o => o.IntegrationKey = "",
            o => o.IntegrationKey = "a:b",
            o => o.SecretKey = "",
            o => o.ApiHost = "https://api.example.com",
            o => o.ApiHost = "api.example.com/x",
            o => o.ApiHost = "",
            o => o.ApiPort = 0,
            o => o.Timeout = TimeSpan.Zero,
            o => o.AuthTimeout = TimeSpan.Zero,
            o => o.LongestRateLimitWait = TimeSpan.FromTicks(-1),
        })
        {
            DuoOptions options = new() { IntegrationKey = FakeDuo.Key, SecretKey = FakeDuo.Secret, ApiHost = "api.example.com" };
            spoil(options);
            ArgumentException e = Assert.Throws<ArgumentException>(() => new DuoRestClient(options, http));
            Assert.DoesNotContain(FakeDuo.Secret, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeDuo.Secret, options.ToString(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("123456", new DuoAuthRequest { UserName = "bob", Passcode = "123456" }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_named_by_name_or_by_id()
    {
        FakeDuo duo = new(HttpStatusCode.OK, FakeDuo.Ok("{}"));

        await Assert.ThrowsAsync<ArgumentException>(() => duo.Auth.PreauthAsync(new DuoPreauthRequest()));
        await Assert.ThrowsAsync<ArgumentException>(() => duo.Auth.AuthAsync(new DuoAuthRequest { UserName = "bob", UserId = "DU1" }));
        Assert.Empty(duo.Calls);
    }

    [Fact]
    public async Task Each_message_is_traced_once_and_no_line_holds_a_secret()
    {
        FakeDuo duo = new(HttpStatusCode.OK, FakeDuo.Ok("""{"result":"allow"}"""));
        Lines lines = new();
        using ILoggerFactory loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(lines));
        ServiceCollection services = new();
        services.AddSingleton(loggers);
        services.AddLogging();
        services.AddSingleton<TimeProvider>(duo.Time);
        services.AddDuoRestApi(o => (o.IntegrationKey, o.SecretKey, o.ApiHost) = (FakeDuo.Key, FakeDuo.Secret, "api-XXXXXXXX.duosecurity.com")).ConfigurePrimaryHttpMessageHandler(() => duo);
        services.AddDuoAuthApi(o => (o.IntegrationKey, o.SecretKey, o.ApiHost) = ("DIOTHER", "other", "api-YYYYYYYY.duosecurity.com"));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<DuoRestClient>().AuthAsync("bob", "123456");

        Assert.Equal(["HTTPS - -> api-XXXXXXXX.duosecurity.com:443: POST /rest/v1/auth"], lines.Texts.Where(t => t.StartsWith("HTTPS", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines.Texts, t => t.Contains(FakeDuo.Secret, StringComparison.Ordinal) || t.Contains("123456", StringComparison.Ordinal) || t.Contains("Basic", StringComparison.Ordinal));
        Assert.True(FakeDuo.IsSigned(Assert.Single(duo.Calls)));
        Assert.NotNull(provider.GetRequiredService<DuoAuthClient>());
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Texts.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    private sealed class Endless : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
