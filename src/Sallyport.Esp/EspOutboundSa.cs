using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sallyport.Esp.Ciphers;

namespace Sallyport.Esp;

/// <summary>
/// Seals packets of one direction in tunnel mode (RFC 4303). Safe for concurrent use without a lock, except with <see cref="Dispose"/>: each packet
/// takes the next sequence number, whoever seals it.
/// </summary>
public sealed class EspOutboundSa : IDisposable
{
    private const byte IPv4 = 4;
    private const byte IPv6 = 41;
    private const byte NoNextHeader = 59;
    private readonly EspCipher _cipher;
    private readonly int _textOffset;
    private readonly int _icvSize;
    private readonly ulong _last;
    private ulong _sequence;

    /// <summary>Takes the keys.</summary>
    /// <param name="spi">The SPI that the receiver chose.</param>
    /// <param name="suite">How packets are protected.</param>
    /// <param name="key">The cipher's key, then its salt or the integrity algorithm's key (RFC 7296 §2.17, RFC 4106 §8.1).</param>
    /// <param name="extendedSequenceNumbers">Whether sequence numbers have 64 bits (RFC 4303 §2.2.1).</param>
    /// <exception cref="ArgumentException">The key has another length than the suite's.</exception>
    /// <exception cref="PlatformNotSupportedException">The suite's provider cannot be had here.</exception>
    public EspOutboundSa(uint spi, EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers = false)
    {
        _cipher = EspCipher.Create(suite, key, extendedSequenceNumbers);
        _textOffset = suite.TextOffset;
        _icvSize = suite.IcvSize;

        // Half of the 64 bits are never used up either, and leave room for those who ask for a number at the end.
        _last = extendedSequenceNumbers ? ulong.MaxValue / 2 : uint.MaxValue;
        Spi = spi;
        ExtendedSequenceNumbers = extendedSequenceNumbers;
    }

    /// <summary>The SPI.</summary>
    public uint Spi { get; }

    /// <summary>How packets are protected.</summary>
    public EspSuite Suite => _cipher.Suite;

    /// <summary>Whether sequence numbers have 64 bits.</summary>
    public bool ExtendedSequenceNumbers { get; }

    /// <summary>The sequence number of the last packet sealed, 0 before the first.</summary>
    public ulong Sequence => Math.Min(Volatile.Read(ref _sequence), _last);

    /// <summary>Seals an IP packet.</summary>
    /// <param name="inner">An IPv4 or IPv6 packet; may lie in <paramref name="destination"/> at <see cref="EspSuite.TextOffset"/>, where it is sealed in place.</param>
    /// <param name="destination">Where the ESP packet goes.</param>
    /// <param name="length">Its octets.</param>
    /// <param name="paddedLength">The inner packet is made so long with zeros, which hide its length (RFC 4303 §2.7); none where it is as long already.</param>
    /// <returns>Whether it was: false where the destination is too small, the packet no IP packet, or the sequence numbers are used up, so that
    /// the SA must be replaced (RFC 4303 §3.3.3).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TrySeal(ReadOnlySpan<byte> inner, Span<byte> destination, out int length, int paddedLength = 0)
    {
        int version = inner.IsEmpty ? 0 : inner[0] >> 4;
        length = Suite.SealedSize(Math.Max(inner.Length, paddedLength));
        if (paddedLength > destination.Length || length > destination.Length || version is not (4 or 6) || !TryNext(out ulong sequence))
        {
            length = 0;
            return false;
        }

        Span<byte> packet = destination[..length];
        inner.CopyTo(packet[_textOffset..]);
        if (paddedLength > inner.Length)
        {
            packet[(_textOffset + inner.Length)..(_textOffset + paddedLength)].Clear();
        }

        Seal(packet, sequence, Math.Max(inner.Length, paddedLength), version == 4 ? IPv4 : IPv6);
        return true;
    }

    /// <summary>Seals a packet that holds nothing, for receivers to drop: it hides when there is traffic (RFC 4303 §2.6).</summary>
    /// <param name="innerLength">How long an inner packet it looks like, in octets.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="length">Its octets.</param>
    /// <returns>Whether it was; see <see cref="TrySeal"/>.</returns>
    public bool TrySealDummy(int innerLength, Span<byte> destination, out int length)
    {
        length = Suite.SealedSize(innerLength);
        if ((uint)innerLength > (uint)destination.Length || length > destination.Length || !TryNext(out ulong sequence))
        {
            length = 0;
            return false;
        }

        destination.Slice(_textOffset, innerLength).Clear();
        Seal(destination[..length], sequence, innerLength, NoNextHeader);
        return true;
    }

    /// <summary>Seals many packets in place: each stands in a slot of the buffer at <see cref="EspSuite.TextOffset"/>.</summary>
    /// <param name="buffer">The slots, one behind the other.</param>
    /// <param name="slotSize">A slot in octets.</param>
    /// <param name="lengths">The inner packets' octets; of those sealed the sealed packets' octets.</param>
    /// <returns>How many were sealed: the first that cannot be ends it.</returns>
    public int SealMany(Span<byte> buffer, int slotSize, Span<int> lengths)
    {
        for (int i = 0; i < lengths.Length; i++)
        {
            if (!EspSlots.TrySlot(buffer, slotSize, i, out Span<byte> slot)
                || lengths[i] < 0
                || lengths[i] > slot.Length - _textOffset
                || !TrySeal(slot.Slice(_textOffset, lengths[i]), slot, out int length))
            {
                return i;
            }

            lengths[i] = length;
        }

        return lengths.Length;
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose() => _cipher.Dispose();

    /// <summary>Names the SA, never its key.</summary>
    public override string ToString() => $"ESP out 0x{Spi:x8} seq {Sequence}";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Seal(Span<byte> packet, ulong sequence, int innerLength, byte nextHeader)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet, Spi);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], (uint)sequence);
        WriteTrailer(packet[(_textOffset + innerLength)..], packet.Length - _icvSize - _textOffset - innerLength - 2, nextHeader);
        _cipher.Seal(packet, sequence);
    }

    // RFC 4303 §3.3.3: a number never comes twice, so that beyond the last one the SA stays shut: the count only grows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryNext(out ulong sequence)
    {
        sequence = Interlocked.Increment(ref _sequence);
        return sequence <= _last;
    }

    // RFC 4303 §2.4: padding is 1, 2, 3 …, then its length and what is inside. Up to six octets of it are one store, whose end is where the
    // check value, of eight octets at least, is yet to come.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteTrailer(Span<byte> trailer, int padding, byte nextHeader)
    {
        const ulong Pattern = 0x0807_0605_0403_0201;
        if (padding <= 6)
        {
            ulong behind = (uint)(padding | (nextHeader << 8));
            BinaryPrimitives.WriteUInt64LittleEndian(trailer, (Pattern & ((1UL << (8 * padding)) - 1)) | (behind << (8 * padding)));
            return;
        }

        for (int i = 0; i < padding; i++)
        {
            trailer[i] = (byte)(i + 1);
        }

        trailer[padding] = (byte)padding;
        trailer[padding + 1] = nextHeader;
    }
}
