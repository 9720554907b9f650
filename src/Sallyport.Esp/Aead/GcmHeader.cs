using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>
/// Nonce and additional data of a packet, ready for the processor. Made of numbers in registers, they need not be written to memory and read
/// back.
/// </summary>
internal readonly struct GcmHeader
{
    /// <summary>The most additional data in octets.</summary>
    public const int LargestData = 16;

    /// <summary>The block J0 (SP 800-38D §7.1 step 2): the nonce, and 1 as a big-endian number of 32 bits.</summary>
    public readonly Vector128<byte> Counter;

    /// <summary>The additional data, with zeros behind it.</summary>
    public readonly Vector128<byte> Data;

    /// <summary>The additional data's octets.</summary>
    public readonly int DataLength;

    /// <summary>From numbers that hold octets as memory does.</summary>
    /// <param name="salt">The nonce's first four octets.</param>
    /// <param name="iv">Its other eight.</param>
    /// <param name="data">The additional data.</param>
    /// <param name="dataLength">The additional data's octets.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GcmHeader(uint salt, ulong iv, Vector128<byte> data, int dataLength)
    {
        Counter = Start(salt, iv);
        Data = data;
        DataLength = dataLength;
    }

    /// <summary>From a nonce of 12 octets and additional data of at most 16. The nonce is read in the widths that callers write it in: a processor
    /// hands on at once only what one store wrote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GcmHeader(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> data)
    {
        ref byte octets = ref MemoryMarshal.GetReference(nonce);
        Counter = Start(Unsafe.ReadUnaligned<uint>(ref octets), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, 4)));
        Data = data.IsEmpty ? Vector128<byte>.Zero : PartialBlock.Load(ref MemoryMarshal.GetReference(data), data.Length);
        DataLength = data.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Start(uint salt, ulong iv) => BitConverter.IsLittleEndian
        ? Vector128.Create(salt | (iv << 32), (iv >> 32) | (1UL << 56)).AsByte()
        : Vector128.Create(((ulong)salt << 32) | (iv >> 32), (iv << 32) | 1).AsByte();

    /// <summary>The nonce's octets.</summary>
    /// <param name="header">What holds them.</param>
    public static ReadOnlySpan<byte> Nonce(in GcmHeader header) => MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<byte>>(in header.Counter))[..AesGcmAead.NonceSize];

    /// <summary>The additional data's octets.</summary>
    /// <param name="header">What holds them.</param>
    public static ReadOnlySpan<byte> AdditionalData(in GcmHeader header) => MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<byte>>(in header.Data))[..header.DataLength];
}
