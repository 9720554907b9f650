using System.Buffers.Binary;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp;

/// <summary>
/// Seals packets of one direction: tunnel mode, AES-GCM with a 16-octet ICV (RFC 4106). Not safe for concurrent use, since each packet takes
/// the next sequence number.
/// </summary>
public sealed class EspOutboundSa : IDisposable
{
    private const byte IPv4 = 4;
    private const byte IPv6 = 41;
    private readonly AesGcmAead _gcm;
    private readonly uint _salt;
    private ulong _sequence;

    /// <summary>Takes the keys.</summary>
    /// <param name="spi">The SPI that the receiver chose.</param>
    /// <param name="key">16, 24 or 32 octets of AES key, and the 4-octet salt behind them (RFC 4106 §8.1).</param>
    /// <param name="extendedSequenceNumbers">Whether sequence numbers have 64 bits (RFC 4303 §2.2.1).</param>
    /// <param name="provider">What computes AES-GCM.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    /// <exception cref="PlatformNotSupportedException">The provider cannot be had here.</exception>
    public EspOutboundSa(uint spi, ReadOnlySpan<byte> key, bool extendedSequenceNumbers = false, AesGcmProvider provider = AesGcmProvider.Fastest)
    {
        (_gcm, _salt) = EspKeys.Create(key, provider);
        Spi = spi;
        ExtendedSequenceNumbers = extendedSequenceNumbers;
    }

    /// <summary>The SPI.</summary>
    public uint Spi { get; }

    /// <summary>Whether sequence numbers have 64 bits.</summary>
    public bool ExtendedSequenceNumbers { get; }

    /// <summary>The sequence number of the last packet sealed, 0 before the first.</summary>
    public ulong Sequence => _sequence;

    /// <summary>The length of a sealed packet in octets.</summary>
    /// <param name="innerLength">The inner packet in octets.</param>
    public static int SealedSize(int innerLength) => EspPacket.HeaderSize + EspPacket.IvSize + ((innerLength + 2 + 3) & ~3) + EspPacket.IcvSize;

    /// <summary>Seals an IP packet.</summary>
    /// <param name="inner">An IPv4 or IPv6 packet; may lie in <paramref name="destination"/> at offset 16, where it is sealed in place.</param>
    /// <param name="destination">Where the ESP packet goes.</param>
    /// <param name="length">Its octets.</param>
    /// <returns>Whether it was: false where the destination is too small, the packet no IP packet, or the sequence numbers are used up, so that
    /// the SA must be replaced (RFC 4303 §3.3.3).</returns>
    public bool TrySeal(ReadOnlySpan<byte> inner, Span<byte> destination, out int length)
    {
        length = SealedSize(inner.Length);
        int version = inner.IsEmpty ? 0 : inner[0] >> 4;
        if (length > destination.Length || version is not (4 or 6) || _sequence >= (ExtendedSequenceNumbers ? ulong.MaxValue : uint.MaxValue))
        {
            length = 0;
            return false;
        }

        ulong sequence = ++_sequence;
        Span<byte> packet = destination[..length];
        Span<byte> text = packet[(EspPacket.HeaderSize + EspPacket.IvSize)..^EspPacket.IcvSize];
        inner.CopyTo(text);
        int padding = text.Length - inner.Length - 2;
        for (int i = 0; i < padding; i++)
        {
            text[inner.Length + i] = (byte)(i + 1);
        }

        text[^2] = (byte)padding;
        text[^1] = version == 4 ? IPv4 : IPv6;
        BinaryPrimitives.WriteUInt32BigEndian(packet, Spi);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], (uint)sequence);

        // RFC 4106 §3.1: an IV must never repeat under a key; the sequence number does not.
        BinaryPrimitives.WriteUInt64BigEndian(packet[8..], sequence);
        Span<byte> nonce = stackalloc byte[AesGcmAead.NonceSize];
        EspKeys.Nonce(_salt, packet.Slice(EspPacket.HeaderSize, EspPacket.IvSize), nonce);
        Span<byte> authenticated = stackalloc byte[EspKeys.LargestAuthenticated];
        int authenticatedSize = EspKeys.Authenticated(Spi, sequence, ExtendedSequenceNumbers, authenticated);
        _gcm.Seal(nonce, text, text, packet[^EspPacket.IcvSize..], authenticated[..authenticatedSize]);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _gcm.Dispose();

    /// <summary>Names the SA, never its key.</summary>
    public override string ToString() => $"ESP out 0x{Spi:x8} seq {_sequence}";
}
