using Sallyport.Samples.Common;
using Sallyport.Samples.VpnClient.Profile;

namespace Sallyport.Samples.Tests.VpnClient;

public class AnyConnectProfileTests
{
    private static readonly string Scenario = ScenarioFiles.Read("Client_Profile.xml");

    [Fact]
    public void The_scenarios_profile_is_read_whole()
    {
        AnyConnectProfile profile = AnyConnectProfile.Parse(Scenario, "Client_Profile.xml");

        ProfileHost host = Assert.Single(profile.Hosts);
        Assert.Equal("FlexVPN", host.Name);
        Assert.Equal("flexvpn-csr.cisco.com", host.Address);
        Assert.Equal(ProfileProtocol.IPsec, host.Protocol);
        Assert.True(host.StandardAuthenticationOnly);
        Assert.Equal(IkeAuthMethod.EapMd5, host.AuthMethod);
        Assert.Null(host.IkeIdentity);
        Assert.Equal(TimeSpan.FromSeconds(30), profile.AuthenticationTimeout);
        Assert.True(profile.AllowManualHostInput);
        Assert.Empty(profile.UnknownElements);
    }

    [Fact]
    public void Defaults_are_those_of_the_schema()
    {
        AnyConnectProfile profile = Parse("<HostEntry><HostName>gw.example.com</HostName></HostEntry>");

        ProfileHost host = Assert.Single(profile.Hosts);
        Assert.Equal("gw.example.com", host.Address);
        Assert.Equal(ProfileProtocol.Ssl, host.Protocol);
        Assert.Equal(IkeAuthMethod.EapGtc, host.AuthMethod);
        Assert.False(host.StandardAuthenticationOnly);
        Assert.Null(profile.AuthenticationTimeout);
    }

    [Fact]
    public void Every_method_and_the_identity_are_read()
    {
        (string Text, IkeAuthMethod Method)[] methods =
        [
            ("EAP-MD5", IkeAuthMethod.EapMd5), ("EAP-GTC", IkeAuthMethod.EapGtc), ("EAP-MSCHAPv2", IkeAuthMethod.EapMsChapV2),
            ("EAP-AnyConnect", IkeAuthMethod.EapAnyConnect), ("IKE-RSA", IkeAuthMethod.IkeRsa), ("IKE-ECDSA", IkeAuthMethod.IkeEcdsa),
        ];
        foreach ((string text, IkeAuthMethod method) in methods)
        {
            ProfileHost host = Assert.Single(Parse(Entry(text)).Hosts);

            Assert.Equal(method, host.AuthMethod);
            Assert.Equal("staff", host.IkeIdentity);
        }
    }

    [Fact]
    public void Elements_outside_the_schema_are_kept_and_do_no_harm()
    {
        AnyConnectProfile profile = AnyConnectProfile.Parse(
            Scenario.Replace("<ShowPreConnectMessage>", "<BypassDownloader>true</BypassDownloader><ShowPreConnectMessage>", StringComparison.Ordinal), "p.xml");

        UnknownElement unknown = Assert.Single(profile.UnknownElements);
        Assert.Equal(("BypassDownloader", 6, "true"), (unknown.Name, unknown.Line, unknown.Text));
        Assert.Contains("BypassDownloader", profile.Document.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<AuthenticationTimeout>30<", "<AuthenticationTimeout>soon<", "p.xml:12: 'AuthenticationTimeout' is 'soon'; a number from 10 to 120 is wanted")]
    [InlineData("<AuthenticationTimeout>30<", "<AuthenticationTimeout>121<", "p.xml:12: 'AuthenticationTimeout' is '121'; a number from 10 to 120 is wanted")]
    [InlineData(">EAP-MD5<", ">EAP-TLS<", "p.xml:49: 'AuthMethodDuringIKENegotiation' is 'EAP-TLS'; EAP-GTC, EAP-MD5, EAP-MSCHAPv2, EAP-AnyConnect, IKE-RSA, IKE-ECDSA are allowed")]
    [InlineData(">IPsec", ">GRE", "p.xml:47: 'PrimaryProtocol' is 'GRE'; SSL, IPsec are allowed")]
    [InlineData("<HostName>FlexVPN</HostName>", "", "p.xml:44: 'HostEntry' has no 'HostName'")]
    [InlineData("<HostName>FlexVPN</HostName>", "<HostName>A</HostName>\n<HostName>B</HostName>", "p.xml:46: 'HostName' stands here a second time; the first is in line 45")]
    public void A_wrong_value_is_an_error_with_its_line(string old, string wrong, string message)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => AnyConnectProfile.Parse(Scenario.Replace(old, wrong, StringComparison.Ordinal), "p.xml"));

        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("no xml", 1)]
    [InlineData("<AnyConnectProfile xmlns='http://schemas.xmlsoap.org/encoding/'>\n<ServerList>\n</AnyConnectProfile>", 3)]
    [InlineData("<!DOCTYPE p [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<AnyConnectProfile xmlns='http://schemas.xmlsoap.org/encoding/'>&e;</AnyConnectProfile>", 1)]
    [InlineData("\n<AnyConnectProfile/>", 2)]
    [InlineData("<AnyConnectProfile xmlns='http://schemas.xmlsoap.org/encoding/'>&#0;</AnyConnectProfile>", 1)]
    public void What_is_no_profile_is_an_error_with_its_line_and_nothing_outside_is_read(string text, int line) =>
        Assert.Equal(line, Assert.Throws<ConfigurationException>(() => AnyConnectProfile.Parse(text, "p.xml")).Line);

    [Fact]
    public void Truncated_and_damaged_profiles_give_a_profile_or_an_error_and_nothing_else()
    {
        Random random = new(2026);
        for (int round = 0; round < 2000; round++)
        {
            char[] text = Scenario[..random.Next(Scenario.Length + 1)].ToCharArray();
            for (int change = 0; change < 3 && text.Length > 0; change++)
            {
                text[random.Next(text.Length)] = (char)random.Next(round % 2 == 0 ? 128 : 65536);
            }

            try
            {
                AnyConnectProfile.Parse(new string(text), "p.xml");
            }
            catch (ConfigurationException e)
            {
                Assert.StartsWith("p.xml:", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static AnyConnectProfile Parse(string servers) =>
        AnyConnectProfile.Parse($"<AnyConnectProfile xmlns='{AnyConnectProfile.Namespace}'><ServerList>{servers}</ServerList></AnyConnectProfile>", "p.xml");

    private static string Entry(string method) =>
        "<HostEntry><HostName>gw</HostName><PrimaryProtocol>IPsec<StandardAuthenticationOnly>true<AuthMethodDuringIKENegotiation>" + method
        + "</AuthMethodDuringIKENegotiation><IKEIdentity>staff</IKEIdentity></StandardAuthenticationOnly></PrimaryProtocol></HostEntry>";
}
