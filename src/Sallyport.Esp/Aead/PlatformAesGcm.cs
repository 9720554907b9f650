using System.Security.Cryptography;

namespace Sallyport.Esp.Aead;

/// <summary>The platform's AES-GCM, which always computes the longest tag: it takes no tag of eight octets to check one against.</summary>
internal sealed class PlatformAesGcm(ReadOnlySpan<byte> key, int tagSize) : AesGcmAead(tagSize)
{
    private readonly AesGcm _gcm = new(key, LargestTagSize);

    /// <inheritdoc/>
    public override AesGcmProvider Provider => AesGcmProvider.Platform;

    internal override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> whole = stackalloc byte[LargestTagSize];
        _gcm.Encrypt(nonce, plaintext, ciphertext, whole, associatedData);
        whole[..TagSize].CopyTo(tag);
    }

    internal override bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        if (TagSize < LargestTagSize)
        {
            return TryOpenShort(nonce, ciphertext, tag, plaintext, associatedData);
        }

        try
        {
            _gcm.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // There is no overload that merely says no. The text is cleared there.
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _gcm.Dispose();

    // Encrypting twice gives back the text, and the second time the whole tag of it; a third time opens it.
    private bool TryOpenShort(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> expected = stackalloc byte[LargestTagSize];
        tag.CopyTo(expected);
        Span<byte> whole = stackalloc byte[LargestTagSize];
        _gcm.Encrypt(nonce, ciphertext, plaintext, whole, associatedData);
        _gcm.Encrypt(nonce, plaintext, plaintext, whole, associatedData);
        if (CryptographicOperations.FixedTimeEquals(whole[..TagSize], expected[..TagSize]))
        {
            _gcm.Encrypt(nonce, plaintext, plaintext, whole, associatedData);
            return true;
        }

        plaintext.Clear();
        return false;
    }
}
