using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Esp.Aead;
using Sallyport.Esp.Tests.Vectors;

namespace Sallyport.Esp.Tests;

/// <summary>
/// ESP packets that RFCs and drafts print. Where their next header is 1, which is no packet in tunnel mode, that they get as far as that shows that
/// key, salt, IV and authenticated data are put together as published.
/// </summary>
public class PublishedVectorTests
{
    /// <summary>draft-mcgrew-gcm-test-01 §4: the cases with 32-bit sequence numbers under an SPI that is none of the reserved ones.</summary>
    public static TheoryData<AesGcmProvider, string, string> GcmPackets()
    {
        TheoryData<AesGcmProvider, string, string> packets = [];
        foreach (AesGcmProvider provider in Enum.GetValues<AesGcmProvider>().Where(AesGcmAead.IsSupported))
        {
            foreach (AeadVector one in AeadVector.Read("draft-mcgrew-gcm-test.txt").Where(v => v.Data.Length == 8 && BinaryPrimitives.ReadUInt32BigEndian(v.Data) > 255))
            {
                packets.Add(provider, Convert.ToHexString([.. one.Key, .. one.Nonce[..4]]), Convert.ToHexString([.. one.Data, .. one.Nonce[4..], .. one.Ciphertext, .. one.Tag]));
            }
        }

        return packets;
    }

    /// <summary>RFC 3602 §4, cases 5 to 8: key, packet without a check value, the text inside, and whether it is one of tunnel mode.</summary>
    public static TheoryData<string, string, string, bool> CbcPackets => new()
    {
        {
            "90d382b410eeba7ad938c46cec1a82bf",
            "0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6",
            "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
            false
        },
        {
            "90d382b410eeba7ad938c46cec1a82bf",
            "000043210000000869d08df7d203329db093fc4924e5bd80f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75",
            "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
            false
        },
        {
            "0123456789abcdef0123456789abcdef",
            "0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d",
            "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
            true
        },
        {
            "0123456789abcdef0123456789abcdef",
            "000087650000000585d47224b5f3dd5d2101d4ea8dffab2215b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb50f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3d2726d9b5ef6affc6d17a0decbb13892",
            "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            true
        },
    };

    [Theory]
    [MemberData(nameof(GcmPackets))]
    public void A_published_packet_is_genuine_under_its_key_and_no_other(AesGcmProvider provider, string key, string octets)
    {
        byte[] packet = Convert.FromHexString(octets);
        byte[] keyOctets = Convert.FromHexString(key);
        EspSuite suite = EspSuite.AesGcm16 with { Provider = provider };
        uint spi = BinaryPrimitives.ReadUInt32BigEndian(packet);
        using EspInboundSa inbound = new(spi, suite, keyOctets);
        keyOctets[^1] ^= 1;
        using EspInboundSa otherSalt = new(spi, suite, keyOctets);

        Assert.False(inbound.TryOpen(packet, new byte[200], out _, out EspError genuine));
        Assert.Equal(EspError.NextHeader, genuine);
        Assert.False(otherSalt.TryOpen(packet, new byte[200], out _, out EspError forged));
        Assert.Equal(EspError.IntegrityCheck, forged);
    }

    /// <summary>RFC 7634 appendix A.</summary>
    [Fact]
    public void The_packet_of_RFC_7634_is_opened()
    {
        byte[] key = Convert.FromHexString("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3");
        byte[] packet = Convert.FromHexString(
            "0102030400000005" + "1011121314151617"
            + "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0"
            + "76aaa8266b7fb0f7b11b369907e1ad43");
        using EspInboundSa inbound = new(0x01020304, EspSuite.ChaCha20Poly1305, key);

        Assert.True(inbound.TryOpen(packet, packet.AsSpan(inbound.Suite.TextOffset), out int length, out EspError error), error.ToString());
        Assert.Equal(
            "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
            Convert.ToHexStringLower(packet, inbound.Suite.TextOffset, length));
    }

    /// <summary>The RFC's packets have no check value: one is put behind them with a key of this test.</summary>
    [Theory]
    [MemberData(nameof(CbcPackets))]
    public void A_packet_of_RFC_3602_has_the_text_inside_that_is_printed(string key, string octets, string text, bool tunnel)
    {
        byte[] integrityKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        byte[] packet = Convert.FromHexString(octets);
        packet = [.. packet, .. HMACSHA256.HashData(integrityKey, packet)[..16]];
        using EspInboundSa inbound = new(BinaryPrimitives.ReadUInt32BigEndian(packet), EspSuite.AesCbcHmacSha256, [.. Convert.FromHexString(key), .. integrityKey]);
        byte[] opened = new byte[packet.Length];

        Assert.Equal(tunnel, inbound.TryOpen(packet, opened, out int length, out EspError error));
        Assert.Equal(tunnel ? EspError.None : EspError.NextHeader, error);
        Assert.Equal(tunnel ? text : "", Convert.ToHexStringLower(opened, 0, length));
    }
}
