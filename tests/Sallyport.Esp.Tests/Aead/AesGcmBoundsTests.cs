using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests.Aead;

/// <summary>Not one octet beyond the spans is read or written: each ends, or begins, at a page that must not be touched.</summary>
public class AesGcmBoundsTests
{
    // Around every place where the kernel goes another way: whole and partial blocks, four and six of them, the loop of eight, the counter's carry.
    private static readonly int[] Switches = [1024, 1400, 2048, 4000, 4016, 4048, 4064, 4080, 4096, 4112, 8160, 8192];

    public static TheoryData<AesGcmProvider, int> ProvidersAndTags()
    {
        TheoryData<AesGcmProvider, int> data = [];
        foreach (AesGcmProvider provider in Enum.GetValues<AesGcmProvider>().Where(AesGcmAead.IsSupported))
        {
            foreach (int tag in new[] { 8, 12, 16 })
            {
                data.Add(provider, tag);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ProvidersAndTags))]
    public void Nothing_beyond_the_spans_is_touched(AesGcmProvider provider, int tagSize)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using GuardedMemory key = new(32);
        using GuardedMemory nonce = new(12);
        using GuardedMemory data = new(64);
        using GuardedMemory text = new(8192 + 64);
        using GuardedMemory output = new(8192 + 64);
        using GuardedMemory tag = new(16);
        IEnumerable<int> lengths = Enumerable.Range(0, 290).Concat(Switches.SelectMany(s => Enumerable.Range(s - 17, 35)));
        foreach (int length in lengths)
        {
            int keySize = 16 + (8 * (length % 3));
            int dataLength = length % 37;
            Check(provider, tagSize, key.Last(keySize), nonce.Last(12), data.Last(dataLength), text.Last(length), output.Last(length), tag.Last(tagSize));
            Check(provider, tagSize, key.First(keySize), nonce.First(12), data.First(dataLength), text.First(length), output.First(length), tag.First(tagSize));
        }
    }

    private static void Check(AesGcmProvider provider, int tagSize, Span<byte> key, Span<byte> nonce, Span<byte> data, Span<byte> text, Span<byte> output, Span<byte> tag)
    {
        Random random = new(text.Length);
        random.NextBytes(key);
        random.NextBytes(nonce);
        random.NextBytes(data);
        random.NextBytes(text);
        byte[] expected = new byte[text.Length];
        byte[] expectedTag = new byte[AesGcmAead.LargestTagSize];
        using AesGcm reference = new(key, AesGcmAead.LargestTagSize);
        reference.Encrypt(nonce, text, expected, expectedTag, data);
        using AesGcmAead aead = AesGcmAead.Create(key, provider, tagSize);

        aead.Seal(nonce, text, output, tag, data);
        Assert.True(output.SequenceEqual(expected));
        Assert.True(tag.SequenceEqual(expectedTag.AsSpan(0, tagSize)));
        Assert.True(aead.TryOpen(nonce, output, tag, output, data));
        Assert.True(output.SequenceEqual(text));
        tag[^1] ^= 0x80;
        Assert.False(aead.TryOpen(nonce, expected, tag, output, data));
        Assert.Equal(-1, output.IndexOfAnyExcept((byte)0));
    }
}
