using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sallyport.Esp.Ciphers;

namespace Sallyport.Esp;

/// <summary>
/// Opens packets of one direction in tunnel mode, each once (RFC 4303). Safe for concurrent use without a lock, except with <see cref="Dispose"/>.
/// </summary>
public sealed class EspInboundSa : IDisposable
{
    private const byte IPv4 = 4;
    private const byte IPv6 = 41;
    private const byte NoNextHeader = 59;
    private readonly EspCipher _cipher;
    private readonly int _overhead;
    private readonly int _alignment;
    private readonly ReplayWindow _window;

    /// <summary>Takes the keys.</summary>
    /// <param name="spi">The SPI that this side chose.</param>
    /// <param name="suite">How packets are protected.</param>
    /// <param name="key">The cipher's key, then its salt or the integrity algorithm's key (RFC 7296 §2.17, RFC 4106 §8.1).</param>
    /// <param name="extendedSequenceNumbers">Whether sequence numbers have 64 bits (RFC 4303 §2.2.1).</param>
    /// <param name="window">How many sequence numbers behind the newest are still taken; a multiple of 64.</param>
    /// <exception cref="ArgumentException">The key has another length than the suite's, or the window is none.</exception>
    /// <exception cref="PlatformNotSupportedException">The suite's provider cannot be had here.</exception>
    public EspInboundSa(uint spi, EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers = false, int window = ReplayWindow.DefaultSize)
    {
        _window = new ReplayWindow(window);
        _cipher = EspCipher.Create(suite, key, extendedSequenceNumbers);
        _overhead = suite.TextOffset + suite.IcvSize;
        _alignment = suite.Alignment;
        Spi = spi;
        ExtendedSequenceNumbers = extendedSequenceNumbers;
    }

    /// <summary>The SPI.</summary>
    public uint Spi { get; }

    /// <summary>How packets are protected.</summary>
    public EspSuite Suite => _cipher.Suite;

    /// <summary>Whether sequence numbers have 64 bits.</summary>
    public bool ExtendedSequenceNumbers { get; }

    /// <summary>The newest sequence number that was opened.</summary>
    public ulong Newest => _window.Newest;

    /// <summary>
    /// Opens a packet. The window is asked first and moved only once the integrity check has passed (RFC 4303 §3.4.3); a packet that is not
    /// opened leaves no trace in the SA or in <paramref name="destination"/>.
    /// </summary>
    /// <param name="packet">The ESP packet.</param>
    /// <param name="destination">Where the inner packet goes: at least as many octets as the packet has behind <see cref="EspSuite.TextOffset"/> and before its
    /// check value; padding and trailer use them too. May be the packet's own octets from there on.</param>
    /// <param name="length">The inner packet's octets, without what hides its length (RFC 4303 §2.7).</param>
    /// <param name="error">Why not.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryOpen(ReadOnlySpan<byte> packet, Span<byte> destination, out int length, out EspError error)
    {
        length = 0;
        if (!EspPacket.TryParse(packet, out EspPacket view, out error))
        {
            return false;
        }

        int textLength = packet.Length - _overhead;
        if (textLength < _alignment || (textLength & (_alignment - 1)) != 0)
        {
            error = EspError.Length;
            return false;
        }

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
        if (!_cipher.TryOpen(packet, sequence, text))
        {
            error = EspError.IntegrityCheck;
            return false;
        }

        // Another thread may have opened the same packet a moment ago.
        error = _window.TryMark(sequence) ? CheckTrailer(text, out length) : EspError.Replay;
        if (error != EspError.None)
        {
            text.Clear();
            length = 0;
        }

        return error == EspError.None;
    }

    /// <summary>Opens many packets in place: each stands in a slot of the buffer, and its inner packet at <see cref="EspSuite.TextOffset"/> of that.</summary>
    /// <param name="buffer">The slots, one behind the other.</param>
    /// <param name="slotSize">A slot in octets.</param>
    /// <param name="lengths">The ESP packets' octets, then the inner packets'; 0 for one that was not opened.</param>
    /// <param name="errors">Why not, for each.</param>
    /// <returns>How many were opened.</returns>
    /// <exception cref="ArgumentException">There are fewer errors than lengths.</exception>
    public int OpenMany(Span<byte> buffer, int slotSize, Span<int> lengths, Span<EspError> errors)
    {
        if (errors.Length < lengths.Length)
        {
            throw new ArgumentException("as many errors as lengths are wanted", nameof(errors));
        }

        int opened = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            int length = 0;
            errors[i] = EspError.Length;
            if (EspSlots.TrySlot(buffer, slotSize, i, out Span<byte> slot) && lengths[i] >= Suite.TextOffset && lengths[i] <= slot.Length
                && TryOpen(slot[..lengths[i]], slot[Suite.TextOffset..lengths[i]], out length, out errors[i]))
            {
                opened++;
            }

            lengths[i] = length;
        }

        return opened;
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose() => _cipher.Dispose();

    /// <summary>Names the SA, never its key.</summary>
    public override string ToString() => $"ESP in 0x{Spi:x8} seq {_window.Newest}";

    // Compiled for speed at once: on a busy machine the runtime may take long to do so by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static EspError CheckTrailer(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (text[^1] == NoNextHeader)
        {
            // RFC 4303 §2.6: whatever else is in it.
            return EspError.Dummy;
        }

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
            IPv4 when length >= 20 && text[0] >> 4 == 4 => Trim(BinaryPrimitives.ReadUInt16BigEndian(text[2..]), ref length),
            IPv6 when length >= 40 && text[0] >> 4 == 6 => Trim(40 + BinaryPrimitives.ReadUInt16BigEndian(text[4..]), ref length),
            _ => EspError.NextHeader,
        };
    }

    // RFC 4303 §2.7: what stands behind the inner packet hides its length. A length that cannot be is left to whoever reads the packet next.
    private static EspError Trim(int innerLength, ref int length)
    {
        length = innerLength >= 20 && innerLength < length ? innerLength : length;
        return EspError.None;
    }
}
