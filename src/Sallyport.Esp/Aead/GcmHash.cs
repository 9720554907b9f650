using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>
/// GHASH (NIST SP 800-38D §6.4) over octet-reversed blocks: products by Karatsuba's method, whose sums are reduced once for many blocks.
/// </summary>
internal static class GcmHash<T>
    where T : struct, IGcmInstructions
{
    /// <summary>The field's polynomial, octet-reversed: its upper 64 bits.</summary>
    public const ulong Polynomial = 0xc200_0000_0000_0000;

    /// <summary>Adds the products of two blocks with two consecutive powers.</summary>
    /// <param name="power">The higher power's place in the table; the lower one follows.</param>
    /// <param name="blocks">The two blocks.</param>
    /// <param name="low">The sum of the low products.</param>
    /// <param name="middle">The sum of the products of sums.</param>
    /// <param name="high">The sum of the high products.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref byte power, Vector256<ulong> blocks, ref Vector256<ulong> low, ref Vector256<ulong> middle, ref Vector256<ulong> high)
    {
        Vector256<ulong> powers = Vector256.LoadUnsafe(ref power).AsUInt64();
        Vector256<ulong> sums = Vector256.LoadUnsafe(ref power, GcmKeyTable.Karatsuba).AsUInt64();
        low ^= T.MultiplyLow(blocks, powers);
        high ^= T.MultiplyHigh(blocks, powers);
        middle ^= T.MultiplyLow(blocks ^ T.Swap(blocks), sums);
    }

    /// <summary>Joins the sums of both halves and reduces them to 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reduce(Vector256<ulong> low, Vector256<ulong> middle, Vector256<ulong> high)
    {
        Vector128<ulong> lower = low.GetLower() ^ low.GetUpper();
        Vector128<ulong> upper = high.GetLower() ^ high.GetUpper();
        Vector128<ulong> centre = middle.GetLower() ^ middle.GetUpper() ^ lower ^ upper;
        Vector128<ulong> polynomial = Vector128.Create(Polynomial, 0);
        centre ^= Swap(lower) ^ T.MultiplyLow(lower, polynomial);
        return upper ^ Swap(centre) ^ T.MultiplyLow(centre, polynomial);
    }

    /// <summary>One product.</summary>
    /// <param name="value">A block.</param>
    /// <param name="power">The other factor's place in the table.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Multiply(Vector128<ulong> value, ref byte power)
    {
        Vector256<ulong> low = Vector256<ulong>.Zero;
        Vector256<ulong> middle = Vector256<ulong>.Zero;
        Vector256<ulong> high = Vector256<ulong>.Zero;
        Accumulate(ref power, value.ToVector256(), ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    /// <summary>Takes in eight blocks.</summary>
    /// <param name="table">The key's table.</param>
    /// <param name="blocks">128 octets.</param>
    /// <param name="hash">The hash so far.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Eight(ref byte table, ref byte blocks, Vector128<ulong> hash)
    {
        Vector256<ulong> low = Vector256<ulong>.Zero;
        Vector256<ulong> middle = Vector256<ulong>.Zero;
        Vector256<ulong> high = Vector256<ulong>.Zero;
        ref byte powers = ref Unsafe.Add(ref table, GcmKeyTable.Powers);
        Accumulate(ref Unsafe.Add(ref powers, -128), Pair(ref blocks, 0) ^ hash.ToVector256(), ref low, ref middle, ref high);
        Accumulate(ref Unsafe.Add(ref powers, -96), Pair(ref blocks, 32), ref low, ref middle, ref high);
        Accumulate(ref Unsafe.Add(ref powers, -64), Pair(ref blocks, 64), ref low, ref middle, ref high);
        Accumulate(ref Unsafe.Add(ref powers, -32), Pair(ref blocks, 96), ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    /// <summary>Takes in octets of any number, the last block filled with zeros: the additional data. The last block is not multiplied yet.</summary>
    /// <param name="table">The key's table.</param>
    /// <param name="data">The octets.</param>
    public static Vector128<ulong> Data(ref byte table, ReadOnlySpan<byte> data)
    {
        Vector128<ulong> hash = Vector128<ulong>.Zero;
        ref byte octets = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        for (; left > 128; left -= 128)
        {
            hash = Eight(ref table, ref octets, hash);
            octets = ref Unsafe.Add(ref octets, 128);
        }

        for (; left > 16; left -= 16)
        {
            hash = Multiply(Block(Vector128.LoadUnsafe(ref octets)) ^ hash, ref Unsafe.Add(ref table, GcmKeyTable.Powers - 16));
            octets = ref Unsafe.Add(ref octets, 16);
        }

        return left == 0 ? hash : Block(PartialBlock.Load(ref octets, left)) ^ hash;
    }

    /// <summary>A block, octet-reversed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Block(Vector128<byte> block) => T.Reverse(block.ToVector256()).GetLower().AsUInt64();

    /// <summary>Two blocks, octet-reversed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Pair(ref byte blocks, nuint offset) => T.Reverse(Vector256.LoadUnsafe(ref blocks, offset)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Swap(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(1UL, 0UL));
}
