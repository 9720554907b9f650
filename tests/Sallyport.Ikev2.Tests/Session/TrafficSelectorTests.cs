using System.Net;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Session;

public class TrafficSelectorTests
{
    [Theory]
    [InlineData("0.0.0.0/0", "192.168.11.0/24", "192.168.11.0/24")]
    [InlineData("192.168.11.0/24", "192.168.0.0/16", "192.168.11.0/24")]
    [InlineData("192.168.11.7/32", "192.168.11.0/24", "192.168.11.7/32")]
    [InlineData("10.0.0.0/8", "192.168.0.0/16", null)]
    [InlineData("0.0.0.0/0", "::/0", null)]
    public void Narrowing_gives_what_both_have_and_either_may_go_first(string a, string b, string? common)
    {
        IkeTrafficSelector left = IkeTrafficSelector.Network(IPNetwork.Parse(a));
        IkeTrafficSelector right = IkeTrafficSelector.Network(IPNetwork.Parse(b));
        Assert.Equal(common, left.Intersect(right)?.ToString());
        Assert.Equal(common, right.Intersect(left)?.ToString());
    }

    [Fact]
    public void Protocols_and_ports_narrow_too()
    {
        IPAddress host = IPAddress.Parse("10.0.0.1");
        IkeTrafficSelector tcp = new(host, host, 6, 80, 443);
        Assert.Equal(tcp, IkeTrafficSelector.AnyIPv4.Intersect(tcp));
        Assert.Null(tcp.Intersect(tcp with { Protocol = 17 }));
        Assert.Null(tcp.Intersect(tcp with { StartPort = 444, EndPort = 500 }));
        Assert.Equal((ushort)100, tcp.Intersect(tcp with { StartPort = 100, EndPort = 100 })!.StartPort);
    }

    [Fact]
    public void A_range_that_is_no_network_is_shown_as_a_range()
    {
        IkeTrafficSelector range = new(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.6"));
        Assert.False(range.TryGetNetwork(out _));
        Assert.Equal("10.0.0.1-10.0.0.6", range.ToString());
        Assert.True(range.Contains(IPAddress.Parse("10.0.0.6")));
        Assert.False(range.Contains(IPAddress.Parse("10.0.0.7")));
        Assert.False(range.Contains(IPAddress.IPv6Any));
    }
}
