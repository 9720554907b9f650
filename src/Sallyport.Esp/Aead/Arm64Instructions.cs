using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Sallyport.Esp.Aead;

/// <summary>AES and PMULL of ARMv8's cryptographic extension.</summary>
internal readonly struct Arm64Instructions : IGcmInstructions
{
    /// <inheritdoc/>
    public static bool IsSupported => ArmAes.Arm64.IsSupported && AdvSimd.Arm64.IsSupported;

    // AESE takes the round key before SubBytes; a key of zero leaves the state alone, and the key is added where AES has it.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => ArmAes.MixColumns(ArmAes.Encrypt(state, Vector128<byte>.Zero)) ^ key;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) => ArmAes.Encrypt(state, Vector128<byte>.Zero) ^ key;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Reverse(Vector256<byte> value) => Vector256.Create(Reverse(value.GetLower()), Reverse(value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Swap(Vector256<ulong> value) => Vector256.Shuffle(value, Vector256.Create(1UL, 0UL, 3UL, 2UL));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyLow(Vector256<ulong> left, Vector256<ulong> right) =>
        Vector256.Create(MultiplyLow(left.GetLower(), right.GetLower()), MultiplyLow(left.GetUpper(), right.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHigh(Vector256<ulong> left, Vector256<ulong> right) => Vector256.Create(
        ArmAes.PolynomialMultiplyWideningUpper(left.GetLower(), right.GetLower()), ArmAes.PolynomialMultiplyWideningUpper(left.GetUpper(), right.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) => ArmAes.PolynomialMultiplyWideningLower(left.GetLower(), right.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Reverse(Vector128<byte> value) => Vector128.Shuffle(value, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}
