using System.Security.Cryptography;
using Sallyport.Esp;
using Sallyport.Esp.Aead;

namespace Sallyport.Fuzz;

/// <summary>ESP: what opens packets takes any octets, and everything that computes the same gives the same.</summary>
internal static class EspTargets
{
    private const uint Spi = 0x1000;
    private const int LargestData = 64;

    private static readonly EspSuite[] Suites =
    [
        EspSuite.AesGcm16, EspSuite.AesGcm12, EspSuite.AesGcm8, EspSuite.ChaCha20Poly1305, EspSuite.AesGmac, EspSuite.AesCbcHmacSha256, EspSuite.AesCbcHmacSha384, EspSuite.AesCbcHmacSha512,
    ];

    /// <summary>Opens a packet.</summary>
    public static void Packet(byte[] octets)
    {
        using EspInboundSa inbound = new(Spi, EspSuite.AesGcm16, new byte[36], extendedSequenceNumbers: true);
        EspUdp.Classify(octets);
        Open(inbound, octets);
    }

    /// <summary>
    /// Every provider of AES-GCM against the platform's. The first octets choose: key and tag in their sizes, in place or apart and how misaligned, how
    /// much additional data; then come key, nonce and that data, and what is left is the text.
    /// </summary>
    public static void Providers(byte[] octets)
    {
        ReadOnlySpan<byte> left = octets;
        int sizes = Take(ref left, 1)[0];
        int place = Take(ref left, 1)[0];
        int dataLength = Take(ref left, 1)[0] % (LargestData + 1);
        byte[] key = Take(ref left, 16 + (8 * (sizes % 3)));
        byte[] nonce = Take(ref left, AesGcmAead.NonceSize);
        byte[] data = Take(ref left, dataLength);
        int tagSize = 16 - (4 * (sizes / 3 % 3));
        int offset = place >> 1 & 0x1f;
        using AesGcmAead platform = AesGcmAead.Create(key, AesGcmProvider.Platform, tagSize);
        byte[] expected = new byte[left.Length];
        byte[] expectedTag = new byte[tagSize];
        platform.Seal(nonce, left, expected, expectedTag, data);
        foreach (AesGcmProvider provider in Enum.GetValues<AesGcmProvider>().Where(p => p != AesGcmProvider.Platform && AesGcmAead.IsSupported(p)))
        {
            using AesGcmAead aead = AesGcmAead.Create(key, provider, tagSize);
            Span<byte> output = new byte[offset + left.Length].AsSpan(offset);
            byte[] tag = new byte[tagSize];
            left.CopyTo(output);
            aead.Seal(nonce, (place & 1) != 0 ? output : left, output, tag, data);
            Require(output.SequenceEqual(expected) && tag.AsSpan().SequenceEqual(expectedTag), $"{provider} seals otherwise");
            Require(aead.TryOpen(nonce, (place & 1) != 0 ? output : expected, tag, output, data) && output.SequenceEqual(left), $"{provider} does not open");
            tag[place % tagSize] ^= (byte)(1 << (sizes & 7));
            Require(!aead.TryOpen(nonce, expected, tag, output, data) && output.IndexOfAnyExcept((byte)0) < 0, $"{provider} opens what is forged, or leaves some of it");
        }
    }

    /// <summary>Every suite: the octets as a packet to seal, then as one to open, which they are not.</summary>
    public static void AllSuites(byte[] octets)
    {
        ReadOnlySpan<byte> left = octets;
        int kind = Take(ref left, 1)[0];
        int position = BitConverter.ToUInt16(Take(ref left, 2));
        int padded = Take(ref left, 1)[0] * 8;
        EspSuite suite = Suites[kind % Suites.Length] with { Provider = (kind & 0x40) != 0 ? AesGcmProvider.Platform : AesGcmProvider.Fastest };
        bool extended = (kind & 0x80) != 0;
        byte[] key = new byte[Enumerable.Range(0, 120).Last(suite.IsKeySize)];
        using EspOutboundSa outbound = new(Spi, suite, key, extended);
        using EspInboundSa inbound = new(Spi, suite, key, extended);
        byte[] packet = new byte[suite.SealedSize(Math.Max(left.Length, padded))];
        int version = left.IsEmpty ? 0 : left[0] >> 4;
        Require(outbound.TrySeal(left, packet, out int length, padded) == version is 4 or 6, "sealed what is no IP packet, or not what is one");
        if (length > 0)
        {
            byte[] opened = new byte[length];
            byte[] forged = packet.AsSpan(0, length).ToArray();
            forged[position % length] ^= (byte)(1 << (kind & 7));
            Require(!inbound.TryOpen(forged, opened, out _, out _), "opened what is forged");
            bool whole = version == 4 ? left.Length >= 20 : left.Length >= 40;
            bool came = inbound.TryOpen(packet.AsSpan(0, length), opened, out int inner, out EspError error);
            Require(came ? opened.AsSpan(0, Math.Min(inner, left.Length)).SequenceEqual(left[..Math.Min(inner, left.Length)]) : !whole && error == EspError.NextHeader, "did not open what was sealed");
            InnerHeader.Decapsulate(opened.AsSpan(0, inner), (byte)position);
        }

        Require(OuterHeader.TryCreate(left, out _) == (version == 4 ? left.Length >= 20 : version == 6 && left.Length >= 40), "read a header that is none");
        Open(inbound, left.ToArray());
    }

    private static void Open(EspInboundSa inbound, byte[] octets)
    {
        if (octets.Length >= 4)
        {
            // Under the SA's own SPI, or nothing would go beyond it.
            (octets[0], octets[1], octets[2], octets[3]) = (0, 0, 0x10, 0);
        }

        Require(inbound.TryOpen(octets, new byte[octets.Length], out _, out EspError error) == (error == EspError.None), "refused without a reason");
    }

    // The next octets; zeros where there are none left.
    private static byte[] Take(ref ReadOnlySpan<byte> left, int count)
    {
        byte[] taken = new byte[count];
        int there = Math.Min(count, left.Length);
        left[..there].CopyTo(taken);
        left = left[there..];
        return taken;
    }

    private static void Require(bool right, string otherwise)
    {
        if (!right)
        {
            throw new CryptographicException(otherwise);
        }
    }
}
