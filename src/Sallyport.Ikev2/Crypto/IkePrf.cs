using System.Security.Cryptography;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>The pseudorandom functions PRF_HMAC_SHA2 (RFC 4868) and prf+ (RFC 7296 §2.13).</summary>
public static class IkePrf
{
    private const int LargestOutput = 64;

    /// <summary>Whether the function is implemented.</summary>
    public static bool IsSupported(PrfAlgorithm algorithm) => algorithm is PrfAlgorithm.HmacSha256 or PrfAlgorithm.HmacSha384 or PrfAlgorithm.HmacSha512;

    /// <summary>The function's output, and preferred key, in octets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The function is not implemented.</exception>
    public static int OutputSize(PrfAlgorithm algorithm) => algorithm switch
    {
        PrfAlgorithm.HmacSha256 => 32,
        PrfAlgorithm.HmacSha384 => 48,
        PrfAlgorithm.HmacSha512 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>prf(key, data).</summary>
    /// <param name="algorithm">The function.</param>
    /// <param name="key">A key of any length.</param>
    /// <param name="data">The data.</param>
    /// <param name="destination">At least <see cref="OutputSize"/> octets.</param>
    public static void Compute(PrfAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        _ = algorithm switch
        {
            PrfAlgorithm.HmacSha256 => HMACSHA256.HashData(key, data, destination),
            PrfAlgorithm.HmacSha384 => HMACSHA384.HashData(key, data, destination),
            PrfAlgorithm.HmacSha512 => HMACSHA512.HashData(key, data, destination),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
        };
    }

    /// <summary>prf(key, data).</summary>
    public static byte[] Compute(PrfAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        byte[] output = new byte[OutputSize(algorithm)];
        Compute(algorithm, key, data, output);
        return output;
    }

    /// <summary>prf+(key, seed), as many octets as the destination holds (RFC 7296 §2.13).</summary>
    /// <exception cref="ArgumentException">More than 255 blocks are wanted.</exception>
    public static void Expand(PrfAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> seed, Span<byte> destination)
    {
        int size = OutputSize(algorithm);
        if (destination.Length > 255 * size)
        {
            throw new ArgumentException("prf+ ends after 255 blocks (RFC 7296 §2.13)", nameof(destination));
        }

        Span<byte> block = stackalloc byte[LargestOutput];
        byte[] input = new byte[size + seed.Length + 1];
        int previous = 0;
        byte counter = 1;
        while (!destination.IsEmpty)
        {
            block[..previous].CopyTo(input);
            seed.CopyTo(input.AsSpan(previous));
            input[previous + seed.Length] = counter++;
            Compute(algorithm, key, input.AsSpan(0, previous + seed.Length + 1), block);
            previous = size;
            int take = Math.Min(size, destination.Length);
            block[..take].CopyTo(destination);
            destination = destination[take..];
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(input);
    }
}
