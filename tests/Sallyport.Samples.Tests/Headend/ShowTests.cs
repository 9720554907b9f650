using System.Net;
using Sallyport.Samples.Headend.Show;

namespace Sallyport.Samples.Tests.Headend;

public class ShowTests
{
    [Theory]
    [InlineData(true, "      IETF Std Fragmentation  configured.\n", "          Capabilities:DNF connid:1 lifetime:23:40:00\n")]
    [InlineData(false, "      Fragmentation not  configured.\n", "          Capabilities:DN connid:1 lifetime:23:40:00\n")]
    public void Whether_messages_are_cut_is_told_in_the_routers_words(bool agreed, string inIkeSa, string inSession)
    {
        IReadOnlyList<SessionReport> sessions = [Report with { Fragmentation = agreed }];

        Assert.Contains(inIkeSa, ShowCommands.Answer(ShowCommands.Ikev2SaDetailed, sessions), StringComparison.Ordinal);
        Assert.Contains(inSession, ShowCommands.Answer(ShowCommands.SessionDetail, sessions), StringComparison.Ordinal);
    }

    private static SessionReport Report => new()
    {
        Id = 1,
        Local = new IPEndPoint(IPAddress.Parse("198.51.100.1"), 4500),
        Remote = new IPEndPoint(IPAddress.Parse("203.0.113.20"), 50001),
        Profile = "staff",
        VirtualAccess = 1,
        Suite = new SuiteReport("AES-CBC", 256, "SHA256", "SHA256", 19),
        AuthSign = "RSA",
        Lifetime = TimeSpan.FromDays(1),
        Active = TimeSpan.FromMinutes(20),
        LocalSpi = 1,
        RemoteSpi = 2,
        LocalId = "198.51.100.1",
        RemoteId = "staff",
        EapId = "alice",
        LocalMessageId = 0,
        RemoteMessageId = 6,
        DpdInterval = TimeSpan.FromSeconds(45),
        DpdRetry = TimeSpan.FromSeconds(2),
        Nat = NatSide.Outside,
        Fragmentation = false,
        AssignedAddress = IPAddress.Parse("10.0.0.5"),
        Flow = new FlowReport([IPNetwork.Parse("0.0.0.0/0")], 0, 0, 0, 0, TimeSpan.FromMinutes(40), null, null),
    };
}
