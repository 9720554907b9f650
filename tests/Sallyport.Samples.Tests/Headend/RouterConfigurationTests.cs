using System.Net;
using System.Text;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Tests.Headend;

public class RouterConfigurationTests
{
    private static HeadendPlan Plan(string text) => HeadendPlan.Resolve(RouterConfiguration.Parse(text, "router.cfg"));

    private static string Scenario => ScenarioFiles.Read("router.cfg");

    [Fact]
    public void The_scenarios_configuration_resolves_to_its_plan()
    {
        HeadendPlan plan = Plan(Scenario);

        Assert.Equal("R1", plan.Configuration.Hostname);
        Assert.Equal(IPAddress.Parse("10.106.54.143"), plan.OuterAddress);
        Assert.Equal("TP_AnyConnect", plan.Trustpoint.Name);
        Assert.Equal("flexvpn-C8000V.cisco.com", plan.Trustpoint.Fqdn);
        Assert.Equal("cn=flexvpn-C8000V.cisco.com", plan.Trustpoint.SubjectName);
        Assert.Equal(LocalAuthentication.RsaSignature, plan.Profile.Local);
        Assert.True(plan.Profile.RemoteEap);
        Assert.True(plan.Profile.QueryIdentity);
        Assert.True(plan.Profile.UserCached);
        Assert.Equal(TimeSpan.FromSeconds(60), plan.Profile.DpdInterval);
        Assert.Equal(TimeSpan.FromSeconds(2), plan.Profile.DpdRetry);
        Assert.True(plan.Profile.DpdOnDemand);
        Assert.Equal(20, plan.VirtualTemplate);
        Ikev2Proposal proposal = Assert.Single(plan.Proposals);
        Assert.Equal(["aes-cbc-128"], proposal.Encryption);
        Assert.Equal(["sha384"], proposal.Integrity);
        Assert.Equal(["sha384"], proposal.Prf);
        Assert.Equal([19], proposal.Groups);
        Assert.Equal(new IkeCipher(EncryptionAlgorithm.AesGcm16, 256), Assert.Single(plan.EspOffers).Cipher);
        Assert.Equal(new IkeChildLifetime(TimeSpan.FromHours(1), 4_000_000_000, 4_608_000L * 1024), plan.ChildLifetime);
        RadiusServerSettings server = Assert.Single(plan.RadiusServers);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.197.243.97"), 1812), server.Authentication);
        Assert.Equal(TimeSpan.FromSeconds(120), server.Timeout);
        Assert.Equal("cisco", Encoding.UTF8.GetString(server.Key!));
        Assert.Equal([IPAddress.Parse("10.106.60.12")], plan.Policy.Dns);
        Assert.Equal([IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("192.168.12.0/24")], plan.Routes);
        Assert.Equal((IPAddress.Parse("192.168.13.1"), IPAddress.Parse("192.168.13.10")), Assert.Single(plan.Pool.Ranges));
    }

    [Fact]
    public void Transform_sets_lifetimes_and_groups_say_how_the_keys_of_ESP_are_made_and_for_how_long()
    {
        HeadendPlan plan = Plan(Scenario
            .Replace(" esp-gcm 256", " esp-gcm 256\n mode tunnel\ncrypto ipsec transform-set Cbc esp-sha512-hmac esp-aes 192\n mode tunnel\ncrypto ipsec transform-set Open esp-gmac", StringComparison.Ordinal)
            .Replace(" set transform-set", " set security-association lifetime seconds 600\n set pfs group20\n set transform-set Cbc Open", StringComparison.Ordinal)
            .Replace("crypto ikev2 policy ", "crypto ipsec security-association lifetime kilobytes disable\ncrypto ikev2 policy ", StringComparison.Ordinal));

        Assert.Equal(new IkeChildLifetime(TimeSpan.FromMinutes(10), 4_000_000_000), plan.ChildLifetime);
        Assert.Equal(
            [
                (new IkeCipher(EncryptionAlgorithm.AesCbc, 192), IntegrityAlgorithm.HmacSha512Trunc256),
                (new IkeCipher(EncryptionAlgorithm.AesGmac, 128), IntegrityAlgorithm.None),
                (new IkeCipher(EncryptionAlgorithm.AesGcm16, 256), IntegrityAlgorithm.None),
            ],
            plan.EspOffers.Select(o => (o.Cipher, o.Integrity)));
        Assert.All(plan.EspOffers, o => Assert.Equal([KeyExchangeMethod.Ecp384], o.KeyExchange));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("crypto ikev2 fragmentation\n", 576, 1280)]
    [InlineData("crypto ikev2 fragmentation mtu 1200\n", 1200, 1200)]
    [InlineData("crypto ikev2 fragmentation mtu 68\n", 68, 68)]
    [InlineData("no crypto ikev2 fragmentation\n", null, null)]
    public void Fragmentation_is_off_unless_the_file_says_otherwise_as_on_the_router(string line, int? v4, int? v6)
    {
        RouterConfiguration configuration = Plan(line + Scenario).Configuration;

        Assert.Equal((v4, v6), (configuration.Fragmentation?.IPv4DatagramSize, configuration.Fragmentation?.IPv6DatagramSize));
        Assert.Equal(v4 == 68, configuration.Notes.Contains("router.cfg:1: a fragment holds 128 octets at least, so that datagrams may be longer than 68 octets"));
    }

    [Theory]
    [InlineData("crypto ikev2 policy ", "crypto ikev2 fragmentation mtu 67\ncrypto ikev2 policy ", "'67' is not a datagram's length in octets: a number from 68 to 1500 should stand here")]
    [InlineData("crypto ikev2 policy ", "crypto ikev2 fragmentation mtu\ncrypto ikev2 policy ", "'crypto ikev2 fragmentation mtu' ends too early: a datagram's length in octets should follow")]
    [InlineData("crypto ikev2 policy ", "crypto ikev2 fragmentation on\ncrypto ikev2 policy ", "'on' is not supported after 'crypto ikev2 fragmentation'; 'mtu OCTETS' or nothing is")]
    [InlineData("crypto ikev2 policy ", "crypto ikev2 fragmentation mtu 576 1280\ncrypto ikev2 policy ", "'mtu 576 1280' is not supported")]
    [InlineData("group 19", "group 2", "the group '2' is not supported")]
    [InlineData("encryption aes-cbc-128", "encryption 3des", "the encryption algorithm '3des' is not supported")]
    [InlineData("encryption aes-cbc-128", "encryption aes-gcm-256", "'prf' is missing|'integrity' does not go with AES-GCM")]
    [InlineData(" pool SSLVPN_POOL\n dns", " pool NOWHERE\n dns", "no 'ip local pool NOWHERE'; there is SSLVPN_POOL")]
    [InlineData("authentication remote eap query-identity", "authentication remote rsa-sig", "'authentication remote rsa-sig' is not supported")]
    [InlineData(" pki trustpoint TP_AnyConnect\n dpd", " pki trustpoint TP_Other\n dpd", "no 'crypto pki trustpoint TP_Other'")]
    [InlineData("esp-gcm 256", "esp-3des esp-sha-hmac", "the transform 'esp-3des' is not supported; 'esp-gcm 256', 'esp-gmac 256' or 'esp-aes 256 esp-sha256-hmac' should stand here")]
    [InlineData("esp-gcm 256", "esp-aes 256", "'esp-aes' alone protects nobody from changed packets")]
    [InlineData("esp-gcm 256", "esp-gcm 256 esp-sha256-hmac", "a hash goes with 'esp-aes' only")]
    [InlineData("esp-gcm 256", "esp-sha256-hmac", "no cipher")]
    [InlineData("crypto ikev2 policy ", "crypto ipsec security-association lifetime seconds 60\ncrypto ikev2 policy ", "'60' is not a lifetime in seconds: a number from 120 to 2592000")]
    [InlineData("crypto ikev2 policy ", "crypto ipsec security-association lifetime days 1\ncrypto ikev2 policy ", "'days' is no unit of a lifetime; 'seconds' or 'kilobytes'")]
    [InlineData(" set transform-set", " set pfs group2\n set transform-set", "'group2' is not supported; one of group14, group19")]
    [InlineData("esp-gcm 256", "esp-gcm 200", "AES has no key of 200 bits")]
    [InlineData("dpd 60 2 on-demand", "dpd 5 2 on-demand", "'5' is not an interval in seconds: a number from 10 to 3600")]
    [InlineData("key cisco", "key 6 abcdef", "a type 6 key is encrypted with the router's own master key")]
    [InlineData(" key cisco\n", "", "'key SECRET' is missing")]
    [InlineData("address ipv4 10.197.243.97", "address ipv4 10.197.243", "'10.197.243' is not an IPv4 address")]
    [InlineData("192.168.13.1 192.168.13.10", "192.168.13.10 192.168.13.1", "the pool ends at 192.168.13.1, before it begins")]
    [InlineData("0.0.0.255", "0.0.255.0", "the wildcard mask 0.0.255.0 has gaps")]
    [InlineData("match identity remote any", "", "'match identity remote …' is missing")]
    [InlineData("virtual-template 20 mode auto", "virtual-template 21 mode auto", "'virtual-template 21' does not name the protected interface")]
    [InlineData("fqdn flexvpn-C8000V.cisco.com", "fqdm flexvpn-C8000V.cisco.com", "'fqdm flexvpn-C8000V.cisco.com' is not supported in crypto pki trustpoint")]
    public void A_line_that_cannot_be_used_is_named_with_file_and_line(string from, string to, string problems)
    {
        string text = Scenario.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Scenario, text);

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Plan(text));

        Assert.Contains(problems.Split('|'), p => e.Problem.Contains(p, StringComparison.Ordinal));
        Assert.StartsWith($"router.cfg:{e.Line}: ", e.Message, StringComparison.Ordinal);
        Assert.InRange(e.Line, 1, text.Count(c => c == '\n') + 1);
    }

    [Fact]
    public void The_error_names_the_very_line()
    {
        string text = Scenario.Replace("group 19", "group 99", StringComparison.Ordinal);
        int line = text[..text.IndexOf("group 99", StringComparison.Ordinal)].Count(c => c == '\n') + 1;

        Assert.Equal(line, Assert.Throws<ConfigurationException>(() => Plan(text)).Line);
    }

    [Theory]
    [InlineData("key 7 070C285F4D06", "cisco")]
    [InlineData("key 7 0822455D0A16", "cisco")]
    [InlineData("key 0 two words", "two words")]
    [InlineData("key two words", "two words")]
    public void Keys_are_read_plain_and_type_7(string command, string secret) =>
        Assert.Equal(secret, Encoding.UTF8.GetString(Plan(Scenario.Replace("key cisco", command, StringComparison.Ordinal)).RadiusServers[0].Key!));

    [Fact]
    public void Other_features_and_banners_do_not_disturb()
    {
        string text = "version 17.9\nbanner motd ^C\ncrypto ikev2 proposal Fake\n nonsense\n^C\nline vty 0 4\n transport input ssh\n" + Scenario;

        HeadendPlan plan = Plan(text);

        Assert.Equal("R1", plan.Configuration.Hostname);
        Assert.DoesNotContain("Fake", plan.Configuration.Proposals.Keys);
        Assert.Contains(plan.Configuration.Notes, n => n.Contains("'line vty 0 4' has no effect here", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_prefix_of_the_scenario_is_read_or_refused_in_words()
    {
        string text = Scenario;
        for (int length = 0; length <= text.Length; length += 7)
        {
            try
            {
                Plan(text[..length]);
            }
            catch (ConfigurationException e)
            {
                Assert.True(e.Line >= 1);
            }
        }
    }
}
