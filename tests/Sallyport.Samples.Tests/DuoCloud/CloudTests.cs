using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Duo;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Pushes;

namespace Sallyport.Samples.Tests.DuoCloud;

/// <summary>The package's client against the simulator, over real HTTPS.</summary>
public class CloudTests
{
    private const string Key = "DIXXXXXXXXXXXXXXXXXX";
    private const string Secret = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    private const string Configuration =
        """
        {
          "applications": [{ "name": "VPN", "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
          "policy": { "push": "approve", "timeoutSeconds": 0.2 },
          "users": [
            { "name": "alice", "passcodes": ["123456"] },
            { "name": "bob", "push": "deny" },
            { "name": "carol", "push": "timeout" },
            { "name": "dora", "status": "bypass" },
            { "name": "emil", "status": "disabled" },
            { "name": "fay", "push": "manual" }
          ]
        }
        """;

    [Theory]
    [InlineData("alice", "auto", "allow", "Success. Logging you in...")]
    [InlineData("alice", "123456", "allow", "Success. Logging you in...")]
    [InlineData("alice", "654321", "deny", "Incorrect passcode. Please try again.")]
    [InlineData("bob", "push1", "deny", "Login request denied.")]
    [InlineData("carol", "auto", "deny", "Login timed out.")]
    public async Task Auth_ends_as_the_policy_says(string user, string auto, string result, string status)
    {
        await using Cloud cloud = await Cloud.StartAsync();

        DuoPreauth preauth = await cloud.Rest().PreauthAsync(user);
        DuoAuth auth = await cloud.Rest().AuthAsync(user, auto, "192.0.2.1");

        Assert.Equal(DuoResult.Auth, preauth.Result);
        Assert.Equal("push1", preauth.Factors["default"]);
        Assert.Equal(new DuoResult(result), auth.Result);
        Assert.Equal(status, auth.Status);
    }

    [Theory]
    [InlineData("dora", "allow")]
    [InlineData("emil", "deny")]
    [InlineData("nobody", "enroll")]
    public async Task Preauth_decides_where_nobody_has_to_be_asked(string user, string result)
    {
        await using Cloud cloud = await Cloud.StartAsync();

        Assert.Equal(new DuoResult(result), (await cloud.Rest().PreauthAsync(user)).Result);
        Assert.Equal(new DuoResult(result), (await cloud.Auth().PreauthAsync(user)).Result);
        Assert.Equal(0, cloud.Board.Begun);
    }

    [Fact]
    public async Task The_Auth_API_asks_waits_and_answers()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        DuoAuthClient client = cloud.Auth();

        Assert.InRange(await client.CheckAsync(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Single((await client.PreauthAsync("alice")).Devices);
        Assert.True((await client.AuthAsync("alice", "push")).IsAllowed);
        string transaction = await client.BeginAuthAsync("bob", "push");
        Assert.Equal(DuoResult.Deny, (await client.AuthStatusAsync(transaction)).Result);
    }

    [Fact]
    public async Task A_wrong_key_an_unknown_key_and_no_key_are_refused()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        Assert.Equal(40103, (await Assert.ThrowsAsync<DuoApiException>(() => cloud.Rest(secret: Secret + "y").PreauthAsync("alice"))).Code);
        DuoApiException unknown = await Assert.ThrowsAsync<DuoApiException>(() => cloud.Rest(key: "DIYYYYYYYYYYYYYYYYYY").PreauthAsync("alice"));
        Assert.Equal(40102, unknown.Code);
        Assert.True(unknown.IsConfigurationFault);
        using HttpResponseMessage bare = await cloud.Http.PostAsync(new Uri(cloud.Url, "/rest/v1/preauth"), new FormUrlEncodedContent([new("user", "alice")]));
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
    }

    [Fact]
    public async Task A_clock_that_is_six_minutes_off_is_refused()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        DuoRestClient late = new(cloud.Options(Key, Secret), cloud.Http, null, new OffsetClock(TimeSpan.FromMinutes(-6)));

        Assert.Equal(40105, (await Assert.ThrowsAsync<DuoApiException>(() => late.PreauthAsync("alice"))).Code);
    }

    [Theory]
    [InlineData("approve", true)]
    [InlineData("deny", false)]
    public async Task A_manual_push_is_answered_by_the_phones_own_page_only(string answer, bool allowed)
    {
        await using Cloud cloud = await Cloud.StartAsync(Configuration.Replace("0.2", "60", StringComparison.Ordinal));
        Task<DuoAuth> asking = cloud.Rest().AuthAsync("fay");
        string id = await cloud.WaitingAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await cloud.AnswerAsync(id, answer, "https://evil.example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, await cloud.AnswerAsync(id, answer, null));
        Assert.False(asking.IsCompleted);
        Assert.Equal(HttpStatusCode.NoContent, await cloud.AnswerAsync(id, answer, cloud.Url.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(allowed, (await asking).IsAllowed);
        Assert.Equal(HttpStatusCode.NotFound, await cloud.AnswerAsync(id, answer, cloud.Url.GetLeftPart(UriPartial.Authority)));
    }

    [Theory]
    [InlineData("\"skey\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", "\"key\": \"x\"", 2, "\"skey\" is missing")]
    [InlineData("\"push\": \"deny\"", "\"push\": \"denied\"", 6, "\"push\" should be one of approve, deny, timeout, manual, not \"denied\"")]
    [InlineData("\"name\": \"carol\"", "\"name\": \"bob\"", 7, "the user bob stands here twice")]
    [InlineData("\"policy\"", "\"polizy\"", 3, "\"polizy\" is unknown here")]
    [InlineData("\"status\": \"bypass\"", "\"status\": bypass", 8, "not JSON")]
    public void A_mistake_in_the_configuration_is_named_with_its_line(string from, string to, int line, string problem)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            DuoCloudConfiguration.Read(JsonSection.Parse(Configuration.Replace(from, to, StringComparison.Ordinal), "duocloud.json")));

        Assert.Equal(line, e.Line);
        Assert.Contains(problem, e.Problem, StringComparison.Ordinal);
    }

    private sealed class OffsetClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }

    private sealed class Cloud : IAsyncDisposable
    {
        private readonly IHost _host;
        private readonly string _authority;

        private Cloud(IHost host, string authority)
        {
            _host = host;
            _authority = authority;
            Url = DuoCloudHost.Urls(host).Single();
            Http = DuoServiceCollectionExtensions.CreateHttpClient(Options(Key, Secret));
        }

        public Uri Url { get; }

        public HttpClient Http { get; }

        public PushBoard Board => _host.Services.GetRequiredService<PushBoard>();

        public static async Task<Cloud> StartAsync(string configuration = Configuration)
        {
            string authority = Path.GetTempFileName();
            IHost host = DuoCloudHost.Build(
                new DuoCloudOptions { Configuration = DuoCloudConfiguration.Read(JsonSection.Parse(configuration, "duocloud.json")), Urls = "https://127.0.0.1:0", AuthorityFile = authority },
                l => l.ClearProviders());
            await host.StartAsync();
            return new Cloud(host, authority);
        }

        public DuoOptions Options(string key, string secret)
        {
            X509Certificate2Collection roots = [];
            roots.ImportFromPemFile(_authority);
            return new DuoOptions { IntegrationKey = key, SecretKey = secret, ApiHost = "127.0.0.1", ApiPort = Url.Port, TrustedRoots = roots };
        }

        public DuoRestClient Rest(string key = Key, string secret = Secret) => new(Options(key, secret), Http);

        public DuoAuthClient Auth() => new(Options(Key, Secret), Http);

        public async Task<string> WaitingAsync()
        {
            while (true)
            {
                List<Dictionary<string, string>>? waiting = await Http.GetFromJsonAsync<List<Dictionary<string, string>>>(new Uri(Url, "/phone/waiting"));
                if (waiting!.Count > 0)
                {
                    return waiting[0]["id"];
                }
            }
        }

        public async Task<HttpStatusCode> AnswerAsync(string id, string answer, string? origin)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(Url, $"/phone/{id}/{answer}"));
            request.Headers.Add("X-Phone", "1");
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            using HttpResponseMessage response = await Http.SendAsync(request);
            return response.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await _host.StopAsync();
            _host.Dispose();
            File.Delete(_authority);
        }
    }
}
