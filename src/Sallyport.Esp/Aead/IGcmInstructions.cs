using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>
/// The processor's instructions that <see cref="GcmKernel{T}"/> is written in. Every one of them takes the same time whatever its operands:
/// nothing branches on, or looks up a table by, a secret.
/// </summary>
internal interface IGcmInstructions
{
    /// <summary>Whether this processor has them.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>A round of AES (FIPS 197 §5.1): SubBytes, ShiftRows, MixColumns, then the round key.</summary>
    static abstract Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key);

    /// <summary>The last round of AES, which mixes no columns.</summary>
    static abstract Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key);

    /// <summary>In each half the octets the other way round.</summary>
    static abstract Vector256<byte> Reverse(Vector256<byte> value);

    /// <summary>In each half the 64-bit words the other way round.</summary>
    static abstract Vector256<ulong> Swap(Vector256<ulong> value);

    /// <summary>In each half the carry-less product of the low 64 bits.</summary>
    static abstract Vector256<ulong> MultiplyLow(Vector256<ulong> left, Vector256<ulong> right);

    /// <summary>In each half the carry-less product of the high 64 bits.</summary>
    static abstract Vector256<ulong> MultiplyHigh(Vector256<ulong> left, Vector256<ulong> right);

    /// <summary>The carry-less product of the low 64 bits.</summary>
    static abstract Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right);
}
