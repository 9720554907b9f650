using System.Buffers.Binary;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>AES-GMAC in ESP (RFC 4543): the text stays readable, and the whole packet is what AES-GCM authenticates beside a text of nothing.</summary>
internal sealed class GmacCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers) : EspCipher(suite, extendedSequenceNumbers)
{
    private readonly AesGcmAead _gcm = AesGcmAead.Create(key[..^SaltSize], suite.Provider);
    private readonly uint _salt = BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]);

    // With extended sequence numbers the high half, which is not sent, stands between SPI and the low half: the data is put together here.
    private byte[] _data = [];

    /// <inheritdoc/>
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        _gcm.Seal(nonce, default, default, packet[^Suite.IcvSize..], Data(packet, sequence));
    }

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        if (!_gcm.TryOpen(nonce, default, packet[^Suite.IcvSize..], default, Data(packet, sequence)))
        {
            text.Clear();
            return false;
        }

        packet[Suite.TextOffset..^Suite.IcvSize].CopyTo(text);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose() => _gcm.Dispose();

    // RFC 4543 §3.3: SPI, sequence number, IV, text.
    private ReadOnlySpan<byte> Data(ReadOnlySpan<byte> packet, ulong sequence)
    {
        ReadOnlySpan<byte> covered = packet[..^Suite.IcvSize];
        if (!Extended)
        {
            return covered;
        }

        if (_data.Length < covered.Length + 4)
        {
            _data = new byte[covered.Length + 4];
        }

        int header = WriteAuthenticated(packet, sequence, _data);
        covered[EspPacket.HeaderSize..].CopyTo(_data.AsSpan(header));
        return _data.AsSpan(0, covered.Length + 4);
    }
}
