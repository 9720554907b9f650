using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Interop.Tests.RadiusServer;

/// <summary>eapol_test, radclient and radtest against our RadiusServer.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Secret = "server-secret";
    private IHost? _host;

    private IPEndPoint Server => _host!.Services.GetRequiredService<RadiusServerService>().EndPoints[0];

    public async Task InitializeAsync()
    {
        _host = RadiusServerHost.Build(
            RadiusServerConfiguration.Read(JsonSection.Parse(
                """
                {
                  "listen": ["127.0.0.1:0"],
                  "devices": [{ "address": "127.0.0.1", "secret": "server-secret" }],
                  "users": [
                    { "name": "alice", "password": "alice-pw", "reply": { "Class": "staff" } },
                    { "name": "weakdes", "password": "pw129497" },
                    { "name": "User", "ntHash": "44EBBA8D5312B8D611474411F56989AE" }
                  ]
                }
                """,
                "radius.json")),
            b => b.ClearProviders());
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }

    [SkippableTheory]
    [InlineData("MD5", "alice", "alice-pw", true)]
    [InlineData("GTC", "alice", "alice-pw", true)]
    [InlineData("MSCHAPV2", "alice", "alice-pw", true)]
    [InlineData("MSCHAPV2", "weakdes", "pw129497", true)]
    [InlineData("MSCHAPV2", "User", "clientPass", true)]
    [InlineData("MD5", "alice", "wrong", false)]
    [InlineData("GTC", "alice", "wrong", false)]
    [InlineData("MSCHAPV2", "alice", "wrong", false)]
    [InlineData("MD5", "mallory", "alice-pw", false)]
    public async Task Eapol_test_logs_in_with_the_right_password_only_and_with_equal_keys(string method, string user, string password, bool accepted)
    {
        Peer.RequirePrograms("eapol_test");

        (int code, string output) = await RadiusTools.EapolTestAsync(Server, Secret, method, user, password, timeout: 5);

        // With MSCHAPv2 the exit code says too whether the MPPE keys are the peer's own.
        Assert.True(accepted == (code == 0 && output.Contains("CTRL-EVENT-EAP-SUCCESS", StringComparison.Ordinal)), output);
    }

    [SkippableTheory]
    [InlineData("User-Name = alice\nUser-Password = alice-pw", "Access-Accept")]
    [InlineData("User-Name = alice\nUser-Password = wrong", "Access-Reject")]
    [InlineData("User-Name = User\nUser-Password = clientPass", "Access-Accept")]
    [InlineData("User-Name = alice\nCHAP-Password = alice-pw", "Access-Accept")]
    [InlineData("User-Name = alice\nCHAP-Password = wrong", "Access-Reject")]
    [InlineData(MsChap2Good, "Access-Accept")]
    [InlineData(MsChap2Bad, "Access-Reject")]
    public async Task Radclient_gets_the_right_answer(string attributes, string answer)
    {
        Peer.RequirePrograms("radclient");

        string output = await RadiusTools.RadclientAsync(Server, Secret, attributes);

        Assert.Contains($"Received {answer}", output, StringComparison.Ordinal);
        if (attributes == MsChap2Good)
        {
            Assert.Contains("S=407A5589115FD0D6209F510FE9C04566932CDA56", System.Text.Encoding.ASCII.GetString(Hex(output, "MS-CHAP2-Success = 0x")), StringComparison.Ordinal);
            Assert.Contains("MS-MPPE-Recv-Key = 0xd5f0e9521e3ea9589645e86051c82226", output, StringComparison.Ordinal);
            Assert.Contains("MS-MPPE-Send-Key = 0x8b7cdc149b993a1ba118cb153f56dccb", output, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("pap", "alice-pw", 0)]
    [InlineData("chap", "alice-pw", 0)]
    [InlineData("pap", "wrong", 1)]
    public async Task Radtest_says_the_same(string type, string password, int code)
    {
        Peer.RequirePrograms("radtest");

        (int exit, string output) = await RadiusTools.RunAsync("radtest", ["-t", type, "alice", password, Server.ToString(), "0", Secret]);

        Assert.True(code == exit, output);
    }

    // RFC 2759 §9.2: user User, password clientPass.
    private const string MsChap2Good =
        "User-Name = User\nMS-CHAP-Challenge = 0x5b5d7c7d7b3f2f3e3c2c602132262628\n"
        + "MS-CHAP2-Response = 0x010021402324255e262a28295f2b3a337c7e000000000000000082309ecd8d708b5ea08faa3981cd83544233114a3d85d6df";

    private const string MsChap2Bad =
        "User-Name = User\nMS-CHAP-Challenge = 0x5b5d7c7d7b3f2f3e3c2c602132262628\n"
        + "MS-CHAP2-Response = 0x010021402324255e262a28295f2b3a337c7e000000000000000082309ecd8d708b5ea08faa3981cd83544233114a3d85d6de";

    private static byte[] Hex(string output, string name)
    {
        int from = output.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return Convert.FromHexString(output.AsSpan(from, output.AsSpan(from).IndexOfAny("\r\n")));
    }
}
