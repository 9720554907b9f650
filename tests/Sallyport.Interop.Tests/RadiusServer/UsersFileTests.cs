using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Interop.Tests.RadiusServer;

/// <summary>One users file for our RadiusServer and for FreeRADIUS: who asks either is told the same.</summary>
public sealed class UsersFileTests : IAsyncLifetime
{
    private const string Users = """
        # Check items of several kinds, all four operators of replies, vendors, tags, and entries that fall through.
        "al ice"	Cleartext-Password := "pw"
        	Reply-Message = "quoted \"name\"\n\303\251"

        bob	Cleartext-Password := "bob-pw", NAS-IP-Address == 192.0.2.1
        	Reply-Message = "from the first switch",
        	Cisco-AVPair = "a=1",
        	Cisco-AVPair = "a=2",
        	Cisco-AVPair += "a=3",
        	Class = 0x00ff01,
        	Fall-Through = Yes

        bob	Cleartext-Password := "bob-pw"
        	Reply-Message = "second",
        	Session-Timeout := 77,
        	Service-Type = Framed-User, Framed-Protocol = PPP,
        	Framed-IP-Address = 198.51.100.7,
        	Framed-IPv6-Prefix = 2001:db8:1::/48,
        	Mikrotik-Rate-Limit = "10M/10M"

        DEFAULT	NAS-Port > 5, NAS-Port-Type != Virtual, Auth-Type := Accept
        	Filter-Id = "default",
        	Idle-Timeout = 5

        carl	Cleartext-Password := "carl-pw"
        	Session-Timeout = 1,
        	Fall-Through = Yes
        carl	NAS-Port-Id =~ "^Gi(.*)$"
        	Filter-Id ^= "first",
        	Session-Timeout = 2,
        	Session-Timeout += 3

        dora	NT-Password := 0x44EBBA8D5312B8D611474411F56989AE, Called-Station-Id !* ANY
        	Reply-Message = "by hash"

        eve	Auth-Type := Reject
        	Reply-Message = "go away"

        open	Auth-Type := Accept
        	Tunnel-Type:1 = VLAN, Tunnel-Medium-Type:1 = IEEE-802,
        	Tunnel-Private-Group-Id:1 = "33"

        """;

    private string _folder = "";
    private IHost? _host;

    private RadiusServerService Service => _host!.Services.GetRequiredService<RadiusServerService>();

    public async Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("users-file-").FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "users"), Users);
        string json = $$"""
            {
              "listen": ["127.0.0.1:0"],
              "accounting": { "listen": ["127.0.0.1:0"], "database": "sessions.db" },
              "devices": [{ "address": "127.0.0.1", "secret": "{{FreeRadius.Secret}}" }],
              "users": "users"
            }
            """;
        _host = RadiusServerHost.Build(RadiusServerConfiguration.Read(JsonSection.Parse(json, Path.Combine(_folder, "radius.json"))), b => b.ClearProviders());
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string, string> Questions => new()
    {
        { "User-Name = \"al ice\"\nUser-Password = pw", "Access-Accept" },
        { "User-Name = bob\nUser-Password = bob-pw\nNAS-IP-Address = 192.0.2.1", "Access-Accept" },
        { "User-Name = bob\nUser-Password = bob-pw\nNAS-IP-Address = 192.0.2.2", "Access-Accept" },
        { "User-Name = bob\nCHAP-Password = bob-pw\nNAS-IP-Address = 192.0.2.2", "Access-Accept" },
        { "User-Name = carl\nUser-Password = carl-pw\nNAS-Port-Id = Gi1/0/1", "Access-Accept" },
        { "User-Name = carl\nUser-Password = carl-pw\nNAS-Port-Id = Fa1/0/1", "Access-Accept" },
        { "User-Name = dora\nUser-Password = clientPass", "Access-Accept" },
        { "User-Name = dora\nUser-Password = clientPass\nCalled-Station-Id = x", "Access-Reject" },
        { "User-Name = eve\nUser-Password = x", "Access-Reject" },
        { "User-Name = open", "Access-Accept" },
        { "User-Name = nobody\nUser-Password = x\nNAS-Port = 5\nNAS-Port-Type = Ethernet", "Access-Reject" },
        { "User-Name = nobody\nUser-Password = x\nNAS-Port = 9\nNAS-Port-Type = Ethernet", "Access-Accept" },
        { "User-Name = nobody\nUser-Password = x\nNAS-Port = 9\nNAS-Port-Type = Virtual", "Access-Reject" },
    };

    [SkippableFact]
    public async Task Radclient_is_told_by_us_what_FreeRADIUS_tells_it()
    {
        Peer.RequirePrograms("freeradius", "radclient");
        await using FreeRadius other = await FreeRadius.StartWithUsersAsync(Users);

        foreach (object[] question in Questions)
        {
            string theirs = await RadiusTools.RadclientAsync(other.Endpoint, FreeRadius.Secret, (string)question[0]);
            string ours = await RadiusTools.RadclientAsync(Service.EndPoints[0], FreeRadius.Secret, (string)question[0]);

            Assert.Contains($"Received {question[1]} ", ours, StringComparison.Ordinal);
            Assert.Equal(Reply(theirs), Reply(ours));
        }
    }

    [SkippableFact]
    public async Task Our_client_sends_the_same_text_and_shows_the_reply_as_radclient_does()
    {
        Peer.RequirePrograms("freeradius", "radclient");
        await using FreeRadius other = await FreeRadius.StartWithUsersAsync(Users);
        await using RadiusClient client = new(new RadiusClientOptions
        {
            // It does not sign replies to logins without EAP.
            Servers = [new RadiusUpstream(other.Endpoint, new RadiusSecret(FreeRadius.Secret)) { RequireMessageAuthenticator = false }],
        });

        foreach (object[] question in Questions)
        {
            string theirs = await RadiusTools.RadclientAsync(other.Endpoint, FreeRadius.Secret, (string)question[0]);
            Assert.True(RadiusText.TryParse((string)question[0], RadiusServerConfiguration.Dictionary, out IReadOnlyList<RadiusTextPacket>? packets, out RadiusTextError? error), error?.ToString());
            RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter writer, RadiusHop hop) => packets[0].WriteTo(ref writer, hop.Secret));

            Assert.NotNull(reply);
            Assert.Equal(Reply(theirs), Reply(reply.Packet.Dump(RadiusServerConfiguration.Dictionary, from: other.Endpoint)));
        }
    }

    [SkippableTheory]
    [InlineData("User-Name = bob\nMS-CHAP-Password = bob-pw", "Access-Accept")]
    [InlineData("User-Name = bob\nMS-CHAP-Password = wrong", "Access-Reject")]
    [InlineData("User-Name = dora\nMS-CHAP-Password = clientPass", "Access-Accept")]
    public async Task Radclient_logs_in_by_MSCHAP(string attributes, string answer)
    {
        Peer.RequirePrograms("radclient");

        string output = await RadiusTools.RadclientAsync(Service.EndPoints[0], FreeRadius.Secret, attributes);

        Assert.Contains($"Received {answer} ", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("MD5", "bob", "bob-pw", true)]
    [InlineData("GTC", "bob", "bob-pw", true)]
    [InlineData("MSCHAPV2", "bob", "bob-pw", true)]
    [InlineData("MSCHAPV2", "dora", "clientPass", true)]
    [InlineData("MSCHAPV2", "bob", "wrong", false)]
    [InlineData("MSCHAPV2", "eve", "x", false)]
    [InlineData("MD5", "open", "x", false)]
    public async Task Eapol_test_logs_in_as_the_users_file_says(string method, string user, string password, bool accepted)
    {
        Peer.RequirePrograms("eapol_test");

        (int code, string output) = await RadiusTools.EapolTestAsync(Service.EndPoints[0], FreeRadius.Secret, method, user, password, timeout: 5);

        Assert.True(accepted == (code == 0 && output.Contains("CTRL-EVENT-EAP-SUCCESS", StringComparison.Ordinal)), output);
    }

    [SkippableFact]
    public async Task Radclient_accounts_for_a_session()
    {
        Peer.RequirePrograms("radclient");
        foreach (string status in (string[])["Start", "Interim-Update", "Stop", "Stop"])
        {
            string input = $"User-Name = bob\nAcct-Session-Id = 0042\nNAS-Identifier = sw1\nAcct-Status-Type = {status}\nAcct-Session-Time = 60\nAcct-Input-Octets = 7\nAcct-Terminate-Cause = User-Request\n";
            (int code, string output) = await RadiusTools.RunAsync("radclient", ["-x", "-t", "10", "-r", "1", Service.AccountingEndPoints[0].ToString(), "acct", FreeRadius.Secret], input);
            Assert.True(code == 0 && output.Contains("Received Accounting-Response ", StringComparison.Ordinal), output);
        }

        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "sessions.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) || ' ' || max(session_id) || ' ' || max(seconds) || ' ' || max(input_octets) || ' ' || max(terminate_cause) || ' ' || count(stopped) FROM session";
        Assert.Equal("1 0042 60 7 User-Request 1", Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture));
    }

    // The reply's code and attributes, of the lines that radclient prints of an exchange. FreeRADIUS signs where we do, at its own time.
    private static string Reply(string output)
    {
        IEnumerable<string> lines = output.Split('\n').SkipWhile(l => !l.StartsWith("Received ", StringComparison.Ordinal));
        return string.Join('\n', lines.Take(1).Select(l => l.Split(' ')[1]).Concat(lines.Skip(1)
            .TakeWhile(l => l.StartsWith('\t')).Where(l => !l.StartsWith("\tMessage-Authenticator", StringComparison.Ordinal))));
    }
}
