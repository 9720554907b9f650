using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>AES-CBC (RFC 3602), then HMAC-SHA-2 over what was encrypted (RFC 4868).</summary>
internal sealed class CbcCipher : EspCipher
{
    private readonly byte[] _key;
    private readonly ContextPool<CbcContext> _contexts;

    public CbcCipher(EspSuite suite, ReadOnlySpan<byte> key, HashAlgorithmName hash, bool extendedSequenceNumbers)
        : base(suite, extendedSequenceNumbers)
    {
        _key = GC.AllocateArray<byte>(key.Length, pinned: true);
        key.CopyTo(_key);
        _contexts = new ContextPool<CbcContext>(() => new CbcContext(_key.AsSpan()[..^suite.IntegrityKeySize], _key.AsSpan()[^suite.IntegrityKeySize..], hash));
    }

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        Span<byte> code = stackalloc byte[HMACSHA512.HashSizeInBytes];
        CbcContext context = _contexts.Rent();
        try
        {
            context.Encrypt(packet[EspPacket.HeaderSize..^Suite.IcvSize]);
            Authenticate(context.Hash, packet, sequence, code);
        }
        finally
        {
            _contexts.Return(context);
        }

        code[..Suite.IcvSize].CopyTo(packet[^Suite.IcvSize..]);
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> code = stackalloc byte[HMACSHA512.HashSizeInBytes];
        CbcContext context = _contexts.Rent();
        try
        {
            Authenticate(context.Hash, packet, sequence, code);
            if (!CryptographicOperations.FixedTimeEquals(code[..Suite.IcvSize], packet[^Suite.IcvSize..]))
            {
                text.Clear();
                return false;
            }

            context.Decrypt(packet[EspPacket.HeaderSize..^Suite.IcvSize], text);
            return true;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _contexts.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    // RFC 4303 §2.2.1: the high half of an extended sequence number is not sent, but authenticated behind the packet.
    private void Authenticate(IncrementalHash hash, ReadOnlySpan<byte> packet, ulong sequence, Span<byte> code)
    {
        hash.AppendData(packet[..^Suite.IcvSize]);
        if (Extended)
        {
            Span<byte> high = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(high, (uint)(sequence >> 32));
            hash.AppendData(high);
        }

        hash.GetHashAndReset(code);
    }
}
