using System.Net;
using FsCheck.Xunit;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Tunnel;

public class TrafficFilterTests
{
    private static readonly TrafficFilter Client = new([IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1"))], [IkeTrafficSelector.Network(IPNetwork.Parse("192.168.11.0/24"))]);

    [Theory]
    [InlineData("192.168.11.0", "192.168.13.1", true)]
    [InlineData("192.168.11.255", "192.168.13.1", true)]
    [InlineData("192.168.10.255", "192.168.13.1", false)]
    [InlineData("192.168.12.0", "192.168.13.1", false)]
    [InlineData("192.168.11.7", "192.168.13.2", false)]
    public void Addresses_decide_in_both_directions(string remote, string local, bool allowed)
    {
        Assert.True(InnerPacket.TryParse(Packets.Echo(remote, local), out InnerPacket inbound));
        Assert.True(InnerPacket.TryParse(Packets.Echo(local, remote), out InnerPacket outbound));

        Assert.Equal(allowed, Client.AllowsInbound(inbound));
        Assert.Equal(allowed, Client.AllowsOutbound(outbound));
    }

    [Fact]
    public void Protocol_and_ports_decide_where_the_selector_names_them()
    {
        IkeTrafficSelector dns = new(IPAddress.Any, IPAddress.Broadcast, 17, 53, 53);
        TrafficFilter filter = new([IkeTrafficSelector.AnyIPv4], [dns]);

        Assert.True(Allows(filter, Udp(4000, 53)));
        Assert.False(Allows(filter, Udp(53, 4000)));
        Assert.False(Allows(filter, Udp(4000, 53, protocol: 6)));
        Assert.False(Allows(filter, Udp(4000, 53, fragmentOffset: 10)));
        Assert.True(Allows(new TrafficFilter([IkeTrafficSelector.AnyIPv4], [dns with { StartPort = 0, EndPort = 65535 }]), Udp(4000, 53, fragmentOffset: 10)));
    }

    [Fact]
    public void IPv6_and_IPv4_do_not_mix()
    {
        byte[] packet = new byte[48];
        packet[0] = 0x60;
        packet[5] = 8;
        packet[6] = 17;
        IPAddress.Parse("2001:db8::1").TryWriteBytes(packet.AsSpan(8), out _);
        IPAddress.Parse("2001:db8::2").TryWriteBytes(packet.AsSpan(24), out _);
        TrafficFilter all = new([new(IPAddress.IPv6Any, IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))], [IkeTrafficSelector.Network(IPNetwork.Parse("2001:db8::/64"))]);

        Assert.True(Allows(all, packet));
        Assert.False(Allows(Client, packet));
    }

    [Fact]
    public void What_stands_behind_the_packets_own_length_is_cut_off()
    {
        byte[] packet = Packets.Echo("192.168.13.1", "192.168.11.10");

        Assert.True(InnerPacket.TryParse((byte[])[.. packet, 0, 0, 0, 0, 0], out InnerPacket inner));

        Assert.Equal(packet, inner.Span.ToArray());
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] packet = Packets.Echo("192.168.13.1", "192.168.11.10");
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(InnerPacket.TryParse(packet.AsSpan(0, length), out _));
        }
    }

    [Property(MaxTest = 2000)]
    public bool Any_octets_are_a_packet_or_not_and_never_an_exception(byte[] octets, bool six)
    {
        if (octets.Length > 0)
        {
            octets[0] = (byte)((octets[0] & 0xF) | (six ? 0x60 : 0x40));
        }

        return !InnerPacket.TryParse(octets, out InnerPacket inner) || (inner.Span.Length <= octets.Length && !Client.AllowsInbound(inner));
    }

    private static bool Allows(TrafficFilter filter, byte[] packet) => InnerPacket.TryParse(packet, out InnerPacket inner) && filter.AllowsOutbound(inner);

    private static byte[] Udp(ushort source, ushort destination, byte protocol = 17, byte fragmentOffset = 0)
    {
        byte[] packet = Packets.Echo("10.0.0.1", "10.0.0.2");
        packet[7] = fragmentOffset;
        packet[9] = protocol;
        packet[20] = (byte)(source >> 8);
        packet[21] = (byte)source;
        packet[22] = (byte)(destination >> 8);
        packet[23] = (byte)destination;
        return packet;
    }
}
