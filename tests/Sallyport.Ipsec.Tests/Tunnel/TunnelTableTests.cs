using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Tunnel;

public class TunnelTableTests
{
    private uint _spi = 1000;

    [Fact]
    public void The_narrowest_match_wins()
    {
        TunnelTable table = new();
        EspTunnel everything = Add(table, IkeTrafficSelector.AnyIPv4);
        EspTunnel network = Add(table, IkeTrafficSelector.Network(IPNetwork.Parse("10.1.0.0/16")));
        EspTunnel host = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("10.1.2.3")));

        Assert.Same(host, Find(table, "10.1.2.3"));
        Assert.Same(network, Find(table, "10.1.2.4"));
        Assert.Same(everything, Find(table, "10.2.0.0"));
        Assert.Null(Find(table, "2001:db8::1"));

        table.Remove(host);
        Assert.Same(network, Find(table, "10.1.2.3"));
        table.Remove(network);
        table.Remove(everything);
        Assert.Null(Find(table, "10.1.2.3"));
    }

    [Fact]
    public void A_client_that_has_come_back_keeps_its_address_when_its_old_session_goes()
    {
        TunnelTable table = new();
        EspTunnel old = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1")));
        EspTunnel fresh = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1")));

        table.Remove(old);

        Assert.Same(fresh, Find(table, "192.168.13.1"));
        Assert.False(table.TryGetInbound(old.InboundSpi, out _));
        Assert.True(table.TryGetInbound(fresh.InboundSpi, out _));
    }

    private EspTunnel Add(TunnelTable table, IkeTrafficSelector remote)
    {
        IkeChildSa child = new(++_spi, ++_spi, 128, false, new byte[20], new byte[20], [IkeTrafficSelector.AnyIPv4], [remote]);
        EspTunnel tunnel = new(null!, child, new IPEndPoint(IPAddress.Loopback, 4500), 64);
        table.Add(tunnel);
        return tunnel;
    }

    private static EspTunnel? Find(TunnelTable table, string address) =>
        table.TryGetOutbound(InnerPacket.Address(IPAddress.Parse(address).GetAddressBytes()), out EspTunnel tunnel) ? tunnel : null;
}
