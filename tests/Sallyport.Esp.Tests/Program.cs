using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests;

/// <summary>
/// What a test starts as a process of its own, whose instructions the environment takes away: it says which provider is the fastest left, and what
/// that makes of texts that are the same in every process.
/// </summary>
internal static class Program
{
    /// <summary>Prints the provider and a digest of all it sealed.</summary>
    public static void Main()
    {
        using AesGcmAead aead = AesGcmAead.Create(new byte[32]);
        Console.WriteLine($"{aead.Provider} {Digest(AesGcmProvider.Fastest)} {string.Join(',', Enum.GetValues<AesGcmProvider>().Where(AesGcmAead.IsSupported))}");
    }

    /// <summary>A digest of texts of many lengths, sealed and opened by a provider.</summary>
    public static string Digest(AesGcmProvider provider)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Random random = new(4106);
        foreach (int length in Enumerable.Range(0, 200).Concat([576, 1400, 3999, 4000, 4001, 4095, 4096, 4097, 9000]))
        {
            byte[] key = new byte[16 + (8 * (length % 3))];
            byte[] nonce = new byte[AesGcmAead.NonceSize];
            byte[] text = new byte[length];
            byte[] tag = new byte[AesGcmAead.LargestTagSize];
            random.NextBytes(key);
            random.NextBytes(nonce);
            random.NextBytes(text);
            byte[] output = [.. text];
            using AesGcmAead aead = AesGcmAead.Create(key, provider);
            aead.Seal(nonce, output, output, tag, nonce);
            hash.AppendData(output);
            hash.AppendData(tag);
            if (!aead.TryOpen(nonce, output, tag, output, nonce) || !output.AsSpan().SequenceEqual(text))
            {
                throw new InvalidOperationException($"{provider} does not open what it sealed of {length} octets");
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
