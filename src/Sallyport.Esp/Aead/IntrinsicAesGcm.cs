using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Sallyport.Esp.Aead;

/// <summary>AES-GCM by the processor's own instructions.</summary>
internal sealed class IntrinsicAesGcm<T> : AesGcmAead
    where T : struct, IGcmInstructions
{
    private readonly byte[] _memory;
    private readonly int _offset;
    private readonly int _rounds;
    private bool _disposed;

    /// <summary>Takes a key of 16, 24 or 32 octets.</summary>
    public IntrinsicAesGcm(ReadOnlySpan<byte> key, AesGcmProvider provider, int tagSize)
        : base(tagSize)
    {
        Provider = provider;
        _memory = GC.AllocateArray<byte>(GcmKeyTable.Size + GcmKeyTable.Alignment, pinned: true);
        _offset = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) & (GcmKeyTable.Alignment - 1));
        _rounds = GcmKeySchedule<T>.Expand(key, _memory.AsSpan(_offset, GcmKeyTable.Size));
    }

    /// <inheritdoc/>
    public override AesGcmProvider Provider { get; }

    private ref byte Table => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_memory), _offset);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Vector128<byte> computed = GcmKernel<T>.Run<Sealing>(
            ref Table, _rounds, Start(nonce), Hash(associatedData), associatedData.Length, ref MemoryMarshal.GetReference(plaintext), ref MemoryMarshal.GetReference(ciphertext), plaintext.Length);
        PartialBlock.Store(computed, ref MemoryMarshal.GetReference(tag), TagSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);

        // The tag may stand where the text goes: it is read first.
        Vector128<byte> expected = PartialBlock.Load(ref MemoryMarshal.GetReference(tag), TagSize);
        Vector128<byte> computed = GcmKernel<T>.Run<Opening>(
            ref Table, _rounds, Start(nonce), Hash(associatedData), associatedData.Length, ref MemoryMarshal.GetReference(ciphertext), ref MemoryMarshal.GetReference(plaintext), ciphertext.Length);

        // One comparison of all bits: it tells nothing of where they differ.
        if ((computed & PartialBlock.Mask(TagSize)) == expected)
        {
            return true;
        }

        plaintext.Clear();
        return false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_memory);
    }

    // SP 800-38D §7.1 step 2: the nonce, and 1 as a big-endian number of 32 bits. Salt and IV are read in the widths that they were just
    // written in: a processor hands on only what one store wrote.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Start(ReadOnlySpan<byte> nonce)
    {
        ref byte octets = ref MemoryMarshal.GetReference(nonce);
        ulong salt = Unsafe.ReadUnaligned<uint>(ref octets);
        ulong iv = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, 4));
        return Vector128.Create(salt | (iv << 32), (iv >> 32) | (1UL << 56)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<ulong> Hash(ReadOnlySpan<byte> data)
    {
        ref byte table = ref Table;
        if (data.Length is 0 or > 16)
        {
            return GcmHash<T>.Data(ref table, data);
        }

        Vector128<byte> block = PartialBlock.Load(ref MemoryMarshal.GetReference(data), data.Length);
        return GcmHash<T>.Multiply(T.Reverse(block.ToVector256()).GetLower().AsUInt64(), ref Unsafe.Add(ref table, GcmKeyTable.Powers - 16));
    }
}
