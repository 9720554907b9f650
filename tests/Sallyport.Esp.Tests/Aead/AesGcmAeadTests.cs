using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests.Aead;

/// <summary>Every provider of AES-GCM that this processor has against the platform's.</summary>
public class AesGcmAeadTests
{
    private const int Guard = 48;

    public static TheoryData<AesGcmProvider, int> ProvidersAndKeys()
    {
        TheoryData<AesGcmProvider, int> data = [];
        foreach (AesGcmProvider provider in Enum.GetValues<AesGcmProvider>().Where(AesGcmAead.IsSupported))
        {
            foreach (int size in new[] { 16, 24, 32 })
            {
                data.Add(provider, size);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void Every_length_up_to_2047_and_steps_to_16_KB_come_out_as_the_platforms(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);
        IEnumerable<int> lengths = Enumerable.Range(0, 2048).Concat(Enumerable.Range(0, 380).Select(i => 2048 + (37 * i))).Append(16384);
        int turn = 0;
        foreach (int length in lengths)
        {
            // In place and apart, misaligned or not, with ESP's 8 and 12 octets of additional data and with others.
            aead.Check(length, Pick(turn, 8, 12), inPlace: turn % 2 == 0, offset: Pick(turn / 2, 0, 1, 13));
            turn++;
        }
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void Additional_data_of_any_length_counts(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);
        foreach (int length in Enumerable.Range(0, 300).Append(1500))
        {
            aead.Check(length: 40, length, inPlace: true, offset: 0);
        }
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void The_counters_carry_is_carried(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);

        // The low octet overflows at block 256, which is behind 254 blocks of text; the next one at 512.
        foreach (int around in new[] { 254 * 16, 510 * 16 })
        {
            for (int length = around - 160; length <= around + 160; length++)
            {
                aead.Check(length, 8, inPlace: false, offset: 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void No_bit_of_tag_text_data_or_nonce_may_differ_and_nothing_is_left_of_what_was_refused(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);
        foreach (int length in new[] { 0, 1, 16, 31, 48, 64, 127, 128, 129, 300 })
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(AesGcmAead.NonceSize);
            byte[] data = RandomNumberGenerator.GetBytes(12);
            byte[] text = RandomNumberGenerator.GetBytes(length);
            byte[] sealedText = new byte[length];
            byte[] tag = new byte[AesGcmAead.LargestTagSize];
            aead.Subject.Seal(nonce, text, sealedText, tag, data);
            foreach (byte[] flipped in new[] { tag, sealedText, data, nonce })
            {
                for (int bit = 0; bit < flipped.Length * 8; bit++)
                {
                    flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                    byte[] opened = RandomNumberGenerator.GetBytes(length);

                    Assert.False(aead.Subject.TryOpen(nonce, sealedText, tag, opened, data));
                    Assert.All(opened, octet => Assert.Equal(0, octet));
                    flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void Nothing_is_allocated(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);
        byte[] nonce = new byte[AesGcmAead.NonceSize];
        byte[] text = new byte[1400];
        byte[] tag = new byte[AesGcmAead.LargestTagSize];
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                nonce[0] = (byte)i;
                aead.Subject.Seal(nonce, text, text, tag, nonce);
                Assert.True(aead.Subject.TryOpen(nonce, text, tag, text, nonce));
            }
        }));
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void Wrong_lengths_and_texts_that_overlap_partly_are_refused(AesGcmProvider provider, int keySize)
    {
        using AesGcmCase aead = new(provider, keySize);
        byte[] octets = new byte[64];

        Assert.Throws<ArgumentException>(() => aead.Subject.Seal(octets.AsSpan(0, 11), octets, octets, octets.AsSpan(0, 16), default));
        Assert.Throws<ArgumentException>(() => aead.Subject.Seal(octets.AsSpan(0, 12), octets, octets, octets.AsSpan(0, 15), default));
        Assert.Throws<ArgumentException>(() => aead.Subject.Seal(octets.AsSpan(0, 12), octets.AsSpan(0, 32), octets.AsSpan(0, 31), octets.AsSpan(0, 16), default));
        Assert.Throws<ArgumentException>(() => aead.Subject.Seal(octets.AsSpan(0, 12), octets.AsSpan(0, 32), octets.AsSpan(1, 32), new byte[16], default));
        Assert.Throws<ArgumentException>(() => AesGcmAead.Create(octets.AsSpan(0, 20), provider));
    }

    [Fact]
    public void Without_the_instructions_a_provider_is_refused_by_name()
    {
        AesGcmProvider missing = Enum.GetValues<AesGcmProvider>().FirstOrDefault(p => !AesGcmAead.IsSupported(p));

        if (missing != AesGcmProvider.Fastest)
        {
            Assert.Contains(missing.ToString(), Assert.Throws<PlatformNotSupportedException>(() => AesGcmAead.Create(new byte[16], missing)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_key_that_was_disposed_of_seals_nothing()
    {
        AesGcmAead aead = AesGcmAead.Create(new byte[16]);
        aead.Dispose();

        Assert.Throws<ObjectDisposedException>(() => aead.Seal(new byte[12], [], [], new byte[16], default));
    }

    [Theory]
    [MemberData(nameof(ProvidersAndKeys))]
    public void Nothing_of_a_key_is_left_once_it_was_disposed_of(AesGcmProvider provider, int keySize)
    {
        AesGcmAead aead = AesGcmAead.Create(RandomNumberGenerator.GetBytes(keySize), provider);
        byte[]? memory = (byte[]?)aead.GetType().GetField("_memory", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)?.GetValue(aead);

        // The platform's key is the platform's to clear.
        Assert.Equal(aead.Provider == AesGcmProvider.Platform, memory is null);
        Assert.NotEqual(memory is null, memory.AsSpan().ContainsAnyExcept((byte)0));
        aead.Dispose();
        Assert.False(memory.AsSpan().ContainsAnyExcept((byte)0));
    }

    private static int Pick(int turn, params ReadOnlySpan<int> of) => of[turn % of.Length];

    /// <summary>A provider and the platform's AES-GCM with the same key.</summary>
    private sealed class AesGcmCase : IDisposable
    {
        private readonly AesGcm _reference;

        public AesGcmCase(AesGcmProvider provider, int keySize)
        {
            byte[] key = RandomNumberGenerator.GetBytes(keySize);
            Subject = AesGcmAead.Create(key, provider);
            _reference = new AesGcm(key, AesGcmAead.LargestTagSize);
        }

        public AesGcmAead Subject { get; }

        /// <summary>Seals and opens, with octets around the output that must stay as they are.</summary>
        public void Check(int length, int dataLength, bool inPlace, int offset)
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(AesGcmAead.NonceSize);
            byte[] data = RandomNumberGenerator.GetBytes(dataLength);
            byte[] text = RandomNumberGenerator.GetBytes(length);
            byte[] expected = new byte[length];
            byte[] expectedTag = new byte[AesGcmAead.LargestTagSize];
            _reference.Encrypt(nonce, text, expected, expectedTag, data);

            byte[] memory = new byte[Guard + offset + length + Guard];
            memory.AsSpan().Fill(0xa5);
            Span<byte> output = memory.AsSpan(Guard + offset, length);
            text.CopyTo(output);
            byte[] tag = new byte[AesGcmAead.LargestTagSize];
            Subject.Seal(nonce, inPlace ? output : text, output, tag, data);
            Assert.Equal(expected, output);
            Assert.Equal(expectedTag, tag);

            Assert.True(Subject.TryOpen(nonce, inPlace ? output : expected, tag, output, data));
            Assert.Equal(text, output);
            Assert.Equal(-1, memory.AsSpan(0, Guard + offset).IndexOfAnyExcept((byte)0xa5));
            Assert.Equal(-1, memory.AsSpan(Guard + offset + length).IndexOfAnyExcept((byte)0xa5));
        }

        public void Dispose()
        {
            Subject.Dispose();
            _reference.Dispose();
        }
    }
}
