using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sallyport.Esp.Tests;

public class EspSaTests
{
    public static TheoryData<int, bool> Kinds => new() { { 128, false }, { 192, false }, { 256, false }, { 128, true }, { 256, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_sealed_is_opened_and_aligned(int bits, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(bits, esn);
        for (int size = 20; size < 120; size++)
        {
            byte[] inner = Inner(size);
            byte[] packet = Seal(outbound, inner);
            byte[] opened = new byte[packet.Length];

            Assert.Equal(0, packet.Length % 4);
            Assert.True(inbound.TryOpen(packet, opened, out int length, out EspError error), error.ToString());
            Assert.Equal(inner, opened[..length]);
        }
    }

    [Fact]
    public void Sealing_and_opening_in_place_give_the_same()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(256, false);
        byte[] inner = Inner(100);
        byte[] buffer = new byte[outbound.Suite.SealedSize(inner.Length)];
        inner.CopyTo(buffer, 16);

        Assert.True(outbound.TrySeal(buffer.AsSpan(16, inner.Length), buffer, out int length));
        Assert.True(inbound.TryOpen(buffer.AsSpan(0, length), buffer.AsSpan(16), out int opened, out _));
        Assert.Equal(inner, buffer.AsSpan(16, opened).ToArray());
    }

    /// <summary>The packet is what RFC 4106 says it is: taken apart by hand with the platform's AES-GCM.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_wire_is_that_of_RFC_4106(int bits, bool esn)
    {
        byte[] key = Key(bits);
        using EspOutboundSa outbound = new(0xc0ffee01, EspSuite.AesGcm16, key, esn);
        byte[] inner = Inner(33);
        byte[] packet = Seal(outbound, inner);

        Assert.Equal(0xc0ffee01u, BinaryPrimitives.ReadUInt32BigEndian(packet));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)));
        byte[] nonce = [.. key[^4..], .. packet[8..16]];
        byte[] authenticated = esn ? [.. packet[..4], 0, 0, 0, 0, .. packet[4..8]] : packet[..8];
        byte[] text = new byte[packet.Length - 32];
        using AesGcm gcm = new(key[..^4], 16);
        gcm.Decrypt(nonce, packet[16..^16], packet[^16..], text, authenticated);
        Assert.Equal(inner, text[..33]);
        Assert.Equal([1, 1, 4], text[33..]);
    }

    [Fact]
    public void One_changed_octet_anywhere_is_refused_leaves_nothing_and_the_genuine_packet_still_opens()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(256, true);
        byte[] packet = Seal(outbound, Inner(64));
        byte[] opened = new byte[packet.Length];
        for (int i = 0; i < packet.Length; i++)
        {
            byte[] changed = [.. packet];
            changed[i] ^= 0x40;

            Assert.False(inbound.TryOpen(changed, opened, out int length, out EspError error));
            Assert.NotEqual(EspError.None, error);
            Assert.Equal(0, length);
            Assert.All(opened, o => Assert.Equal(0, o));
        }

        Assert.True(inbound.TryOpen(packet, opened, out _, out _));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(128, false);
        byte[] packet = Seal(outbound, Inner(64));
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(inbound.TryOpen(packet.AsSpan(0, length), new byte[200], out _, out _));
        }
    }

    [Fact]
    public void A_replayed_packet_is_refused_and_late_ones_within_the_window_are_not()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(256, false, window: 64);
        List<byte[]> packets = [.. Enumerable.Range(0, 200).Select(_ => Seal(outbound, Inner(40)))];
        byte[] opened = new byte[200];

        Assert.True(inbound.TryOpen(packets[99], opened, out _, out _));
        Assert.False(inbound.TryOpen(packets[99], opened, out _, out EspError again));
        Assert.Equal(EspError.Replay, again);
        Assert.True(inbound.TryOpen(packets[36], opened, out _, out _));
        Assert.False(inbound.TryOpen(packets[35], opened, out _, out EspError old));
        Assert.Equal(EspError.Replay, old);
        Assert.True(inbound.TryOpen(packets[199], opened, out _, out _));
        Assert.False(inbound.TryOpen(packets[98], opened, out _, out _));
    }

    [Fact]
    public void An_SA_seals_no_more_once_its_sequence_numbers_are_used_up()
    {
        using EspOutboundSa outbound = new(256, EspSuite.AesGcm16, Key(128));
        typeof(EspOutboundSa).GetField("_sequence", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(outbound, (ulong)uint.MaxValue - 1);

        Assert.True(outbound.TrySeal(Inner(20), new byte[200], out _));
        Assert.False(outbound.TrySeal(Inner(20), new byte[200], out int length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void Extended_sequence_numbers_go_on_beyond_32_bits()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(256, true);
        typeof(EspOutboundSa).GetField("_sequence", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(outbound, (ulong)uint.MaxValue - 2);
        byte[] opened = new byte[200];
        List<byte[]> packets = [.. Enumerable.Range(0, 6).Select(_ => Seal(outbound, Inner(40)))];

        foreach (byte[] packet in packets)
        {
            Assert.True(inbound.TryOpen(packet, opened, out _, out EspError error), error.ToString());
        }

        Assert.Equal((ulong)uint.MaxValue + 4, inbound.Newest);
        Assert.False(inbound.TryOpen(packets[0], opened, out _, out _));
    }

    [Fact]
    public void What_is_no_IP_packet_is_not_sealed() => Assert.False(Pair(128, false).Outbound.TrySeal([0x10, 1, 2, 3], new byte[100], out _));

    [Theory]
    [InlineData("ff", EspUdpKind.Keepalive)]
    [InlineData("fe", EspUdpKind.Unknown)]
    [InlineData("", EspUdpKind.Unknown)]
    [InlineData("000000", EspUdpKind.Unknown)]
    [InlineData("0000000001", EspUdpKind.Ike)]
    [InlineData("00000100ff", EspUdpKind.Esp)]
    public void Datagrams_on_the_shared_port_are_told_apart(string hex, EspUdpKind kind) => Assert.Equal(kind, EspUdp.Classify(Convert.FromHexString(hex)));

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(256, false);
        byte[] inner = Inner(1400);
        byte[] packet = new byte[2000];
        byte[] opened = new byte[2000];
        bool right = true;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                right &= outbound.TrySeal(inner, packet, out int length);
                right &= inbound.TryOpen(packet.AsSpan(0, length), opened, out _, out _);
            }
        }));
        Assert.True(right);
    }

    /// <summary>A window agrees with a set that remembers everything.</summary>
    [Property(MaxTest = 300)]
    public Property The_window_is_a_set_with_a_lower_end() => Prop.ForAll(
        Gen.Choose(1, 400).ListOf(300).ToArbitrary(),
        numbers =>
        {
            ReplayWindow window = new(64);
            HashSet<ulong> seen = [];
            ulong newest = 0;
            foreach (ulong number in numbers.Select(n => (ulong)n))
            {
                bool expected = !seen.Contains(number) && (number > newest || newest - number < 64);
                if (window.IsFresh(number) != expected)
                {
                    return false;
                }

                if (expected)
                {
                    if (!window.TryMark(number))
                    {
                        return false;
                    }

                    seen.Add(number);
                    newest = Math.Max(newest, number);
                }
            }

            return window.Newest == newest;
        });

    [Property(MaxTest = 500)]
    public void No_octets_make_opening_throw(byte[] octets)
    {
        (EspOutboundSa _, EspInboundSa inbound) = Pair(128, true);

        Assert.False(inbound.TryOpen(octets, new byte[octets.Length + 64], out _, out _));
    }

    private static (EspOutboundSa Outbound, EspInboundSa Inbound) Pair(int bits, bool esn, int window = ReplayWindow.DefaultSize) =>
        (new EspOutboundSa(0x1000, EspSuite.AesGcm16, Key(bits), esn), new EspInboundSa(0x1000, EspSuite.AesGcm16, Key(bits), esn, window));

    private static byte[] Key(int bits) => [.. Enumerable.Range(1, (bits / 8) + 4).Select(i => (byte)(i * 11))];

    private static byte[] Inner(int size) => [0x45, .. Enumerable.Range(1, size - 1).Select(i => (byte)i)];

    private static byte[] Seal(EspOutboundSa sa, byte[] inner)
    {
        byte[] packet = new byte[sa.Suite.SealedSize(inner.Length)];
        Assert.True(sa.TrySeal(inner, packet, out int length));
        return packet[..length];
    }
}
