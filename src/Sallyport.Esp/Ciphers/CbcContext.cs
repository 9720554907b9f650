using System.Security.Cryptography;

namespace Sallyport.Esp.Ciphers;

/// <summary>
/// AES-CBC and HMAC-SHA-2 under one SA's keys, for one caller at a time. One transform serves all packets: a chain goes on from the block
/// before, so that the first block of each packet, a random one, becomes its initialization vector, which nobody can foresee (RFC 3602 §3), and
/// the receiver's chain is set by taking in that vector first.
/// </summary>
internal sealed class CbcContext : IDisposable
{
    public const int BlockSize = 16;
    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly ICryptoTransform _decryptor;

    // Transforms take arrays only.
    private byte[] _text = new byte[2048];

    public CbcContext(ReadOnlySpan<byte> cipherKey, ReadOnlySpan<byte> integrityKey, HashAlgorithmName hash)
    {
        _aes = Aes.Create();
        _aes.Mode = CipherMode.CBC;
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(cipherKey);
        _aes.IV = new byte[BlockSize];
        _encryptor = _aes.CreateEncryptor();
        _decryptor = _aes.CreateDecryptor();
        Hash = IncrementalHash.CreateHMAC(hash, integrityKey);
    }

    /// <summary>The keyed hash, at its start.</summary>
    public IncrementalHash Hash { get; }

    /// <summary>Encrypts a text, and puts in front of it the vector that came of a random block.</summary>
    /// <param name="chain">A block for the vector, then the text.</param>
    public void Encrypt(Span<byte> chain)
    {
        byte[] buffer = Buffer(chain.Length);
        chain.CopyTo(buffer);
        RandomNumberGenerator.Fill(buffer.AsSpan(0, BlockSize));
        _encryptor.TransformBlock(buffer, 0, chain.Length, buffer, 0);
        buffer.AsSpan(0, chain.Length).CopyTo(chain);
    }

    /// <summary>Decrypts what stands behind a vector.</summary>
    /// <param name="chain">The vector, then the text.</param>
    /// <param name="text">Where the text goes.</param>
    public void Decrypt(ReadOnlySpan<byte> chain, Span<byte> text)
    {
        byte[] buffer = Buffer(chain.Length);
        chain.CopyTo(buffer);
        _decryptor.TransformBlock(buffer, 0, chain.Length, buffer, 0);
        buffer.AsSpan(BlockSize, text.Length).CopyTo(text);
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, chain.Length));
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _decryptor.Dispose();
        _aes.Dispose();
        Hash.Dispose();
        CryptographicOperations.ZeroMemory(_text);
    }

    private byte[] Buffer(int length) => _text.Length >= length ? _text : _text = new byte[length];
}
