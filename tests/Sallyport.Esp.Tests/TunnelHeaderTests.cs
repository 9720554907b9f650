using System.Buffers.Binary;
using static Sallyport.Esp.EcnCodepoint;

namespace Sallyport.Esp.Tests;

/// <summary>What outer headers take from inner ones, and give back (RFC 4301 §5.1.2, RFC 6040).</summary>
public class TunnelHeaderTests
{
    /// <summary>RFC 6040 figure 4, row by row: inner, outer, what comes out (none where the packet is dropped), whether it is one of those to be logged.</summary>
    public static TheoryData<EcnCodepoint, EcnCodepoint, EcnCodepoint?, bool> Figure4 => new()
    {
        { NotEct, NotEct, NotEct, false },
        { NotEct, Ect0, NotEct, true },
        { NotEct, Ect1, NotEct, true },
        { NotEct, Ce, null, true },
        { Ect0, NotEct, Ect0, false },
        { Ect0, Ect0, Ect0, false },
        { Ect0, Ect1, Ect1, false },
        { Ect0, Ce, Ce, false },
        { Ect1, NotEct, Ect1, false },
        { Ect1, Ect0, Ect1, false },
        { Ect1, Ect1, Ect1, false },
        { Ect1, Ce, Ce, false },
        { Ce, NotEct, Ce, false },
        { Ce, Ect0, Ce, false },
        { Ce, Ect1, Ce, true },
        { Ce, Ce, Ce, false },
    };

    [Theory]
    [MemberData(nameof(Figure4))]
    public void Marks_come_through_a_tunnel_as_RFC_6040_says(EcnCodepoint inner, EcnCodepoint outer, EcnCodepoint? combined, bool unexpected)
    {
        Assert.Equal(combined is not null, InnerHeader.TryCombine(outer, inner, out EcnCodepoint came));
        Assert.Equal(combined ?? came, came);
        Assert.Equal(unexpected, InnerHeader.IsUnexpected(outer, inner));
        foreach (byte[] packet in new[] { IPv4(0x2e, inner), IPv6(0x2e, inner) })
        {
            byte[] before = [.. packet];

            // Another DSCP outside stays there.
            EcnOutcome outcome = InnerHeader.Decapsulate(packet, (byte)((0x11 << 2) | (int)outer));

            Assert.Equal(combined is null ? EcnOutcome.Drop : combined == inner ? EcnOutcome.Kept : EcnOutcome.Marked, outcome);
            byte[] expected = packet[0] >> 4 == 4 ? IPv4(0x2e, combined ?? inner) : IPv6(0x2e, combined ?? inner);
            Assert.Equal(outcome == EcnOutcome.Marked ? expected : before, packet);
        }
    }

    [Fact]
    public void A_checksum_that_was_right_stays_right_and_one_that_was_wrong_wrong()
    {
        Random random = new(1624);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[20];
            random.NextBytes(packet);
            packet[0] = 0x45;
            packet[1] = (byte)((packet[1] & ~3) | (1 + (i & 1)));
            int off = i % 5 == 0 ? 1 + random.Next(0xfffe) : 0;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), 0);
            int right = 0xffff - Sum(packet);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)((right + off) % 0xffff));

            Assert.Equal(EcnOutcome.Marked, InnerHeader.Decapsulate(packet, 3));
            Assert.Equal(3, packet[1] & 3);
            Assert.Equal(off == 0, Sum(packet) == 0xffff);
        }
    }

    [Theory]
    [InlineData(DontFragmentRule.Copy, true, true)]
    [InlineData(DontFragmentRule.Copy, false, false)]
    [InlineData(DontFragmentRule.Set, false, true)]
    [InlineData(DontFragmentRule.Clear, true, false)]
    public void The_outer_header_takes_the_Dont_Fragment_bit_by_its_rule(DontFragmentRule rule, bool inner, bool outer)
    {
        byte[] packet = IPv4(0, NotEct);
        packet[6] = (byte)(inner ? 0x40 : 0);

        Assert.True(OuterHeader.TryCreate(packet, out OuterHeader header, rule));
        Assert.Equal(outer, header.DontFragment);
        Assert.True(OuterHeader.TryCreate(IPv6(0, NotEct), out header, rule));
        Assert.Equal(rule != DontFragmentRule.Clear, header.DontFragment);
    }

    [Fact]
    public void The_outer_header_takes_DSCP_and_ECN_or_what_it_is_told()
    {
        for (int trafficClass = 0; trafficClass < 256; trafficClass++)
        {
            foreach (byte[] packet in new[] { IPv4(trafficClass >> 2, (EcnCodepoint)(trafficClass & 3)), IPv6(trafficClass >> 2, (EcnCodepoint)(trafficClass & 3)) })
            {
                Assert.True(OuterHeader.TryCreate(packet, out OuterHeader header));
                Assert.Equal(trafficClass, header.TrafficClass);
                Assert.Equal((trafficClass >> 2, (EcnCodepoint)(trafficClass & 3)), (header.Dscp, header.Ecn));
                Assert.True(OuterHeader.TryCreate(packet, out header, dscp: 46));
                Assert.Equal((46, (EcnCodepoint)(trafficClass & 3)), (header.Dscp, header.Ecn));
                Assert.True(OuterHeader.TryCreate(packet, out header, compatible: true));
                Assert.Equal((trafficClass >> 2, NotEct), (header.Dscp, header.Ecn));
            }
        }
    }

    [Fact]
    public void What_is_no_IP_packet_has_no_header_and_is_dropped()
    {
        byte[][] others = [[], [0x45], IPv4(0, Ect0)[..19], IPv6(0, Ect0)[..39], [0x55, .. new byte[60]]];
        foreach (byte[] other in others)
        {
            byte[] before = [.. other];

            Assert.False(OuterHeader.TryCreate(other, out _));
            Assert.Equal(EcnOutcome.Drop, InnerHeader.Decapsulate(other, 3));
            Assert.Equal(before, other);
        }
    }

    [Fact]
    public void Reading_and_marking_headers_allocate_nothing()
    {
        byte[] packet = IPv4(0, Ect0);
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                packet[1] = 2;
                OuterHeader.TryCreate(packet, out _, dscp: 10);
                InnerHeader.Decapsulate(packet, 3);
            }
        }));
    }

    [Fact]
    public void The_largest_inner_packet_fills_a_path_and_one_octet_more_does_not_pass()
    {
        EspSuite[] suites =
        [
            EspSuite.AesGcm16, EspSuite.AesGcm12, EspSuite.AesGcm8, EspSuite.ChaCha20Poly1305, EspSuite.AesGmac, EspSuite.AesCbcHmacSha256, EspSuite.AesCbcHmacSha384, EspSuite.AesCbcHmacSha512,
        ];
        foreach (EspSuite suite in suites)
        {
            foreach (EspEncapsulation encapsulation in Enum.GetValues<EspEncapsulation>())
            {
                for (int mtu = 576; mtu <= 1500; mtu++)
                {
                    int inner = suite.LargestInner(mtu, encapsulation);

                    Assert.True(suite.OuterLength(inner, encapsulation) <= mtu);
                    Assert.True(suite.OuterLength(inner + 1, encapsulation) > mtu);
                }

                Assert.Equal(0, suite.LargestInner(0, encapsulation));
            }
        }
    }

    /// <summary>Worked out by hand: 1500 less IP, UDP, 8 octets of ESP header, 8 of IV and 16 of ICV, down to a multiple of 4, less the trailer.</summary>
    [Theory]
    [InlineData(EspEncapsulation.IPv4, 1446)]
    [InlineData(EspEncapsulation.IPv4Udp, 1438)]
    [InlineData(EspEncapsulation.IPv6, 1426)]
    [InlineData(EspEncapsulation.IPv6Udp, 1418)]
    public void An_Ethernet_path_leaves_so_much_to_AES_GCM(EspEncapsulation encapsulation, int octets) => Assert.Equal(octets, EspSuite.AesGcm16.LargestInner(1500, encapsulation));

    private static byte[] IPv4(int dscp, EcnCodepoint ecn)
    {
        byte[] packet = [0x45, (byte)((dscp << 2) | (int)ecn), 0, 24, 0x12, 0x34, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2, 1, 2, 3, 4];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)(0xffff - Sum(packet.AsSpan(0, 20))));
        return packet;
    }

    private static byte[] IPv6(int dscp, EcnCodepoint ecn)
    {
        byte[] packet = new byte[48];
        BinaryPrimitives.WriteUInt32BigEndian(packet, (6u << 28) | ((((uint)dscp << 2) | (uint)ecn) << 20) | 0xabcde);
        return packet;
    }

    private static int Sum(ReadOnlySpan<byte> header)
    {
        int sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (sum & 0xffff) + (sum >> 16);
    }
}
