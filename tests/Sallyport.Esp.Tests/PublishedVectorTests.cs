namespace Sallyport.Esp.Tests;

/// <summary>
/// AES-GCM ESP packets of draft-mcgrew-gcm-test-01 §4 ("Test Cases for the use of GCM in IPsec ESP"). Their next header is 1, which is no
/// packet in tunnel mode: that they get so far shows that key, salt, IV and authenticated data are put together as published.
/// </summary>
public class PublishedVectorTests
{
    public static TheoryData<string, string, string> Packets => new()
    {
        // AES-128
        {
            "feffe9928665731c6d6a8f9467308308cafebabe",
            "0000a5f80000000afacedbaddecaf888",
            "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41ad4a"
        },

        // AES-256
        {
            "abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344",
            "4a2cbfe300000002" + "0102030405060708",
            "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96"
        },
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void A_published_packet_is_genuine_under_its_key_and_no_other(string key, string header, string sealedText)
    {
        byte[] packet = Convert.FromHexString(header + sealedText);
        byte[] keyOctets = Convert.FromHexString(key);
        uint spi = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet);
        using EspInboundSa inbound = new(spi, EspSuite.AesGcm16, keyOctets);
        keyOctets[^1] ^= 1;
        using EspInboundSa otherSalt = new(spi, EspSuite.AesGcm16, keyOctets);

        Assert.False(inbound.TryOpen(packet, new byte[200], out _, out EspError genuine));
        Assert.Equal(EspError.NextHeader, genuine);
        Assert.False(otherSalt.TryOpen(packet, new byte[200], out _, out EspError forged));
        Assert.Equal(EspError.IntegrityCheck, forged);
    }
}
