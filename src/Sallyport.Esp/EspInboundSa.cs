using Sallyport.Esp.Aead;

namespace Sallyport.Esp;

/// <summary>
/// Opens packets of one direction: tunnel mode, AES-GCM with a 16-octet ICV (RFC 4106), anti-replay. Not safe for concurrent use.
/// </summary>
public sealed class EspInboundSa : IDisposable
{
    private const byte IPv4 = 4;
    private const byte IPv6 = 41;
    private const byte NoNextHeader = 59;
    private readonly AesGcmAead _gcm;
    private readonly uint _salt;
    private readonly ReplayWindow _window;

    /// <summary>Takes the keys.</summary>
    /// <param name="spi">The SPI that this side chose.</param>
    /// <param name="key">16, 24 or 32 octets of AES key, and the 4-octet salt behind them (RFC 4106 §8.1).</param>
    /// <param name="extendedSequenceNumbers">Whether sequence numbers have 64 bits (RFC 4303 §2.2.1).</param>
    /// <param name="window">How many sequence numbers behind the newest are still taken; a multiple of 64.</param>
    /// <param name="provider">What computes AES-GCM.</param>
    /// <exception cref="ArgumentException">The key or the window has another length.</exception>
    /// <exception cref="PlatformNotSupportedException">The provider cannot be had here.</exception>
    public EspInboundSa(uint spi, ReadOnlySpan<byte> key, bool extendedSequenceNumbers = false, int window = ReplayWindow.DefaultSize, AesGcmProvider provider = AesGcmProvider.Fastest)
    {
        _window = new ReplayWindow(window);
        (_gcm, _salt) = EspKeys.Create(key, provider);
        Spi = spi;
        ExtendedSequenceNumbers = extendedSequenceNumbers;
    }

    /// <summary>The SPI.</summary>
    public uint Spi { get; }

    /// <summary>Whether sequence numbers have 64 bits.</summary>
    public bool ExtendedSequenceNumbers { get; }

    /// <summary>The newest sequence number that was opened.</summary>
    public ulong Newest => _window.Newest;

    /// <summary>
    /// Opens a packet. The window is asked first and moved only once the integrity check has passed (RFC 4303 §3.4.3); a packet that is not
    /// opened leaves no trace in the SA or in <paramref name="destination"/>.
    /// </summary>
    /// <param name="packet">The ESP packet.</param>
    /// <param name="destination">Where the inner packet goes: at least <c>packet.Length - 32</c> octets, which padding and trailer use too. May be the packet's own octets from offset 16 on.</param>
    /// <param name="length">The inner packet's octets.</param>
    /// <param name="error">Why not.</param>
    public bool TryOpen(ReadOnlySpan<byte> packet, Span<byte> destination, out int length, out EspError error)
    {
        length = 0;
        if (!EspPacket.TryParse(packet, out EspPacket view, out error))
        {
            return false;
        }

        int textLength = packet.Length - EspPacket.HeaderSize - EspPacket.IvSize - EspPacket.IcvSize;
        ulong sequence = ExtendedSequenceNumbers ? _window.Extend(view.Sequence) : view.Sequence;
        error = view.Spi != Spi ? EspError.OtherSpi
            : destination.Length < textLength ? EspError.Destination
            : !_window.IsFresh(sequence) ? EspError.Replay
            : EspError.None;
        if (error != EspError.None)
        {
            return false;
        }

        Span<byte> text = destination[..textLength];
        if (!TryDecrypt(packet, sequence, text))
        {
            error = EspError.IntegrityCheck;
            return false;
        }

        _window.Mark(sequence);
        error = CheckTrailer(text, out length);
        if (error != EspError.None)
        {
            text.Clear();
            length = 0;
        }

        return error == EspError.None;
    }

    /// <inheritdoc/>
    public void Dispose() => _gcm.Dispose();

    /// <summary>Names the SA, never its key.</summary>
    public override string ToString() => $"ESP in 0x{Spi:x8} seq {_window.Newest}";

    private static EspError CheckTrailer(ReadOnlySpan<byte> text, out int length)
    {
        length = text.Length - 2 - text[^2];
        if (length < 0)
        {
            return EspError.Padding;
        }

        ReadOnlySpan<byte> padding = text[length..^2];
        for (int i = 0; i < padding.Length; i++)
        {
            if (padding[i] != (byte)(i + 1))
            {
                return EspError.Padding;
            }
        }

        return text[^1] switch
        {
            NoNextHeader => EspError.Dummy,
            IPv4 when length >= 20 && text[0] >> 4 == 4 => EspError.None,
            IPv6 when length >= 40 && text[0] >> 4 == 6 => EspError.None,
            _ => EspError.NextHeader,
        };
    }

    private bool TryDecrypt(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[AesGcmAead.NonceSize];
        EspKeys.Nonce(_salt, packet.Slice(EspPacket.HeaderSize, EspPacket.IvSize), nonce);
        Span<byte> authenticated = stackalloc byte[EspKeys.LargestAuthenticated];
        int authenticatedSize = EspKeys.Authenticated(Spi, sequence, ExtendedSequenceNumbers, authenticated);
        return _gcm.TryOpen(
            nonce, packet[(EspPacket.HeaderSize + EspPacket.IvSize)..^EspPacket.IcvSize], packet[^EspPacket.IcvSize..], text, authenticated[..authenticatedSize]);
    }
}
