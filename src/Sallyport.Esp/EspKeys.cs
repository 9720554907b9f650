using System.Buffers.Binary;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp;

/// <summary>Key material, nonce and additional authenticated data of AES-GCM in ESP (RFC 4106).</summary>
internal static class EspKeys
{
    public const int LargestAuthenticated = 12;
    private const int SaltSize = 4;

    public static (AesGcmAead Gcm, uint Salt) Create(ReadOnlySpan<byte> key, AesGcmProvider provider)
    {
        if (key.Length is not (16 + SaltSize or 24 + SaltSize or 32 + SaltSize))
        {
            throw new ArgumentException("16, 24 or 32 octets of AES key and 4 octets of salt are wanted (RFC 4106 §8.1)", nameof(key));
        }

        return (AesGcmAead.Create(key[..^SaltSize], provider), BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]));
    }

    // RFC 4106 §4: salt, then IV.
    public static void Nonce(uint salt, ReadOnlySpan<byte> iv, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, salt);
        iv.CopyTo(nonce[SaltSize..]);
    }

    // RFC 4106 §5: SPI, then the sequence number, of 64 bits where it is extended.
    public static int Authenticated(uint spi, ulong sequence, bool extended, Span<byte> data)
    {
        BinaryPrimitives.WriteUInt32BigEndian(data, spi);
        if (extended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(data[4..], sequence);
            return 12;
        }

        BinaryPrimitives.WriteUInt32BigEndian(data[4..], (uint)sequence);
        return 8;
    }
}
