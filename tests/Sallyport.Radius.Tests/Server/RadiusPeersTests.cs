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

    [Fact]
    public void Everyone_of_IPv6_is_nobody_of_IPv4()
    {
        RadiusPeers peers = new([Peer("all", "::", 0), Peer("mapped", "::ffff:192.0.2.1", 32)]);

        Assert.Equal("all", peers.Find(IPAddress.IPv6Loopback)?.Name);
        Assert.Equal("mapped", peers.Find(IPAddress.Parse("192.0.2.1"))?.Name);
        Assert.Null(peers.Find(IPAddress.Parse("192.0.2.2")));
    }

    [Theory]
    [InlineData("192.0.2.1", 32, false)]
    [InlineData("192.0.2.0/24", 24, true)]
    [InlineData("2001:db8::/32", 32, true)]
    [InlineData("2001:db8::1", 128, false)]
    public void A_network_is_read_from_text(string text, int length, bool isNetwork)
    {
        RadiusPeer peer = new("nas", text, new RadiusSecret("testing123"));

        Assert.Equal((length, isNetwork), (peer.PrefixLength, peer.IsNetwork));
    }

    [Theory]
    [InlineData("nas.example.com")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/24/1")]
    [InlineData("192.0.2.0/")]
    [InlineData("")]
    public void A_text_that_is_no_network_is_refused_by_name(string text) =>
        Assert.StartsWith("nas: ", Assert.Throws<ArgumentException>(() => new RadiusPeer("nas", text, new RadiusSecret("testing123"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_with_the_same_network_are_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new RadiusPeers([Peer("east", "10.0.0.0", 8), Peer("west", "10.9.9.9", 8)]));

        Assert.Contains("east (10.0.0.0/8) and west (10.9.9.9/8)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_packet_says_nothing_of_a_network()
    {
        RadiusPeer network = new("net", "10.0.0.0/8", new RadiusSecret("x")) { LimitProxyState = RadiusProxyStateLimit.Auto };

        Assert.Contains("Yes or No", Assert.Throws<ArgumentException>(() => new RadiusPeers([network])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_are_told_apart_without_allocating()
    {
        RadiusSecret secret = new("testing123");
        RadiusPeers peers = new(Enumerable.Range(0, 10_000).Select(i => new RadiusPeer($"nas{i}", new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 32, secret))
            .Append(Peer("rest", "10.0.0.0", 8)));
        RadiusRemote[] senders = [.. Enumerable.Range(0, 10_001).Select(i => new RadiusRemote(new IPEndPoint(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 1000)))];
        Assert.Equal(10_001, senders.Select(s => peers.Find(s)!.Name).Distinct().Count());

        Assert.Equal(0, Allocations.Least(() =>
        {
            foreach (RadiusRemote sender in senders)
            {
                peers.Find(sender);
            }
        }));
    }

    private static RadiusPeer Peer(string name, string address, int length) => new(name, IPAddress.Parse(address), length, new RadiusSecret("testing123"));
}
