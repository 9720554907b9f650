using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Sallyport.Esp.Aead;

/// <summary>AES-NI and PCLMULQDQ: one product at a time.</summary>
internal readonly struct X86Instructions : IGcmInstructions
{
    /// <inheritdoc/>
    public static bool IsSupported => X86Aes.IsSupported && Pclmulqdq.IsSupported && Avx2.IsSupported;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => X86Aes.Encrypt(state, key);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) => X86Aes.EncryptLast(state, key);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Reverse(Vector256<byte> value) => Avx2.Shuffle(value, Vector256.Create(
        (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Swap(Vector256<ulong> value) => Avx2.Shuffle(value.AsUInt32(), 0x4e).AsUInt64();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyLow(Vector256<ulong> left, Vector256<ulong> right) => Vector256.Create(
        Pclmulqdq.CarrylessMultiply(left.GetLower(), right.GetLower(), 0x00), Pclmulqdq.CarrylessMultiply(left.GetUpper(), right.GetUpper(), 0x00));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHigh(Vector256<ulong> left, Vector256<ulong> right) => Vector256.Create(
        Pclmulqdq.CarrylessMultiply(left.GetLower(), right.GetLower(), 0x11), Pclmulqdq.CarrylessMultiply(left.GetUpper(), right.GetUpper(), 0x11));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) => Pclmulqdq.CarrylessMultiply(left, right, 0x00);
}

/// <summary>AES-NI and VPCLMULQDQ: two products at a time.</summary>
internal readonly struct X86WideInstructions : IGcmInstructions
{
    /// <inheritdoc/>
    public static bool IsSupported => X86Instructions.IsSupported && Pclmulqdq.V256.IsSupported;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => X86Aes.Encrypt(state, key);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) => X86Aes.EncryptLast(state, key);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Reverse(Vector256<byte> value) => X86Instructions.Reverse(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Swap(Vector256<ulong> value) => X86Instructions.Swap(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyLow(Vector256<ulong> left, Vector256<ulong> right) => Pclmulqdq.V256.CarrylessMultiply(left, right, 0x00);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHigh(Vector256<ulong> left, Vector256<ulong> right) => Pclmulqdq.V256.CarrylessMultiply(left, right, 0x11);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) => Pclmulqdq.CarrylessMultiply(left, right, 0x00);
}
