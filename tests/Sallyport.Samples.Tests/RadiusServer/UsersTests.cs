using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.Tests.RadiusServer;

public class UsersTests
{
    private const string Users = """
        alice	Cleartext-Password := "alice-pw", NAS-IP-Address == 192.0.2.1
        	Reply-Message = "from the first switch",
        	Mikrotik-Rate-Limit = "10M/10M",
        	Aruba-User-Role = "staff",
        	Fall-Through = Yes
        alice	Cleartext-Password := "alice-pw"
        	Tunnel-Type:1 = VLAN, Tunnel-Medium-Type:1 = IEEE-802,
        	Tunnel-Private-Group-Id:1 = "33",
        	Cisco-AVPair = "shell:priv-lvl=15",
        	Cisco-AVPair += "ip:inacl#1=permit ip any any"
        User	NT-Password := 0x44EBBA8D5312B8D611474411F56989AE
        digits	NT-Password := "44EBBA8D5312B8D611474411F56989AE"
        eve	Cleartext-Password := "eve-pw", Auth-Type := Reject
        	Reply-Message = "Go away.", Session-Timeout = 5
        lobby	Auth-Type := Accept
        	Session-Timeout = 60
        only	Cleartext-Password := "only-pw", Auth-Type := CHAP
        DEFAULT	NAS-Port > 100, Auth-Type := Accept
        	Filter-Id = "guest"
        """;

    [Theory]
    [InlineData("User-Name = alice, User-Password = alice-pw, NAS-IP-Address = 192.0.2.1", "Access-Accept", "Reply-Message = \"from the first switch\"|Mikrotik-Rate-Limit = \"10M/10M\"|Aruba-User-Role = \"staff\"|Tunnel-Type:1 = VLAN|Tunnel-Medium-Type:1 = IEEE-802|Tunnel-Private-Group-Id:1 = \"33\"|Cisco-AVPair = \"shell:priv-lvl=15\"|Cisco-AVPair = \"ip:inacl#1=permit ip any any\"")]
    [InlineData("User-Name = alice, User-Password = alice-pw, NAS-IP-Address = 192.0.2.2", "Access-Accept", "Tunnel-Type:1 = VLAN|Tunnel-Medium-Type:1 = IEEE-802|Tunnel-Private-Group-Id:1 = \"33\"|Cisco-AVPair = \"shell:priv-lvl=15\"|Cisco-AVPair = \"ip:inacl#1=permit ip any any\"")]
    [InlineData("User-Name = alice, User-Password = wrong", "Access-Reject", "")]
    [InlineData("User-Name = alice, CHAP-Password = alice-pw, NAS-IP-Address = 192.0.2.2", "Access-Accept", "Tunnel-Type:1 = VLAN|Tunnel-Medium-Type:1 = IEEE-802|Tunnel-Private-Group-Id:1 = \"33\"|Cisco-AVPair = \"shell:priv-lvl=15\"|Cisco-AVPair = \"ip:inacl#1=permit ip any any\"")]
    [InlineData("User-Name = alice, CHAP-Password = wrong", "Access-Reject", "")]
    [InlineData("User-Name = User, User-Password = clientPass", "Access-Accept", "")]
    [InlineData("User-Name = digits, User-Password = clientPass", "Access-Accept", "")]
    [InlineData("User-Name = User, CHAP-Password = clientPass", "Access-Reject", "")]
    [InlineData("User-Name = eve, User-Password = eve-pw", "Access-Reject", "Reply-Message = \"Go away.\"")]
    [InlineData("User-Name = lobby", "Access-Accept", "Session-Timeout = 60")]
    [InlineData("User-Name = only, User-Password = only-pw", "Access-Reject", "")]
    [InlineData("User-Name = only, CHAP-Password = only-pw", "Access-Accept", "")]
    [InlineData("User-Name = nobody, User-Password = x, NAS-Port = 100", "Access-Reject", "")]
    [InlineData("User-Name = nobody, User-Password = x, NAS-Port = 101", "Access-Accept", "Filter-Id = \"guest\"")]
    [InlineData("User-Password = x", "Access-Reject", "")]
    public async Task A_users_file_says_who_comes_in_and_what_the_device_is_told(string request, string code, string reply)
    {
        await using Primary primary = await Primary.StartAsync("\"users\"", Users);

        Check(code, reply, await primary.AskAsync(request));
    }

    [Theory]
    [InlineData("User-Name = alice, User-Password = alice-pw, NAS-IP-Address = 192.0.2.1", "Access-Accept", "Session-Timeout = 60|Class = 0x7374616666|Cisco-AVPair = \"a=1\"|Cisco-AVPair = \"a=2\"")]
    [InlineData("User-Name = alice, User-Password = alice-pw", "Access-Reject", "")]
    [InlineData("User-Name = User, User-Password = clientPass", "Access-Accept", "")]
    [InlineData("User-Name = eve, User-Password = eve-pw", "Access-Reject", "")]
    public async Task A_list_in_radius_json_says_the_same(string request, string code, string reply)
    {
        await using Primary primary = await Primary.StartAsync("""
            [
              { "name": "alice", "password": "alice-pw", "check": ["NAS-IP-Address == 192.0.2.1"],
                "reply": { "Session-Timeout": 60, "Class": "staff", "Cisco-AVPair": ["a=1", "a=2"] } },
              { "name": "User", "ntHash": "44EBBA8D5312B8D611474411F56989AE" },
              { "name": "eve", "password": "eve-pw", "authType": "Reject" }
            ]
            """);

        Check(code, reply, await primary.AskAsync(request));
    }

    [Theory]
    [InlineData("""[{ "name": "a", "password": "x", "reply": { "Session-Timout": 1 } }]""", "radius.json:4: no attribute of the dictionary is named \"Session-Timout\"; Session-Timeout is")]
    [InlineData("""[{ "name": "a", "password": "x", "reply": { "Framed-IP-Address": "here" } }]""", "radius.json:4: Framed-IP-Address should have an IPv4 address, such as 192.0.2.1, not \"here\"")]
    [InlineData("""[{ "name": "a", "password": "x", "reply": { "Auth-Type": "Accept" } }]""", "radius.json:4: \"Auth-Type\" is no attribute of a reply")]
    [InlineData("""[{ "name": "a", "password": "x", "check": ["NAS-Port"] }]""", "radius.json:4: 'NAS-Port': an operator should stand here")]
    [InlineData("""[{ "name": "a", "password": "x", "check": ["NAS-Port = 1"] }]""", "radius.json:4: 'NAS-Port = 1' should compare one attribute of the request")]
    [InlineData("""[{ "name": "a" }]""", "radius.json:4: the user a should have either \"password\" or \"ntHash\", or \"authType\" alone")]
    [InlineData("\"nowhere\"", "nowhere:1: column 1: the file cannot be read")]
    [InlineData("\"users\"", "users:2: column 7: no attribute of the dictionary is named \"Cleartext-Pasword\"; Cleartext-Password is")]
    public void A_mistake_is_named_with_its_place(string users, string message)
    {
        string folder = Directory.CreateTempSubdirectory("radius-server-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "users"), "# people\nalice Cleartext-Pasword := x\n");
            string json = $$"""
                {
                  "devices": [{ "address": "127.0.0.1", "secret": "s" }],
                  "eapMethods": ["md5"],
                  "users": {{users}}
                }
                """;
            ConfigurationException error = Assert.Throws<ConfigurationException>(() => RadiusServerConfiguration.Read(JsonSection.Parse(json, Path.Combine(folder, "radius.json"))));

            Assert.StartsWith(Path.Combine(folder, message.Split(':')[0]), error.Message, StringComparison.Ordinal);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Check(string code, string reply, string? dump)
    {
        string[] lines = dump!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(code + " Id ", lines[0], StringComparison.Ordinal);
        Assert.Equal(reply, string.Join('|', lines[1..].Select(l => l.Trim()).Where(l => !l.StartsWith("Message-Authenticator", StringComparison.Ordinal))));
    }
}
