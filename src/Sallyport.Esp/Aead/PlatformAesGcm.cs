using System.Security.Cryptography;

namespace Sallyport.Esp.Aead;

/// <summary>The platform's AES-GCM, which always computes the longest tag: it takes no tag of eight octets to check one against.</summary>
internal sealed class PlatformAesGcm : AesGcmAead
{
    private readonly byte[] _key;
    private readonly ContextPool<AesGcm> _contexts;

    /// <summary>Takes a key of 16, 24 or 32 octets.</summary>
    public PlatformAesGcm(ReadOnlySpan<byte> key, int tagSize)
        : base(tagSize)
    {
        _key = GC.AllocateArray<byte>(key.Length, pinned: true);
        key.CopyTo(_key);
        _contexts = new ContextPool<AesGcm>(() => new AesGcm(_key, LargestTagSize));
    }

    /// <inheritdoc/>
    public override AesGcmProvider Provider => AesGcmProvider.Platform;

    internal override void SealCore(in GcmHeader header, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag) =>
        SealCore(GcmHeader.Nonce(header), plaintext, ciphertext, tag, GcmHeader.AdditionalData(header));

    internal override bool TryOpenCore(in GcmHeader header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext) =>
        TryOpenCore(GcmHeader.Nonce(header), ciphertext, tag, plaintext, GcmHeader.AdditionalData(header));

    private protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> whole = stackalloc byte[LargestTagSize];
        AesGcm gcm = _contexts.Rent();
        try
        {
            gcm.Encrypt(nonce, plaintext, ciphertext, whole, associatedData);
        }
        finally
        {
            _contexts.Return(gcm);
        }

        whole[..TagSize].CopyTo(tag);
    }

    private protected override bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        AesGcm gcm = _contexts.Rent();
        try
        {
            if (TagSize < LargestTagSize)
            {
                return TryOpenShort(gcm, nonce, ciphertext, tag, plaintext, associatedData);
            }

            gcm.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // There is no overload that merely says no. The text is cleared there.
            return false;
        }
        finally
        {
            _contexts.Return(gcm);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _contexts.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    // Encrypting twice gives back the text, and the second time the whole tag of it; a third time opens it.
    private bool TryOpenShort(
        AesGcm gcm, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> expected = stackalloc byte[LargestTagSize];
        tag.CopyTo(expected);
        Span<byte> whole = stackalloc byte[LargestTagSize];
        gcm.Encrypt(nonce, ciphertext, plaintext, whole, associatedData);
        gcm.Encrypt(nonce, plaintext, plaintext, whole, associatedData);
        if (CryptographicOperations.FixedTimeEquals(whole[..TagSize], expected[..TagSize]))
        {
            gcm.Encrypt(nonce, plaintext, plaintext, whole, associatedData);
            return true;
        }

        plaintext.Clear();
        return false;
    }
}
