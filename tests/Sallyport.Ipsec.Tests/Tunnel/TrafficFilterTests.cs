using System.Buffers.Binary;
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
        byte[] packet = IPv6("2001:db8::1", "2001:db8::2", 17, new byte[8]);
        TrafficFilter all = new([new(IPAddress.IPv6Any, IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))], [IkeTrafficSelector.Network(IPNetwork.Parse("2001:db8::/64"))]);

        Assert.True(Allows(all, packet));
        Assert.False(Allows(Client, packet));
    }

    [Fact]
    public void A_selector_of_one_version_of_IP_carries_no_packet_of_the_other()
    {
        TrafficFilter four = new([IkeTrafficSelector.AnyIPv4], [IkeTrafficSelector.AnyIPv4]);
        TrafficFilter six = new([IkeTrafficSelector.AnyIPv6], [IkeTrafficSelector.AnyIPv6]);
        byte[] packet = Packets.Echo("10.0.0.1", "10.0.0.2");
        Assert.True(Allows(four, packet));
        Assert.False(Allows(six, packet));

        // RFC 6890 §2.2.3: what stands for an address of IPv4 among those of IPv6 is in no packet, as its source or its destination.
        foreach ((string source, string destination) in ((string, string)[])[("::ffff:10.0.0.1", "::ffff:10.0.0.2"), ("2001:db8::1", "::ffff:10.0.0.2"), ("::ffff:10.0.0.1", "2001:db8::2")])
        {
            Assert.False(Allows(four, IPv6(source, destination, 17, new byte[8])));
            Assert.False(Allows(six, IPv6(source, destination, 17, new byte[8])));
        }
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "0")]
    [InlineData(true, "0,43,60")]
    [InlineData(true, "44")]
    [InlineData(true, "0,44,60")]
    [InlineData(false, "45")]
    [InlineData(false, "44,45")]
    [InlineData(false, "51")]
    public void Ports_are_found_behind_the_extension_headers_of_IPv6_but_not_where_they_are_in_another_fragment(bool found, string headers)
    {
        IkeTrafficSelector dns = new(IPAddress.IPv6Any, IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 17, 53, 53);
        TrafficFilter filter = new([IkeTrafficSelector.AnyIPv6], [dns]);
        byte[] packet = Extended(headers, 4000, 53);

        Assert.Equal(found, Allows(filter, packet));
        Assert.False(Allows(filter, Extended(headers, 53, 4000)));
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(InnerPacket.TryParse(packet.AsSpan(0, length), out _));

            // By its own account it is as short: nothing is looked for where it is not.
            byte[] shorter = packet[..length];
            if (length >= 40)
            {
                BinaryPrimitives.WriteUInt16BigEndian(shorter.AsSpan(4), (ushort)(length - 40));
                Assert.Equal(found && length >= packet.Length - 4, Allows(filter, shorter));
            }
        }
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

    // Headers of eight octets each, by their numbers; 45 stands for a fragment's (44) of a later part.
    private static byte[] Extended(string headers, ushort source, ushort destination)
    {
        List<byte> octets = [];
        byte[] numbers = [.. headers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(byte.Parse)];
        for (int i = 0; i < numbers.Length; i++)
        {
            octets.AddRange([i + 1 < numbers.Length ? Number(numbers[i + 1]) : (byte)17, 0, 0, (byte)(numbers[i] == 45 ? 9 : 1), 0, 0, 0, 0]);
        }

        octets.AddRange([(byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination, 0, 8, 0, 0]);
        return IPv6("2001:db8::1", "2001:db8::2", numbers.Length == 0 ? (byte)17 : Number(numbers[0]), [.. octets]);
    }

    private static byte Number(byte header) => header == 45 ? (byte)44 : header;

    private static byte[] IPv6(string source, string destination, byte next, byte[] payload)
    {
        byte[] packet = [.. new byte[40], .. payload];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        packet[6] = next;
        IPAddress.Parse(source).TryWriteBytes(packet.AsSpan(8), out _);
        IPAddress.Parse(destination).TryWriteBytes(packet.AsSpan(24), out _);
        return packet;
    }

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
