using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>
/// The whole: strongSwan — Headend — DuoProxy — FreeRADIUS, and Duo's simulator, each a program of its own at the scenario's address, with the
/// scenario's router.cfg and authproxy.cfg.
/// </summary>
public sealed class WholeChainTests : IAsyncLifetime
{
    private HeadendLab? _lab;
    private Tool? _proxy;
    private Tool? _duo;

    public async Task InitializeAsync()
    {
        try
        {
            _lab = await HeadendLab.StartAsync(ServeLoginsAsync);
        }
        catch (SkipException)
        {
            // Each test says so itself.
        }
    }

    public async Task DisposeAsync()
    {
        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("md5")]
    [InlineData("gtc")]
    [InlineData("mschapv2")]
    public async Task Password_and_phone_together_open_the_tunnel(string eap)
    {
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(Lab(), new StrongSwanSettings { Eap = eap });

        Assert.Equal("192.168.13.5", await client.AddressAsync()); // FreeRADIUS's word, through the proxy and the headend.
        await client.MustReachBothNetworksAsync();
        string log = _proxy!.Output;
        string[] story =
        [
            "Sending request from 10.106.54.143 to radius_server_auto",
            "Received new request id ",
            "login attempt for username 'alice'",
            "Sending request for user 'alice' to ('10.197.243.116', 1812) with id ",
            "Got response for id ",
            $"http POST to https://{HeadendNetwork.Duo}:443/rest/v1/preauth",
            "Got preauth result for: 'auth'",
            $"http POST to https://{HeadendNetwork.Duo}:443/rest/v1/auth",
            "Duo authentication returned 'allow': ",
            "Returning response code 2: AccessAccept",
            "Sending response",
        ];
        int at = 0;
        foreach (string line in story)
        {
            int next = log.IndexOf(line, at, StringComparison.Ordinal);
            Assert.True(next >= 0, $"'{line}' is not said in its turn\n{log}");
            at = next;
        }

        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task A_person_who_denies_on_the_phone_stays_outside()
    {
        await RefusedAsync(new StrongSwanSettings { User = "denied", Password = "denied-pw" }, pushes: 1);
        Assert.Contains("Duo authentication returned 'deny': ", _proxy!.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_wrong_password_stays_outside_and_no_phone_rings()
    {
        await RefusedAsync(new StrongSwanSettings { User = "bob", Password = "not his" }, pushes: 0);
        Assert.Contains("Primary credentials rejected - No reply message in packet", _proxy!.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Somebody_whom_the_primary_does_not_know_stays_outside_and_no_phone_rings() =>
        await RefusedAsync(new StrongSwanSettings { User = "mallory" }, pushes: 0);

    [SkippableFact]
    public async Task Without_Duos_cloud_the_failmode_decides()
    {
        HeadendLab lab = Lab();
        _duo!.Stop();
        await _duo.WaitAsync(TimeSpan.FromSeconds(10));

        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());

        // failmode=safe: the password alone lets in, and the log says that it did.
        await client.MustReachBothNetworksAsync();
        Assert.Contains("Returning response code 2: AccessAccept", _proxy!.Output, StringComparison.Ordinal);
        Assert.Contains("failmode", _proxy.Output, StringComparison.OrdinalIgnoreCase);
        await client.LogOutAsync();
    }

    private async Task RefusedAsync(StrongSwanSettings settings, int pushes)
    {
        HeadendLab lab = Lab();
        await using StrongSwanClient client = await StrongSwanClient.StartAsync(lab, settings);

        Assert.False(await client.LogInAsync(), $"it is let in\n{client.Log}");

        await client.MustHaveNoSaAsync();
        Assert.False(await client.PingAsync(HeadendNetwork.FirstHost));
        Assert.DoesNotContain("AccessAccept", _proxy!.Output, StringComparison.Ordinal);
        Assert.Equal(pushes, _proxy.Output.Split("/rest/v1/auth\n").Length - 1);
    }

    private HeadendLab Lab()
    {
        Charon.Require();
        Peer.RequirePrograms("freeradius", "ping", "nft");
        return _lab!;
    }

    private async Task ServeLoginsAsync(HeadendLab lab)
    {
        await lab.ServeRadiusAsync(HeadendNetwork.Primary);
        await File.WriteAllTextAsync(
            lab.In("duocloud.json"),
            """
            {
              "applications": [{ "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
              "policy": { "push": "approve", "delaySeconds": 0.5 },
              "users": [{ "name": "alice" }, { "name": "denied", "push": "deny" }]
            }
            """);
        _duo = await lab.ProgramAsync("aaa", "DuoCloud", "--config", lab.In("duocloud.json"), "--urls", $"https://{HeadendNetwork.Duo}:443", "--ca-out", lab.In("duo-ca.pem"));

        // The scenario's file, but for the cloud's address and authority, the primary's secret, and an address of the proxy's own on a shared machine.
        string scenario = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Scenario", "authproxy.cfg"));
        string main = $"[main]\ninterface={HeadendNetwork.Proxy}\nhttp_ca_certs_file={lab.In("duo-ca.pem")}\n";
        await File.WriteAllTextAsync(
            lab.In("authproxy.cfg"),
            main + scenario.ReplaceLineEndings("\n")
                .Replace("\nsecret=cisco", $"\nsecret={FreeRadius.Secret}", StringComparison.Ordinal)
                .Replace("api_host=api-xxxxxxxx.example.com", $"api_host={HeadendNetwork.Duo}", StringComparison.Ordinal));
        _proxy = await lab.ProgramAsync("aaa", "DuoProxy", "--config", lab.In("authproxy.cfg"));
    }
}
