using System.Net;
using System.Runtime.Versioning;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.PathMtu;

[SupportedOSPlatform("linux")]
public class PathProbeTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_system_knows_how_long_packets_to_each_peer_may_be(bool v6)
    {
        (string first, string second, string other) = v6 ? ("fd00:9::1/64", "fd00:9::2/64", "fd00:8::2") : ("10.9.0.1/24", "10.9.0.2/24", "10.8.0.2");
        using NetworkNamespace near = NetworkNamespace.Make(v6);
        using NetworkNamespace far = NetworkNamespace.Make(v6);
        NetworkNamespace.Link(near, first, far, second);
        near.Ip($"route add {other} via {second[..^3]} mtu 1300");
        IPAddress any = v6 ? IPAddress.IPv6Any : IPAddress.Any;
        using PathProbe probe = near.Do(() => new PathProbe(any));
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(1500, probe.Mtu(new IPEndPoint(IPAddress.Parse(second[..^3]), 4500)));
            Assert.Equal(1300, probe.Mtu(new IPEndPoint(IPAddress.Parse(other), 4500)));
            Assert.Equal(PathProbe.Unknown, probe.Mtu(new IPEndPoint(v6 ? IPAddress.Parse("fd00:7::1") : IPAddress.Parse("10.7.0.1"), 4500)));
            Assert.Equal(65536 - 1, probe.Mtu(new IPEndPoint(v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 4500)));
        }

        IPEndPoint beyond = new(IPAddress.Parse(other), 4500);
        Assert.Equal(IPAddress.Parse(first[..^3]), probe.Local(beyond));
        Assert.Equal(v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, probe.Local(new IPEndPoint(v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 4500)));
        Assert.Null(probe.Local(new IPEndPoint(v6 ? IPAddress.Parse("fd00:7::1") : IPAddress.Parse("10.7.0.1"), 4500)));

        near.Ip("link set cable mtu 1400");
        Assert.Equal(1400, probe.Mtu(new IPEndPoint(IPAddress.Parse(second[..^3]), 4500)));
    }
}
