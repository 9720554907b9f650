using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>ChaCha20-Poly1305 in ESP (RFC 7634).</summary>
internal sealed class ChaChaCipher : EspCipher
{
    private readonly byte[] _key;
    private readonly uint _salt;
    private readonly ContextPool<ChaCha20Poly1305> _contexts;

    public ChaChaCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers)
        : base(suite, extendedSequenceNumbers)
    {
        _key = GC.AllocateArray<byte>(key.Length - SaltSize, pinned: true);
        key[..^SaltSize].CopyTo(_key);
        _salt = BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]);
        _contexts = new ContextPool<ChaCha20Poly1305>(() => new ChaCha20Poly1305(_key));
    }

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        Span<byte> text = packet[Suite.TextOffset..^Suite.IcvSize];
        ChaCha20Poly1305 aead = _contexts.Rent();
        try
        {
            aead.Encrypt(nonce, text, text, packet[^Suite.IcvSize..], data);
        }
        finally
        {
            _contexts.Return(aead);
        }
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        ChaCha20Poly1305 aead = _contexts.Rent();
        try
        {
            aead.Decrypt(nonce, packet[Suite.TextOffset..^Suite.IcvSize], packet[^Suite.IcvSize..], text, data);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // There is no overload that merely says no. The text is cleared there.
            return false;
        }
        finally
        {
            _contexts.Return(aead);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _contexts.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }
}
