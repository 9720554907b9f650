using System.Buffers;
using System.Buffers.Binary;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>AES-GMAC in ESP (RFC 4543): the text stays readable, and the whole packet is what AES-GCM authenticates beside a text of nothing.</summary>
internal sealed class GmacCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers) : EspCipher(suite, extendedSequenceNumbers)
{
    private readonly AesGcmAead _gcm = AesGcmAead.Create(key[..^SaltSize], suite.Provider);
    private readonly uint _salt = BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]);

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        byte[]? rented = Authenticated(packet, sequence, out ReadOnlySpan<byte> data);
        _gcm.Seal(nonce, default, default, packet[^Suite.IcvSize..], data);
        Return(rented);
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        byte[]? rented = Authenticated(packet, sequence, out ReadOnlySpan<byte> data);
        bool genuine = _gcm.TryOpen(nonce, default, packet[^Suite.IcvSize..], default, data);
        Return(rented);
        if (!genuine)
        {
            text.Clear();
            return false;
        }

        packet[Suite.TextOffset..^Suite.IcvSize].CopyTo(text);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose() => _gcm.Dispose();

    // RFC 4543 §3.3: SPI, sequence number, IV, text. With extended sequence numbers the high half, which is not sent, stands between SPI and the
    // low half: the data is put together in a buffer, which is to be returned.
    private byte[]? Authenticated(ReadOnlySpan<byte> packet, ulong sequence, out ReadOnlySpan<byte> data)
    {
        data = packet[..^Suite.IcvSize];
        if (!Extended)
        {
            return null;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(data.Length + 4);
        int header = WriteAuthenticated(packet, sequence, rented);
        data[EspPacket.HeaderSize..].CopyTo(rented.AsSpan(header));
        data = rented.AsSpan(0, data.Length + 4);
        return rented;
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
