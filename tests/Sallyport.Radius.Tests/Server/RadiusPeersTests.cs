using System.Net;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Tests.Server;

/// <summary>Who may ask.</summary>
public class RadiusPeersTests
{
    private static readonly RadiusPeers Peers = new(
    [
        Peer("everyone in ten", "10.0.0.0", 8),
        Peer("site", "10.1.2.0", 23),
        Peer("router", "10.1.2.3", 32),
        Peer("documentation", "2001:db8::", 33),
    ]);

    [Theory]
    [InlineData("10.1.2.3", "router")]
    [InlineData("::ffff:10.1.2.3", "router")]
    [InlineData("10.1.3.255", "site")]
    [InlineData("10.1.4.0", "everyone in ten")]
    [InlineData("11.0.0.0", null)]
    [InlineData("2001:db8:7fff::1", "documentation")]
    [InlineData("2001:db8:8000::1", null)]
    [InlineData("::", null)]
    public void The_longest_prefix_wins(string address, string? name) => Assert.Equal(name, Peers.Find(IPAddress.Parse(address))?.Name);

    [Theory]
    [InlineData("10.0.0.0", 33)]
    [InlineData("10.0.0.0", -1)]
    [InlineData("2001:db8::", 129)]
    public void A_prefix_longer_than_its_address_is_refused(string address, int length) => Assert.Throws<ArgumentException>(() => new RadiusPeers([Peer("x", address, length)]));

    [Fact]
    public void A_prefix_of_nothing_is_everyone_of_its_family()
    {
        RadiusPeers peers = new([Peer("all", "0.0.0.0", 0)]);

        Assert.NotNull(peers.Find(IPAddress.Loopback));
        Assert.Null(peers.Find(IPAddress.IPv6Loopback));
    }

    [Fact]
    public void A_secret_is_in_no_text()
    {
        Assert.DoesNotContain("testing123", Peer("x", "10.0.0.0", 8).ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RadiusSecret(""));
        Assert.Throws<ArgumentException>(() => new RadiusSecret(new byte[RadiusSecret.LargestSize + 1]));
    }

    private static RadiusPeer Peer(string name, string address, int length) => new(name, IPAddress.Parse(address), length, new RadiusSecret("testing123"));
}
