using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sallyport.Esp.Ciphers;

/// <summary>ChaCha20-Poly1305 in ESP (RFC 7634).</summary>
internal sealed class ChaChaCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers) : EspCipher(suite, extendedSequenceNumbers)
{
    private readonly ChaCha20Poly1305 _aead = new(key[..^SaltSize]);
    private readonly uint _salt = BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]);

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        Span<byte> text = packet[Suite.TextOffset..^Suite.IcvSize];
        _aead.Encrypt(nonce, text, text, packet[^Suite.IcvSize..], data);
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        try
        {
            _aead.Decrypt(nonce, packet[Suite.TextOffset..^Suite.IcvSize], packet[^Suite.IcvSize..], text, data);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // There is no overload that merely says no. The text is cleared there.
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _aead.Dispose();
}
