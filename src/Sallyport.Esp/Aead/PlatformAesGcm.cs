using System.Security.Cryptography;

namespace Sallyport.Esp.Aead;

/// <summary>The platform's AES-GCM.</summary>
internal sealed class PlatformAesGcm(ReadOnlySpan<byte> key) : AesGcmAead
{
    private readonly AesGcm _gcm = new(key, TagSize);

    /// <inheritdoc/>
    public override AesGcmProvider Provider => AesGcmProvider.Platform;

    private protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
        _gcm.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    private protected override bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
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
}
