using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.Tests.DuoCloud;

public class ConfigurationTests
{
    private const string Text =
        """
        {
          "applications": [{ "name": "VPN", "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
          "policy": { "push": "approve", "delaySeconds": 1.5, "timeoutSeconds": 30 },
          "users": [
            { "name": "alice", "passcodes": ["123456"] },
            { "name": "bob", "push": "deny" },
            { "name": "carol", "phones": [{ "number": "+1 555 0100", "capabilities": ["push"] }] },
            { "name": "dora", "status": "bypass", "delaySeconds": 3 }
          ]
        }
        """;

    [Fact]
    public void Users_take_the_common_policy_and_may_differ_from_it()
    {
        DuoCloudConfiguration configuration = DuoCloudConfiguration.Read(JsonSection.Parse(Text, "duocloud.json"));

        Assert.Equal(TimeSpan.FromSeconds(30), configuration.PushTimeout);
        Assert.Equal(
            [(PushAnswer.Approve, 1.5), (PushAnswer.Deny, 1.5), (PushAnswer.Approve, 1.5), (PushAnswer.Approve, 3.0)],
            configuration.Users.Select(u => (u.Policy.Answer, u.Policy.Delay.TotalSeconds)));
        Assert.Equal("XXX-XXX-0100", configuration.Users[2].Phones[0].MaskedNumber);
        Assert.DoesNotContain("xxxx", configuration.Applications[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"skey\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", "\"key\": \"x\"", 2, "\"skey\" is missing")]
    [InlineData("\"ikey\": \"DI", "\"ikey\": \":DI", 2, "no colon")]
    [InlineData("\"push\": \"deny\"", "\"push\": \"denied\"", 6, "\"push\" should be one of approve, deny, timeout, manual, not \"denied\"")]
    [InlineData("\"name\": \"carol\"", "\"name\": \"Bob\"", 7, "the user Bob stands here twice")]
    [InlineData("[\"push\"]", "[\"fax\"]", 7, "\"capabilities\" should be of push, phone, sms, not \"fax\"")]
    [InlineData("\"123456\"", "\"12345\"", 5, "a passcode should have 6 to 9 digits")]
    [InlineData("\"policy\"", "\"polizy\"", 3, "\"polizy\" is unknown here")]
    [InlineData("\"status\": \"bypass\"", "\"status\": bypass", 8, "not JSON")]
    public void A_mistake_in_the_configuration_is_named_with_its_line(string from, string to, int line, string problem)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            DuoCloudConfiguration.Read(JsonSection.Parse(Text.Replace(from, to, StringComparison.Ordinal), "duocloud.json")));

        Assert.Equal(line, e.Line);
        Assert.Contains(problem, e.Problem, StringComparison.Ordinal);
    }
}
