using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoProxy;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Proxy;

namespace Sallyport.Interop.Tests.DuoProxy;

/// <summary>FreeRADIUS as primary behind our proxy; eapol_test, radclient and radtest in front of it.</summary>
public sealed class FreeRadiusPrimaryTests : IAsyncLifetime
{
    private const string Secret = "nas-secret";
    private readonly string _authority = Path.GetTempFileName();
    private FreeRadius? _primary;
    private IHost? _duo;
    private IHost? _proxy;

    private IPEndPoint Proxy => _proxy!.Services.GetRequiredService<AuthProxyService>().Endpoints[0];

    private int Pushes => _duo!.Services.GetRequiredService<DuoCloudService>().AuthTransactions;

    public async Task InitializeAsync()
    {
        try
        {
            Peer.RequirePrograms("freeradius", "eapol_test", "radclient", "radtest");
        }
        catch (SkipException)
        {
            // Each test says so itself.
            return;
        }

        _primary = await FreeRadius.StartAsync();
        _duo = DuoCloudHost.Build(
            new DuoCloudOptions
            {
                Configuration = DuoCloudConfiguration.Read(JsonSection.Parse(
                    """
                    {
                      "applications": [{ "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
                      "users": [{ "name": "alice" }, { "name": "weakdes" }, { "name": "denied", "push": "deny" }]
                    }
                    """,
                    "duocloud.json")),
                Urls = "https://127.0.0.1:0",
                AuthorityFile = _authority,
            },
            b => b.ClearProviders());
        await _duo.StartAsync();
        string file = $"""
            [main]
            http_ca_certs_file={_authority}
            interface=127.0.0.1
            [radius_client]
            host={_primary.Endpoint.Address}
            port={_primary.Endpoint.Port}
            secret={FreeRadius.Secret}
            ; FreeRADIUS before 3.2.5 signs no plain replies.
            force_message_authenticator=false
            [radius_server_auto]
            ikey=DIXXXXXXXXXXXXXXXXXX
            skey=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            api_host=127.0.0.1
            api_port={DuoCloudHost.Urls(_duo).Single().Port}
            radius_ip_1=127.0.0.1
            radius_secret_1={Secret}
            port=0
            """;
        _proxy = DuoProxyHost.Build(new DuoProxyOptions { Configuration = AuthProxyConfiguration.Parse(file, "authproxy.cfg") }, b => b.ClearProviders());
        await _proxy.StartAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (IHost host in new[] { _proxy, _duo }.OfType<IHost>())
        {
            await host.StopAsync();
            host.Dispose();
        }

        if (_primary is not null)
        {
            await _primary.DisposeAsync();
        }

        File.Delete(_authority);
    }

    [SkippableTheory]
    [InlineData("MD5", "alice", "alice-pw", true, 1)]
    [InlineData("GTC", "alice", "alice-pw", true, 1)]
    [InlineData("MSCHAPV2", "alice", "alice-pw", true, 1)]
    [InlineData("MSCHAPV2", "weakdes", "pw129497", true, 1)]
    [InlineData("MD5", "alice", "wrong", false, 0)]
    [InlineData("GTC", "alice", "wrong", false, 0)]
    [InlineData("MSCHAPV2", "alice", "wrong", false, 0)]
    [InlineData("MD5", "mallory", "alice-pw", false, 0)]
    [InlineData("MD5", "denied", "denied-pw", false, 1)]
    [InlineData("GTC", "denied", "denied-pw", false, 1)]
    public async Task Eapol_test_passes_both_doors_or_none(string method, string user, string password, bool accepted, int pushes)
    {
        RequirePeers();

        (int code, string output) = await RadiusTools.EapolTestAsync(Proxy, Secret, method, user, password, timeout: 8);

        // With MSCHAPv2 the exit code says too whether the keys, hidden anew by the proxy, are the peer's own.
        Assert.True(accepted == (code == 0 && output.Contains("CTRL-EVENT-EAP-SUCCESS", StringComparison.Ordinal)), output + _primary!.Log);
        Assert.Equal(pushes, Pushes);
    }

    [SkippableTheory]
    [InlineData("User-Name = alice\nUser-Password = alice-pw", "Access-Accept", 1)]
    [InlineData("User-Name = alice\nUser-Password = wrong", "Access-Reject", 0)]
    [InlineData("User-Name = alice\nCHAP-Password = alice-pw", "Access-Accept", 1)]
    [InlineData("User-Name = alice\nMS-CHAP-Password = alice-pw", "Access-Accept", 1)]
    [InlineData("User-Name = denied\nUser-Password = denied-pw", "Access-Reject", 1)]
    public async Task Radclient_passes_both_doors_or_none(string attributes, string answer, int pushes)
    {
        RequirePeers();

        string output = await RadiusTools.RadclientAsync(Proxy, Secret, attributes);

        Assert.Contains($"Received {answer}", output, StringComparison.Ordinal);
        Assert.Equal(pushes, Pushes);
        if (answer == "Access-Accept")
        {
            // What the primary says of the person reaches the NAS.
            Assert.Contains("Framed-IP-Address = 192.168.13.5", output, StringComparison.Ordinal);
            Assert.Contains("Cisco-AVPair = \"shell:priv-lvl=15\"", output, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("pap")]
    [InlineData("chap")]
    [InlineData("mschap")]
    public async Task Radtest_passes_both_doors(string type)
    {
        RequirePeers();

        (int exit, string output) = await RadiusTools.RunAsync("radtest", ["-t", type, "alice", "alice-pw", Proxy.ToString(), "0", Secret]);

        Assert.True(exit == 0, output);
        Assert.Equal(1, Pushes);
    }

    private static void RequirePeers() => Peer.RequirePrograms("freeradius", "eapol_test", "radclient", "radtest");
}
