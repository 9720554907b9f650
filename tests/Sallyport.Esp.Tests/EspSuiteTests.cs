using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests;

/// <summary>Every suite, with sequence numbers of 32 and of 64 bits.</summary>
public class EspSuiteTests
{
    private const uint Spi = 0xc0ffee01;

    private static readonly Dictionary<string, EspSuite> Suites = new()
    {
        ["AES-GCM-16"] = EspSuite.AesGcm16,
        ["AES-GCM-12"] = EspSuite.AesGcm12,
        ["AES-GCM-8"] = EspSuite.AesGcm8,
        ["AES-GCM-16, platform"] = EspSuite.AesGcm16 with { Provider = AesGcmProvider.Platform },
        ["AES-GCM-12, platform"] = EspSuite.AesGcm12 with { Provider = AesGcmProvider.Platform },
        ["AES-GCM-8, platform"] = EspSuite.AesGcm8 with { Provider = AesGcmProvider.Platform },
        ["ChaCha20-Poly1305"] = EspSuite.ChaCha20Poly1305,
        ["AES-GMAC"] = EspSuite.AesGmac,
        ["AES-CBC, HMAC-SHA-256-128"] = EspSuite.AesCbcHmacSha256,
        ["AES-CBC, HMAC-SHA-384-192"] = EspSuite.AesCbcHmacSha384,
        ["AES-CBC, HMAC-SHA-512-256"] = EspSuite.AesCbcHmacSha512,
    };

    public static TheoryData<string, bool> Kinds()
    {
        TheoryData<string, bool> kinds = [];
        foreach (string suite in Suites.Keys)
        {
            kinds.Add(suite, false);
            kinds.Add(suite, true);
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_sealed_is_opened_in_place_and_apart(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        for (int size = 20; size < 200; size++)
        {
            byte[] inner = Inner(size);
            byte[] packet = new byte[outbound.Suite.SealedSize(size)];
            inner.CopyTo(packet, outbound.Suite.TextOffset);
            byte[] apart = new byte[packet.Length];

            Assert.True(outbound.TrySeal(packet.AsSpan(outbound.Suite.TextOffset, size), packet, out int length));
            Assert.Equal(packet.Length, length);
            Assert.Equal(0, (length - outbound.Suite.TextOffset - outbound.Suite.IcvSize) % outbound.Suite.Alignment);
            byte[] copy = [.. packet];
            Assert.True(inbound.TryOpen(copy, apart, out int opened, out EspError error), error.ToString());
            Assert.Equal(inner, apart[..opened]);

            Assert.True(outbound.TrySeal(inner, packet, out _));
            Assert.True(inbound.TryOpen(packet, packet.AsSpan(outbound.Suite.TextOffset), out opened, out error), error.ToString());
            Assert.Equal(inner, packet.AsSpan(outbound.Suite.TextOffset, opened));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_bit_may_differ_and_no_octet_be_missing_and_nothing_is_left_of_what_was_refused(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        byte[] packet = new byte[outbound.Suite.SealedSize(50)];
        Assert.True(outbound.TrySeal(Inner(50), packet, out _));
        byte[] opened = new byte[packet.Length];
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.False(inbound.TryOpen(packet, opened, out int length, out _));
            Assert.Equal(0, length);
            Assert.Equal(-1, opened.AsSpan().IndexOfAnyExcept((byte)0));
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(inbound.TryOpen(packet.AsSpan(0, length), opened, out _, out _));
        }

        Assert.Equal(0ul, inbound.Newest);
        Assert.True(inbound.TryOpen(packet, opened, out _, out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Padding_hides_how_long_a_packet_is_and_dummies_are_told_apart(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        byte[] packet = new byte[2000];
        byte[] inner = Inner(60);

        Assert.True(outbound.TrySeal(inner, packet, out int length, paddedLength: 1400));
        Assert.Equal(outbound.Suite.SealedSize(1400), length);
        Assert.True(inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(outbound.Suite.TextOffset), out int opened, out _));
        Assert.Equal(inner, packet.AsSpan(outbound.Suite.TextOffset, opened));

        Assert.True(outbound.TrySealDummy(1400, packet, out length));
        Assert.Equal(outbound.Suite.SealedSize(1400), length);
        Assert.False(inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(outbound.Suite.TextOffset), out _, out EspError error));
        Assert.Equal(EspError.Dummy, error);
        Assert.False(inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(outbound.Suite.TextOffset), out _, out error));
        Assert.Equal(EspError.Replay, error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void IPv6_packets_come_through_and_what_hides_their_length_is_cut_off(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        byte[] packet = new byte[1600];
        for (int size = 40; size < 120; size++)
        {
            byte[] inner = [.. Enumerable.Range(0, size).Select(i => (byte)(i * 3))];
            inner[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(inner.AsSpan(4), (ushort)(size - 40));
            foreach (int padded in new[] { 0, 1280 })
            {
                Assert.True(outbound.TrySeal(inner, packet, out int length, padded));
                Assert.True(inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(outbound.Suite.TextOffset), out int opened, out EspError error), error.ToString());
                Assert.Equal(inner, packet.AsSpan(outbound.Suite.TextOffset, opened));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_batch_is_sealed_and_opened_slot_by_slot(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        const int Slots = 40;
        int slot = outbound.Suite.SealedSize(1000);
        byte[] buffer = new byte[Slots * slot];
        int[] lengths = [.. Enumerable.Range(0, Slots).Select(i => 20 + (24 * i))];
        for (int i = 0; i < Slots; i++)
        {
            Inner(lengths[i]).CopyTo(buffer, (i * slot) + outbound.Suite.TextOffset);
        }

        Assert.Equal(Slots, outbound.SealMany(buffer, slot, lengths));
        Assert.Equal(Enumerable.Range(0, Slots).Select(i => outbound.Suite.SealedSize(20 + (24 * i))), lengths);

        // One that was altered, and one that is not there.
        buffer[(7 * slot) + 30] ^= 1;
        lengths[9] = 3;
        EspError[] errors = new EspError[Slots];
        Assert.Equal(Slots - 2, inbound.OpenMany(buffer, slot, lengths, errors));
        Assert.Equal((EspError.IntegrityCheck, 0), (errors[7], lengths[7]));
        Assert.Equal((EspError.Length, 0), (errors[9], lengths[9]));
        Assert.Equal((EspError.None, 20 + (24 * 39)), (errors[39], lengths[39]));
        Assert.Equal(Inner(20 + (24 * 39)), buffer.AsSpan((39 * slot) + inbound.Suite.TextOffset, lengths[39]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Keys_of_another_length_are_refused(string suite, bool esn)
    {
        int[] right = [.. Enumerable.Range(0, 120).Where(Suites[suite].IsKeySize)];

        Assert.NotEmpty(right);
        Assert.All(Enumerable.Range(0, 120).Except(right), size => Assert.Throws<ArgumentException>(() => new EspInboundSa(Spi, Suites[suite], new byte[size], esn)));
        Assert.All(right, size => new EspOutboundSa(Spi, Suites[suite], new byte[size], esn).Dispose());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sealing_and_opening_allocate_nothing(string suite, bool esn)
    {
        (EspOutboundSa outbound, EspInboundSa inbound) = Pair(suite, esn);
        byte[] inner = Inner(1400);
        byte[] packet = new byte[outbound.Suite.SealedSize(inner.Length)];
        bool right = true;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                right &= outbound.TrySeal(inner, packet, out int length);
                right &= inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(inbound.Suite.TextOffset), out _, out _);
            }
        }));
        Assert.True(right);
    }

    [Fact]
    public void The_largest_inner_packet_fills_what_it_is_given_and_one_octet_more_does_not_fit() =>
        Assert.All(Suites.Values, suite =>
        {
            for (int size = 100; size < 1500; size++)
            {
                int inner = suite.LargestInner(size);

                Assert.True(suite.SealedSize(inner) <= size);
                Assert.True(suite.SealedSize(inner + 1) > size);
            }
        });

    /// <summary>RFC 7634 §2: the packet taken apart by hand with the platform's AEAD.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_wire_of_ChaCha20_Poly1305_is_that_of_RFC_7634(bool esn)
    {
        byte[] key = Key(EspSuite.ChaCha20Poly1305);
        byte[] packet = Seal(EspSuite.ChaCha20Poly1305, key, esn, Inner(33));
        byte[] text = new byte[packet.Length - 32];
        using ChaCha20Poly1305 aead = new(key.AsSpan(0, 32));

        byte[] nonce = [.. key[^4..], .. packet[8..16]];
        aead.Decrypt(nonce, packet[16..^16], packet[^16..], text, Authenticated(packet, esn));

        Assert.Equal(Inner(33), text[..33]);
    }

    /// <summary>RFC 4543 §3: everything but the check value is additional data, and readable.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_wire_of_AES_GMAC_is_that_of_RFC_4543(bool esn)
    {
        byte[] key = Key(EspSuite.AesGmac);
        byte[] packet = Seal(EspSuite.AesGmac, key, esn, Inner(33));
        using AesGcm gcm = new(key.AsSpan(0, 32), 16);

        byte[] nonce = [.. key[^4..], .. packet[8..16]];
        byte[] data = [.. Authenticated(packet, esn), .. packet[8..^16]];
        gcm.Decrypt(nonce, Array.Empty<byte>(), packet[^16..], Array.Empty<byte>(), data);

        Assert.Equal(Inner(33), packet[16..49]);
    }

    /// <summary>RFC 3602 §3 and RFC 4868 §2.3: encrypted, then authenticated with the high half of an extended sequence number behind.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_wire_of_AES_CBC_with_HMAC_is_that_of_RFC_3602_and_RFC_4868(bool esn)
    {
        byte[] key = Key(EspSuite.AesCbcHmacSha256);
        byte[] packet = Seal(EspSuite.AesCbcHmacSha256, key, esn, Inner(33));
        byte[] covered = [.. packet[..^16], .. esn ? new byte[4] : []];
        using Aes aes = Aes.Create();
        aes.SetKey(key.AsSpan(0, 32));

        Assert.Equal(HMACSHA256.HashData(key.AsSpan(32), covered)[..16], packet[^16..]);
        byte[] text = aes.DecryptCbc(packet.AsSpan(24, packet.Length - 40), packet.AsSpan(8, 16), PaddingMode.None);
        Assert.Equal(Inner(33), text[..33]);
        Assert.Equal(Enumerable.Range(1, 13).Select(i => (byte)i).Append((byte)13).Append((byte)4), text[33..]);
    }

    [Fact]
    public void No_two_packets_of_AES_CBC_have_the_same_initialization_vector()
    {
        using EspOutboundSa outbound = new(Spi, EspSuite.AesCbcHmacSha256, Key(EspSuite.AesCbcHmacSha256));
        HashSet<string> vectors = [];
        byte[] packet = new byte[200];
        for (int i = 0; i < 500; i++)
        {
            Assert.True(outbound.TrySeal(Inner(40), packet, out _));
            Assert.True(vectors.Add(Convert.ToHexString(packet, 8, 16)));
        }
    }

    private static byte[] Authenticated(byte[] packet, bool esn) => esn ? [.. packet[..4], 0, 0, 0, 0, .. packet[4..8]] : packet[..8];

    private static byte[] Seal(EspSuite suite, byte[] key, bool esn, byte[] inner)
    {
        using EspOutboundSa outbound = new(Spi, suite, key, esn);
        byte[] packet = new byte[suite.SealedSize(inner.Length)];
        Assert.True(outbound.TrySeal(inner, packet, out _));
        return packet;
    }

    private static (EspOutboundSa Outbound, EspInboundSa Inbound) Pair(string suite, bool esn)
    {
        byte[] key = Key(Suites[suite]);
        return (new EspOutboundSa(Spi, Suites[suite], key, esn), new EspInboundSa(Spi, Suites[suite], key, esn));
    }

    private static byte[] Key(EspSuite suite) => [.. Enumerable.Range(1, Enumerable.Range(0, 120).Last(suite.IsKeySize)).Select(i => (byte)i)];

    private static byte[] Inner(int size)
    {
        byte[] inner = [.. Enumerable.Range(0, size).Select(i => (byte)(i * 7))];
        inner[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(inner.AsSpan(2), (ushort)size);
        return inner;
    }
}
