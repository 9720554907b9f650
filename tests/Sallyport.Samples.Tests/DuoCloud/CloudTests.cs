using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Duo;

namespace Sallyport.Samples.Tests.DuoCloud;

/// <summary>The package's clients against the simulator, over real HTTPS.</summary>
public class CloudTests
{
    [Theory]
    [InlineData("alice", "auto", "allow", "Success. Logging you in...")]
    [InlineData("alice", "push", "allow", "Success. Logging you in...")]
    [InlineData("alice", "phone2", "allow", "Success. Logging you in...")]
    [InlineData("alice", "123456", "allow", "Success. Logging you in...")]
    [InlineData("alice", "654321", "deny", "Incorrect passcode. Please try again.")]
    [InlineData("alice", "sms1", "deny", "New SMS passcodes sent.")]
    [InlineData("bob", "push1", "deny", "Login request denied.")]
    [InlineData("ALICE", "push1", "allow", "Success. Logging you in...")]
    public async Task Auth_ends_as_the_policy_says(string user, string auto, string result, string status)
    {
        await using Cloud cloud = await Cloud.StartAsync();

        DuoPreauth preauth = await cloud.Rest().PreauthAsync(user);
        DuoAuth auth = await cloud.Rest().AuthAsync(user, auto, "192.0.2.1");

        Assert.Equal(DuoResult.Auth, preauth.Result);
        Assert.Equal("push1", preauth.Factors["default"]);
        Assert.Equal(new DuoResult(result), auth.Result);
        Assert.Equal(status, auth.Status);
        Assert.Equal(1, cloud.Service.AuthTransactions);
    }

    [Theory]
    [InlineData("carol", 60, "deny", "Login timed out.")]
    [InlineData("fay", 60, "deny", "Login timed out.")]
    [InlineData("hal", 2, "allow", "Success. Logging you in...")]
    [InlineData("ida", 60, "deny", "Login timed out.")]
    public async Task A_push_ends_after_the_delay_or_by_itself(string user, int seconds, string result, string status)
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Cloud cloud = await Cloud.StartAsync(time: time);
        string transaction = await cloud.Auth(time: time).BeginAuthAsync(user, "push");

        DuoAuth first = await cloud.Auth(time: time).AuthStatusAsync(transaction);
        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Task<DuoAuth> polling = cloud.Auth().AuthStatusAsync(transaction);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(("waiting", "pushed", "Pushed a login request to your phone..."), (first.Result.Value, first.Status, first.Message));
        DuoAuth last = await polling;
        last = last.Result == DuoResult.Waiting ? await cloud.Auth().AuthStatusAsync(transaction) : last;
        Assert.Equal((result, status), (last.Result.Value, last.Message));
    }

    [Theory]
    [InlineData("dora", "allow")]
    [InlineData("emil", "deny")]
    [InlineData("nobody", "enroll")]
    [InlineData("gus", "enroll")]
    public async Task Preauth_decides_where_nobody_has_to_be_asked(string user, string result)
    {
        await using Cloud cloud = await Cloud.StartAsync();

        DuoPreauth rest = await cloud.Rest().PreauthAsync(user);
        DuoPreauth auth = await cloud.Auth().PreauthAsync(user);

        Assert.Equal((new DuoResult(result), new DuoResult(result)), (rest.Result, auth.Result));
        Assert.NotEmpty(rest.Status);
        Assert.Equal(result == "enroll", auth.EnrollUrl is not null);
        Assert.Equal(0, cloud.Service.AuthTransactions);
    }

    [Theory]
    [InlineData("allow", "allow")]
    [InlineData("deny", "deny")]
    public async Task Unknown_users_may_be_treated_otherwise(string configured, string result)
    {
        await using Cloud cloud = await Cloud.StartAsync(Cloud.Configuration.Replace("\"users\"", $"\"unknownUsers\": \"{configured}\", \"users\"", StringComparison.Ordinal));

        Assert.Equal(new DuoResult(result), (await cloud.Rest().PreauthAsync("nobody")).Result);
    }

    [Fact]
    public async Task The_Auth_API_asks_waits_and_answers()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        DuoAuthClient client = cloud.Auth();

        Assert.InRange(await client.PingAsync(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.InRange(await client.CheckAsync(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        DuoPreauth preauth = await client.PreauthAsync("alice");
        Assert.Equal(["iPhone (XXX-XXX-0100)", "phone (XXX-XXX-0101)"], preauth.Devices.Select(d => d.DisplayName));
        Assert.Equal(["auto", "push", "phone", "sms"], preauth.Devices[0].Capabilities);
        Assert.True((await client.AuthAsync("alice", "push")).IsAllowed);
        Assert.True((await client.AuthAsync("alice", "phone", preauth.Devices[1].Device)).IsAllowed);
        Assert.Equal("device", (await Assert.ThrowsAsync<DuoApiException>(() => client.AuthAsync("alice", "push", preauth.Devices[1].Device))).Detail);
        string transaction = await client.BeginAuthAsync("bob", "push");
        Assert.Equal(DuoResult.Deny, (await client.AuthStatusAsync(transaction)).Result);
    }

    [Fact]
    public async Task A_passcode_works_once()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        Assert.True((await cloud.Auth().AuthAsync("alice", "passcode", passcode: "123456")).IsAllowed);
        Assert.False((await cloud.Auth().AuthAsync("alice", "passcode", passcode: "123456")).IsAllowed);
        Assert.False((await cloud.Rest().AuthAsync("ALICE", "123456")).IsAllowed);
    }

    [Fact]
    public async Task A_transaction_is_its_own_applications_only()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        string transaction = await cloud.Auth().BeginAuthAsync("bob", "push");

        DuoApiException e = await Assert.ThrowsAsync<DuoApiException>(() => cloud.Auth("DIOTHER", "other").AuthStatusAsync(transaction));

        Assert.Equal((40002, "txid"), (e.Code, e.Detail));
    }

    [Fact]
    public async Task Keys_of_one_type_do_not_open_the_other_API()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        Assert.Equal(DuoResult.Auth, (await cloud.Rest("DIRADIUS", "radius").PreauthAsync("alice")).Result);
        Assert.Equal(DuoResult.Auth, (await cloud.Auth("DIWEB", "web").PreauthAsync("alice")).Result);
        Assert.Equal(40301, (await Assert.ThrowsAsync<DuoApiException>(() => cloud.Auth("DIRADIUS", "radius").PreauthAsync("alice"))).Code);
        Assert.Equal(40301, (await Assert.ThrowsAsync<DuoApiException>(() => cloud.Rest("DIWEB", "web").PreauthAsync("alice"))).Code);
    }

    [Fact]
    public async Task A_wrong_key_an_unknown_key_and_no_key_are_refused()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        Assert.Equal(40103, (await Assert.ThrowsAsync<DuoApiException>(() => cloud.Rest(secret: Cloud.Secret + "y").PreauthAsync("alice"))).Code);
        DuoApiException unknown = await Assert.ThrowsAsync<DuoApiException>(() => cloud.Rest(key: "DIYYYYYYYYYYYYYYYYYY").PreauthAsync("alice"));
        Assert.Equal(40102, unknown.Code);
        Assert.True(unknown.IsConfigurationFault);
        using HttpResponseMessage bare = await cloud.Http.PostAsync(new Uri(cloud.Url, "/rest/v1/preauth"), new FormUrlEncodedContent([new("user", "alice")]));
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        Assert.Contains("40101", await bare.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-290, true)]
    [InlineData(290, true)]
    [InlineData(301, false)]
    public async Task A_clock_may_be_off_by_five_minutes(int seconds, bool accepted)
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        await using Cloud cloud = await Cloud.StartAsync(time: time);
        DuoRestClient client = cloud.Rest(time: new FakeTimeProvider(time.GetUtcNow().AddSeconds(seconds)));

        if (accepted)
        {
            await client.CheckAsync();
        }
        else
        {
            Assert.Equal(40105, (await Assert.ThrowsAsync<DuoApiException>(() => client.CheckAsync())).Code);
            await client.PingAsync();
        }
    }

    [Fact]
    public async Task Two_hundred_logins_at_once_all_end()
    {
        await using Cloud cloud = await Cloud.StartAsync(Cloud.Configuration.Replace("\"delaySeconds\": 2 ", "\"delaySeconds\": 0.2 ", StringComparison.Ordinal));

        DuoAuth[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => cloud.Rest().AuthAsync("hal")));

        Assert.All(answers, a => Assert.True(a.IsAllowed));
        Assert.Equal(200, cloud.Service.AuthTransactions);
    }

    [Fact]
    public async Task Stopping_ends_the_logins_under_way()
    {
        Cloud cloud = await Cloud.StartAsync();
        Task<DuoAuth> asking = cloud.Rest().AuthAsync("fay");
        await cloud.PushAsync();

        await cloud.StopAsync().WaitAsync(TimeSpan.FromSeconds(4));

        Assert.IsType<DuoUnreachableException>(await Record.ExceptionAsync(() => asking));
        await cloud.DisposeAsync();
    }

    [Fact]
    public async Task What_is_not_there_is_told_in_Duos_form()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        using HttpResponseMessage response = await cloud.Http.GetAsync(new Uri(cloud.Url, "/rest/v1/preauth.bson"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(40401, body.RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task The_certificate_stands_for_the_host_that_was_asked_for_and_clients_can_read_it()
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pem");
        try
        {
            await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0", authority: file);

            Assert.NotEqual(0, cloud.Url.Port);
            await cloud.Rest().CheckAsync();
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(file), 8));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
