using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>Fills a <see cref="GcmKeyTable"/>: the round keys of AES (FIPS 197 §5.2) and the powers of the hash key (NIST SP 800-38D §6.4).</summary>
internal static class GcmKeySchedule<T>
    where T : struct, IGcmInstructions
{
    /// <summary>Fills the table.</summary>
    /// <param name="key">16, 24 or 32 octets.</param>
    /// <param name="table"><see cref="GcmKeyTable.Size"/> octets.</param>
    /// <returns>The rounds of AES.</returns>
    public static int Expand(ReadOnlySpan<byte> key, Span<byte> table)
    {
        int rounds = ExpandKey(key, table);
        ref byte start = ref MemoryMarshal.GetReference(table);
        Vector128<byte> hash = Vector128.LoadUnsafe(ref start);
        for (int round = 1; round < rounds; round++)
        {
            hash = T.Round(hash, Vector128.LoadUnsafe(ref start, (nuint)(16 * round)));
        }

        hash = T.LastRound(hash, Vector128.LoadUnsafe(ref start, (nuint)(16 * rounds)));
        Vector128<ulong> first = Double(T.Reverse(hash.ToVector256()).GetLower().AsUInt64());
        Vector128<ulong> power = first;
        for (int i = 1; i <= GcmKeyTable.MostPowers; i++)
        {
            ref byte place = ref Unsafe.Add(ref start, GcmKeyTable.Powers - (16 * i));
            power.AsByte().StoreUnsafe(ref place);
            Vector128.Create(power.GetElement(0) ^ power.GetElement(1)).AsByte().StoreUnsafe(ref place, GcmKeyTable.Karatsuba);
            power = GcmHash<T>.Multiply(power, ref Unsafe.Add(ref start, GcmKeyTable.Powers - 16));
        }

        return rounds;
    }

    private static int ExpandKey(ReadOnlySpan<byte> key, Span<byte> table)
    {
        int words = key.Length / 4;
        int rounds = words + 6;
        Span<uint> schedule = MemoryMarshal.Cast<byte, uint>(table)[..(4 * (rounds + 1))];
        key.CopyTo(table);
        uint constant = 1;
        for (int i = words; i < schedule.Length; i++)
        {
            uint word = schedule[i - 1];
            if (i % words == 0)
            {
                word = Substitute(BitOperations.RotateRight(word, 8)) ^ constant;
                constant = constant == 0x80 ? 0x1bu : constant << 1;
            }
            else if (words == 8 && i % words == 4)
            {
                word = Substitute(word);
            }

            schedule[i] = schedule[i - words] ^ word;
        }

        return rounds;
    }

    // Where all columns are the same ShiftRows changes nothing, and the last round with a key of zero is SubBytes alone.
    private static uint Substitute(uint word) => T.LastRound(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();

    // Products of octet-reversed numbers come out one bit short: the hash key is kept times x, without a branch on its top bit.
    private static Vector128<ulong> Double(Vector128<ulong> value)
    {
        ulong low = value.GetElement(0);
        ulong high = value.GetElement(1);
        ulong carry = (ulong)((long)high >> 63);
        return Vector128.Create((low << 1) ^ (carry & 1), ((high << 1) | (low >> 63)) ^ (carry & GcmHash<T>.Polynomial));
    }
}
