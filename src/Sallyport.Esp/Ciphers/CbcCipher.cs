using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sallyport.Esp.Ciphers;

/// <summary>
/// AES-CBC (RFC 3602), then HMAC-SHA-2 over what was encrypted (RFC 4868). One transform serves all packets: a chain goes on from the block
/// before, so that the first block of each packet, a random one, becomes its initialization vector, which nobody can foresee (RFC 3602 §3), and
/// the receiver's chain is set by taking in that vector first.
/// </summary>
internal sealed class CbcCipher : EspCipher
{
    private const int BlockSize = 16;
    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly ICryptoTransform _decryptor;
    private readonly IncrementalHash _hash;

    // Transforms take arrays only.
    private byte[] _text = new byte[2048];

    public CbcCipher(EspSuite suite, ReadOnlySpan<byte> key, HashAlgorithmName hash, bool extendedSequenceNumbers)
        : base(suite, extendedSequenceNumbers)
    {
        _aes = Aes.Create();
        _aes.Mode = CipherMode.CBC;
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(key[..^suite.IntegrityKeySize]);
        _aes.IV = new byte[BlockSize];
        _encryptor = _aes.CreateEncryptor();
        _decryptor = _aes.CreateDecryptor();
        _hash = IncrementalHash.CreateHMAC(hash, key[^suite.IntegrityKeySize..]);
    }

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        Span<byte> text = packet[Suite.TextOffset..^Suite.IcvSize];
        byte[] buffer = Buffer(BlockSize + text.Length);
        RandomNumberGenerator.Fill(buffer.AsSpan(0, BlockSize));
        text.CopyTo(buffer.AsSpan(BlockSize));
        _encryptor.TransformBlock(buffer, 0, BlockSize + text.Length, buffer, 0);
        buffer.AsSpan(0, BlockSize + text.Length).CopyTo(packet[EspPacket.HeaderSize..]);
        Span<byte> code = stackalloc byte[HMACSHA512.HashSizeInBytes];
        Authenticate(packet, sequence, code);
        code[..Suite.IcvSize].CopyTo(packet[^Suite.IcvSize..]);
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> code = stackalloc byte[HMACSHA512.HashSizeInBytes];
        Authenticate(packet, sequence, code);
        if (!CryptographicOperations.FixedTimeEquals(code[..Suite.IcvSize], packet[^Suite.IcvSize..]))
        {
            text.Clear();
            return false;
        }

        ReadOnlySpan<byte> chain = packet[EspPacket.HeaderSize..^Suite.IcvSize];
        byte[] buffer = Buffer(chain.Length);
        chain.CopyTo(buffer);
        _decryptor.TransformBlock(buffer, 0, chain.Length, buffer, 0);
        buffer.AsSpan(BlockSize, text.Length).CopyTo(text);
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, chain.Length));
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _encryptor.Dispose();
        _decryptor.Dispose();
        _aes.Dispose();
        _hash.Dispose();
        CryptographicOperations.ZeroMemory(_text);
    }

    // RFC 4303 §2.2.1: the high half of an extended sequence number is not sent, but authenticated behind the packet.
    private void Authenticate(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> code)
    {
        _hash.AppendData(packet[..^Suite.IcvSize]);
        if (Extended)
        {
            Span<byte> high = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(high, (uint)(sequence >> 32));
            _hash.AppendData(high);
        }

        _hash.GetHashAndReset(code);
    }

    private byte[] Buffer(int length) => _text.Length >= length ? _text : _text = new byte[length];
}
