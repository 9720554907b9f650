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
    internal override void SealCore(in GcmHeader header, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag) =>
        Seal(header.Counter, GcmHash<T>.Block(header.Data), header.DataLength, plaintext, ciphertext, tag);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool TryOpenCore(in GcmHeader header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext) =>
        TryOpen(header.Counter, GcmHash<T>.Block(header.Data), header.DataLength, ciphertext, tag, plaintext);

    private protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
        Seal(new GcmHeader(nonce, default).Counter, GcmHash<T>.Data(ref Table, associatedData), associatedData.Length, plaintext, ciphertext, tag);

    private protected override bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData) =>
        TryOpen(new GcmHeader(nonce, default).Counter, GcmHash<T>.Data(ref Table, associatedData), associatedData.Length, ciphertext, tag, plaintext);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Seal(Vector128<byte> counter, Vector128<ulong> data, int dataLength, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Vector128<byte> computed = GcmKernel<T>.Run<Sealing>(
            ref Table, _rounds, counter, data, dataLength, ref MemoryMarshal.GetReference(plaintext), ref MemoryMarshal.GetReference(ciphertext), plaintext.Length);
        PartialBlock.Store(computed, ref MemoryMarshal.GetReference(tag), TagSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryOpen(Vector128<byte> counter, Vector128<ulong> data, int dataLength, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);

        // The tag may stand where the text goes: it is read first.
        Vector128<byte> expected = PartialBlock.Load(ref MemoryMarshal.GetReference(tag), TagSize);
        Vector128<byte> computed = GcmKernel<T>.Run<Opening>(
            ref Table, _rounds, counter, data, dataLength, ref MemoryMarshal.GetReference(ciphertext), ref MemoryMarshal.GetReference(plaintext), ciphertext.Length);

        // One comparison of all bits: it tells nothing of where they differ.
        if ((computed & PartialBlock.Mask(TagSize)) == expected)
        {
            return true;
        }

        plaintext.Clear();
        return false;
    }
}
