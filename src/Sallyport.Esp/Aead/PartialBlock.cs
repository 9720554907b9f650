using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>Blocks of 1 to 16 octets, in at most four reads or writes: nothing beyond them is touched.</summary>
internal static class PartialBlock
{
    // Sixteen octets from any place n in front of the middle keep the first n of a block.
    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The octets, and zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ref byte source, int count) => count == 16 ? Vector128.LoadUnsafe(ref source)
        : (count & 8) == 0 ? Vector128.Create(LoadWord(ref source, count), 0).AsByte()
        : Vector128.Create(Unsafe.ReadUnaligned<ulong>(ref source), LoadWord(ref Unsafe.Add(ref source, 8), count & 7)).AsByte();

    /// <summary>Writes the first octets of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, ref byte destination, int count)
    {
        if (count == 16)
        {
            value.StoreUnsafe(ref destination);
            return;
        }

        ulong word = value.AsUInt64().ToScalar();
        if ((count & 8) != 0)
        {
            Unsafe.WriteUnaligned(ref destination, word);
            destination = ref Unsafe.Add(ref destination, 8);
            word = value.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            Unsafe.WriteUnaligned(ref destination, (uint)word);
            destination = ref Unsafe.Add(ref destination, 4);
            word >>= 32;
        }

        if ((count & 2) != 0)
        {
            Unsafe.WriteUnaligned(ref destination, (ushort)word);
            destination = ref Unsafe.Add(ref destination, 2);
            word >>= 16;
        }

        if ((count & 1) != 0)
        {
            destination = (byte)word;
        }
    }

    /// <summary>Ones over the first octets of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Mask(int count) => Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(16 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadWord(ref byte source, int count)
    {
        ulong word = 0;
        int shift = 0;
        if ((count & 4) != 0)
        {
            word = Unsafe.ReadUnaligned<uint>(ref source);
            source = ref Unsafe.Add(ref source, 4);
            shift = 32;
        }

        if ((count & 2) != 0)
        {
            word |= (ulong)Unsafe.ReadUnaligned<ushort>(ref source) << shift;
            source = ref Unsafe.Add(ref source, 2);
            shift += 16;
        }

        return (count & 1) != 0 ? word | ((ulong)source << shift) : word;
    }
}
