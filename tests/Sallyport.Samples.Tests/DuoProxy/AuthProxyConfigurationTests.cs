using System.Net;
using System.Text;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoProxy.Configuration;

namespace Sallyport.Samples.Tests.DuoProxy;

public class AuthProxyConfigurationTests
{
    private static string Scenario => ScenarioFiles.Read("authproxy.cfg");

    private static AuthProxyConfiguration Parse(string text) => AuthProxyConfiguration.Parse(text, "authproxy.cfg");

    [Fact]
    public void The_scenarios_file_means_what_its_administrator_means()
    {
        AuthProxyConfiguration configuration = Parse(Scenario);

        Assert.Empty(configuration.Warnings);
        RadiusClientSection client = Assert.Single(configuration.Clients);
        Located<DnsEndPoint> host = Assert.Single(client.Hosts);
        Assert.Equal(("10.197.243.116", 1812, 3), (host.Value.Host, host.Value.Port, host.Line));
        Assert.Equal("cisco", Encoding.UTF8.GetString(client.Secret));
        Assert.Equal((3, TimeSpan.FromSeconds(2), true), (client.Retries, client.RetryWait, client.RequireMessageAuthenticator));
        RadiusServerAutoSection server = Assert.Single(configuration.Servers);
        Assert.Same(client, server.Client);
        Assert.Equal("DIXXXXXXXXXXXXXXXXXX", server.IntegrationKey);
        Assert.Equal(40, server.SecretKey.Length);
        Assert.Equal(("api-xxxxxxxx.example.com", 443), (server.ApiHost, server.ApiPort));
        Assert.Equal(FailMode.Safe, server.FailMode);
        Assert.Equal(1812, server.Port.Value);
        Assert.Null(server.Interface);
        Assert.Equal([DuoFactor.Auto], server.Factors);
        Assert.True(server.PassThrough.Everything);
        NasSettings nas = Assert.Single(server.NetworkAccessServers);
        Assert.Equal(IPNetwork.Parse("10.106.54.143/32"), Assert.Single(nas.Networks));
        Assert.Equal("cisco", Encoding.UTF8.GetString(nas.Secret));
        Assert.True(nas.RequireMessageAuthenticator);
    }

    [Theory]
    [InlineData("host=10.197.243.116\n", "", 2, "'host' is missing in [radius_client]")]
    [InlineData("host=10.197.243.116", "host=10.197.243.116:1645", 3, "its port goes into 'port'")]
    [InlineData("secret=cisco\n\n", "\n\n", 2, "'secret' is missing in [radius_client]")]
    [InlineData("skey=xxxx", "skey_protected=xxxx", 8, "'skey' is missing|encrypted by Windows")]
    [InlineData("failmode=safe", "failmode=open", 12, "'failmode' is safe")]
    [InlineData("client=radius_client", "client=radius_client2", 13, "'client' can be radius_client")]
    [InlineData("client=radius_client", "client=ad_client", 13, "'client' can be radius_client")]
    [InlineData("port=1812", "port=65536", 14, "'port' is a whole number from 0 to 65535")]
    [InlineData("port=1812", "port", 14, "neither 'option=value' nor a [section]")]
    [InlineData("port=1812", "failmode=secure", 14, "'failmode' stands in line 12 already")]
    [InlineData("port=1812", "factors=push,sms", 14, "'factors' is a list of auto, push and phone")]
    [InlineData("port=1812", "factors=push,push", 14, "'factors' names push twice")]
    [InlineData("port=1812", "factors=passcode", 14, "cannot be typed in here")]
    [InlineData("port=1812", "api_timeout=soon", 14, "'api_timeout' is a whole number")]
    [InlineData("port=1812", "interface=eth0", 14, "'interface' is an IP address")]
    [InlineData("port=1812", "pass_through_all=perhaps", 14, "'pass_through_all' is true or false")]
    [InlineData("port=1812", "radius_secret_1_protected=01ab", 14, "encrypted by Windows")]
    [InlineData("port=1812", "radius_ip_2=10.106.54.144", 14, "'radius_secret_2' is missing")]
    [InlineData("port=1812", "radius_ip_2=10.106.54.143\nradius_secret_2=x", 14, "claimed in line 10 already")]
    [InlineData("radius_ip_1=10.106.54.143", "radius_ip_1=10.106.54", 10, "is not an address (192.0.2.1), a network")]
    [InlineData("radius_ip_1=10.106.54.143", "radius_ip_1=10.106.54.143/24", 10, "did you mean 10.106.54.0/24?")]
    [InlineData("radius_ip_1=10.106.54.143", "radius_ip_1=10.106.54.9-10.106.54.3", 10, "the range ends at 10.106.54.3, before it begins")]
    [InlineData("radius_ip_1=10.106.54.143\n", "", 6, "names no network access server")]
    [InlineData("api_host=", "api_host=https://", 9, "without https:// and port")]
    [InlineData("[radius_client]", "[ad_client]", 2, "put a RADIUS server in front of the directory")]
    [InlineData("[radius_client]", "[radius_client", 2, "not a section's name")]
    [InlineData("[radius_client]", "[radius_server_auto]", 6, "stands in line 2 already")]
    [InlineData("[radius_client]", "", 3, "'host' stands before the first section")]
    [InlineData("[radius_client]", "[main]\nfips_mode=true\n[radius_client]", 3, "'fips_mode' is not supported")]
    [InlineData("[radius_client]", "[main]\nlog_stdout=false\n[radius_client]", 3, "the log needs a place")]
    [InlineData("[radius_server_auto]", "[radius_server_challenge]", 6, "use [radius_server_auto]")]
    [InlineData("[radius_server_auto]", "[cloud]\n[radius_server_auto]", 6, "[cloud]: directory synchronisation is not offered")]
    public void What_cannot_be_used_is_named_with_file_and_line(string from, string to, int line, string problems)
    {
        string text = Scenario.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Scenario, text);

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Parse(text));

        Assert.Contains(problems.Split('|'), p => e.Problem.Contains(p, StringComparison.Ordinal));
        Assert.StartsWith("authproxy.cfg:", e.Message, StringComparison.Ordinal);
        if (!problems.Contains('|', StringComparison.Ordinal))
        {
            Assert.Equal(line, e.Line);
        }
    }

    [Theory]
    [InlineData("log_syslog=true", "[main]", "'log_syslog' has no effect")]
    [InlineData("colour=blue", "[main]", "'colour' is no option of [main]")]
    [InlineData("pw_codec=latin-1", "[radius_server_auto]", "'pw_codec' has no effect")]
    [InlineData("allow_concat=true", "[radius_server_auto]", "'allow_concat' has no effect")]
    [InlineData("delimiter=;", "[radius_server_auto]", "'delimiter' has no effect")]
    [InlineData("factors=push,passcode", "[radius_server_auto]", "passcode has no effect")]
    [InlineData("port_2=1645", "[radius_client]", "'port_2' is no option of [radius_client]")]
    public void What_has_no_effect_is_named_and_does_not_stop_the_proxy(string option, string section, string warning)
    {
        string text = section == "[main]" ? $"[main]\n{option}\n{Scenario}" : Scenario.Replace(section, $"{section}\n{option}", StringComparison.Ordinal);
        int line = text.Split('\n').ToList().IndexOf(option) + 1;

        AuthProxyConfiguration configuration = Parse(text);

        string only = Assert.Single(configuration.Warnings);
        Assert.StartsWith($"authproxy.cfg:{line}: ", only, StringComparison.Ordinal);
        Assert.Contains(warning, only, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_switched_off_needs_no_word() =>
        Assert.Empty(Parse($"[main]\nfips_mode=false\nlog_auth_events=off\nlog_syslog=0\n{Scenario}").Warnings);

    [Fact]
    public void An_unknown_section_is_named_and_left_out() =>
        Assert.Equal(["authproxy.cfg:15: [weather] is no section of this file; it has no effect"], Parse($"{Scenario.TrimEnd()}\n[weather]\nrain=true").Warnings);

    [Fact]
    public void A_secret_may_hold_what_begins_a_comment_elsewhere()
    {
        AuthProxyConfiguration configuration = Parse(Scenario.Replace("secret=cisco", "secret = a=b;c#d [e] ", StringComparison.Ordinal).Replace("radius_a=b", "radius_secret_1=a", StringComparison.Ordinal));

        Assert.Equal("a=b;c#d [e]", Encoding.UTF8.GetString(configuration.Clients[0].Secret));
    }

    [Fact]
    public void Windows_line_ends_a_byte_order_mark_and_capitals_are_read()
    {
        string text = "\uFEFF" + Scenario.Replace("[radius_client]", "[Radius_Client]", StringComparison.Ordinal).Replace("failmode=safe", "FailMode = SECURE", StringComparison.Ordinal).ReplaceLineEndings("\r\n");

        Assert.Equal(FailMode.Secure, Parse(text).Servers[0].FailMode);
    }

    [Fact]
    public void Hosts_are_tried_in_their_order_each_with_its_port()
    {
        AuthProxyConfiguration configuration = Parse(Scenario.Replace("secret=cisco\n\n", "secret=cisco\nport=1645\nhost_10=10.0.0.10\nhost_2=radius.example.com\nport_2=1812\nretries=1\nretry_wait=5\nnas_ip=10.0.0.1\nforce_message_authenticator=false\n\n", StringComparison.Ordinal));

        RadiusClientSection client = configuration.Clients[0];
        Assert.Equal([("10.197.243.116", 1645), ("radius.example.com", 1812), ("10.0.0.10", 1645)], client.Hosts.Select(h => (h.Value.Host, h.Value.Port)));
        Assert.Equal((1, TimeSpan.FromSeconds(5), false), (client.Retries, client.RetryWait, client.RequireMessageAuthenticator));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), client.NasAddress);
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.0/24")]
    [InlineData("10.0.0.0/255.255.255.0", "10.0.0.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("10.0.0.5-10.0.0.5", "10.0.0.5/32")]
    [InlineData("10.0.0.5 - 10.0.0.9", "10.0.0.5/32 10.0.0.6/31 10.0.0.8/31")]
    [InlineData("0.0.0.0-255.255.255.255", "0.0.0.0/0")]
    [InlineData("2001:db8::/64", "2001:db8::/64")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0")]
    [InlineData("10.0.0.1, 10.0.0.3", "10.0.0.1/32 10.0.0.3/32")]
    public void A_set_of_addresses_becomes_networks(string text, string networks)
    {
        AuthProxyConfiguration configuration = Parse(Scenario.Replace("10.106.54.143", text, StringComparison.Ordinal));

        Assert.Equal(networks.Split(' ').Select(n => IPNetwork.Parse(n)), configuration.Servers[0].NetworkAccessServers[0].Networks);
    }

    [Fact]
    public void A_nas_that_cannot_sign_is_let_off_alone()
    {
        AuthProxyConfiguration configuration = Parse(Scenario.Replace("port=1812", "radius_ip_2=10.106.54.144\nradius_secret_2=x\nforce_message_authenticator_2=false", StringComparison.Ordinal));

        Assert.Equal([true, false], configuration.Servers[0].NetworkAccessServers.Select(n => n.RequireMessageAuthenticator));
    }

    [Fact]
    public void Two_sections_share_a_port_only_with_disjoint_network_access_servers()
    {
        string second = Scenario[Scenario.IndexOf("[radius_server_auto]", StringComparison.Ordinal)..].Replace("[radius_server_auto]", "[radius_server_auto2]", StringComparison.Ordinal);

        Assert.Throws<ConfigurationException>(() => Parse($"{Scenario}\n{second}"));
        Assert.Throws<ConfigurationException>(() => Parse($"{Scenario}\n{second.Replace("10.106.54.143", "10.106.0.0/16", StringComparison.Ordinal)}"));
        Assert.Equal(2, Parse($"{Scenario}\n{second.Replace("10.106.54.143", "10.106.54.144", StringComparison.Ordinal)}").Servers.Count);
        Assert.Equal(2, Parse($"{Scenario}\n{second.Replace("port=1812", "port=1645", StringComparison.Ordinal)}").Servers.Count);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("pass_through_all=false", false)]
    [InlineData("pass_through_all=true", true)]
    [InlineData("pass_through_attr_names=Class, Cisco-AVPair", false)]
    public void The_primarys_attributes_pass_unless_the_file_narrows_them(string option, bool everything)
    {
        PassThrough inClient = Parse(Scenario.Replace("[radius_client]", $"[radius_client]\n{option}", StringComparison.Ordinal)).Servers[0].PassThrough;
        PassThrough inServer = Parse(Scenario.Replace("[radius_server_auto]", $"[radius_server_auto]\n{option}", StringComparison.Ordinal)).Servers[0].PassThrough;

        Assert.Equal(everything, inClient.Everything);
        Assert.Equal(everything, inServer.Everything);
        Assert.Equal(option.Contains("Class", StringComparison.Ordinal) ? ["Class", "Cisco-AVPair"] : [], inServer.Names.Select(n => n.Value));
    }

    [Fact]
    public void Main_speaks_for_every_section()
    {
        AuthProxyConfiguration configuration = Parse($"[main]\ndebug=true\ninterface=127.0.0.1\nhttp_ca_certs_file=ca.pem\nhttp_proxy_host=proxy.example.com\nhttp_proxy_port=3128\nlog_dir=/var/log/duoproxy\n{Scenario}");

        Assert.True(configuration.Main.Debug);
        Assert.Equal("ca.pem", configuration.Main.CaCertificatesFile!.Value);
        Assert.Equal("/var/log/duoproxy/authproxy.log", configuration.Main.LogFile!.Value);
        Assert.True(configuration.Main.LogToStandardOutput);
        Assert.Equal(IPAddress.Loopback, configuration.Servers[0].Interface!.Value);
        Assert.Equal(new DnsEndPoint("proxy.example.com", 3128), configuration.Servers[0].HttpProxy!.Value);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_configuration_error() =>
        Assert.Throws<ConfigurationException>(() => AuthProxyConfiguration.Load(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));

    [Fact]
    public void Damaged_text_is_refused_or_read_but_never_throws_anything_else()
    {
        Random random = new(20220208);
        string[] tokens = ["=", "[", "]", "\n", "\0", ";", "_1", "_0", "radius_ip", "/33", "/255.0.255.0", "-", "::", "%1", ",", "\u2028", "_99999", "true", "4294967296"];
        for (int i = 0; i < 3000; i++)
        {
            StringBuilder text = new(Scenario);
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                int at = random.Next(text.Length);
                text.Remove(at, Math.Min(random.Next(3), text.Length - at)).Insert(at, tokens[random.Next(tokens.Length)]);
            }

            try
            {
                Parse(text.ToString());
            }
            catch (ConfigurationException e)
            {
                Assert.InRange(e.Line, 1, text.ToString().ReplaceLineEndings("\n").Count(c => c == '\n') + 1);
            }
        }
    }
}
