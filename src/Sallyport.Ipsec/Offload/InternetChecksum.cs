using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Ipsec.Offload;

/// <summary>
/// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words. A partial sum counts words in network
/// order, may be carried on over any number of pieces as long as each but the last has an even length, and becomes a checksum by
/// <see cref="Finish"/>.
/// </summary>
internal static class InternetChecksum
{
    /// <summary>The checksum over data in whose checksum field stands zero; over data with its checksum in place the result is zero.</summary>
    public static ushort Compute(ReadOnlySpan<byte> data) => Finish(Add(0, data));

    /// <summary>Adds data to a partial sum. An odd last octet counts as followed by zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Add(uint sum, ReadOnlySpan<byte> data) =>
        sum + Words(ref MemoryMarshal.GetReference(data), ref Unsafe.NullRef<byte>(), (nuint)data.Length, copy: false);

    /// <summary>Adds data to a partial sum and copies it on the way, which costs less than one after the other.</summary>
    /// <param name="sum">The partial sum.</param>
    /// <param name="data">The data.</param>
    /// <param name="destination">Where it goes: at least as long, and not overlapping.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint AddAndCopy(uint sum, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        destination = destination[..data.Length];
        return sum + Words(ref MemoryMarshal.GetReference(data), ref MemoryMarshal.GetReference(destination), (nuint)data.Length, copy: true);
    }

    /// <summary>The partial sum of a pseudo header (RFC 9293 §3.1, RFC 768, RFC 8200 §8.1).</summary>
    /// <param name="addresses">Source and destination as they stand in an IP header: 8 or 32 octets.</param>
    /// <param name="protocol">The transport's number.</param>
    /// <param name="length">The octets of transport header and data.</param>
    public static uint PseudoHeader(ReadOnlySpan<byte> addresses, byte protocol, int length) =>
        Add((uint)protocol + (ushort)length + (uint)(length >> 16), addresses);

    /// <summary>A partial sum in 16 bits: what a checksum field holds while the checksum is left to a device.</summary>
    public static ushort Fold(uint sum)
    {
        sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)((sum & ushort.MaxValue) + (sum >> 16));
    }

    /// <summary>The checksum that a partial sum stands for.</summary>
    public static ushort Finish(uint sum) => (ushort)~Fold(sum);

    // RFC 1071 §2: the sum is the same in any byte order and any width of words, once folded. Here 32-bit words of this machine's order are
    // added in 64-bit lanes, which no span is long enough to overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Words(ref byte data, ref byte destination, nuint length, bool copy)
    {
        ulong sum = 0;
        nuint at = 0;
        if (Vector256.IsHardwareAccelerated && length >= 64)
        {
            Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
            Vector256<ulong> first = Vector256<ulong>.Zero;
            Vector256<ulong> second = Vector256<ulong>.Zero;
            for (; at + 64 <= length; at += 64)
            {
                Vector256<ulong> a = Vector256.LoadUnsafe(ref data, at).AsUInt64();
                Vector256<ulong> b = Vector256.LoadUnsafe(ref data, at + 32).AsUInt64();
                if (copy)
                {
                    a.AsByte().StoreUnsafe(ref destination, at);
                    b.AsByte().StoreUnsafe(ref destination, at + 32);
                }

                first += (a & low) + (a >>> 32);
                second += (b & low) + (b >>> 32);
            }

            sum = Vector256.Sum(first + second);
        }

        if (Vector128.IsHardwareAccelerated && at + 16 <= length)
        {
            Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
            Vector128<ulong> lanes = Vector128<ulong>.Zero;
            for (; at + 16 <= length; at += 16)
            {
                Vector128<ulong> a = Vector128.LoadUnsafe(ref data, at).AsUInt64();
                if (copy)
                {
                    a.AsByte().StoreUnsafe(ref destination, at);
                }

                lanes += (a & low) + (a >>> 32);
            }

            sum += Vector128.Sum(lanes);
        }

        for (; at + sizeof(uint) <= length; at += sizeof(uint))
        {
            sum += Move<uint>(ref data, ref destination, at, copy);
        }

        if (at + sizeof(ushort) <= length)
        {
            sum += Move<ushort>(ref data, ref destination, at, copy);
            at += sizeof(ushort);
        }

        if (at < length)
        {
            byte last = Move<byte>(ref data, ref destination, at, copy);
            sum += BitConverter.IsLittleEndian ? last : (uint)last << 8;
        }

        sum = (sum & uint.MaxValue) + (sum >> 32);
        sum = (sum & uint.MaxValue) + (sum >> 32);
        ushort folded = Fold((uint)sum);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Move<T>(ref byte data, ref byte destination, nuint at, bool copy)
        where T : unmanaged
    {
        T value = Unsafe.ReadUnaligned<T>(ref Unsafe.AddByteOffset(ref data, at));
        if (copy)
        {
            Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref destination, at), value);
        }

        return value;
    }
}
