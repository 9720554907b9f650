using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>AES-GCM in ESP (RFC 4106).</summary>
internal sealed class GcmCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers) : EspCipher(suite, extendedSequenceNumbers)
{
    private readonly AesGcmAead _gcm = AesGcmAead.Create(key[..^SaltSize], suite.Provider, suite.IcvSize);
    private readonly int _textOffset = suite.TextOffset;
    private readonly int _icvSize = suite.IcvSize;
    private readonly uint _salt = MemoryMarshal.Read<uint>(key[^SaltSize..]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> text = packet[_textOffset..^_icvSize];
        _gcm.SealCore(Header(packet, sequence), text, text, packet[^_icvSize..]);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text) =>
        _gcm.TryOpenCore(Header(packet, sequence), packet[_textOffset..^_icvSize], packet[^_icvSize..], text);

    /// <inheritdoc/>
    public override void Dispose() => _gcm.Dispose();

    // RFC 4106 §4: the nonce is salt and IV. §5: the additional data is the SPI, then the sequence number, of 64 bits where it is extended.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GcmHeader Header(ReadOnlySpan<byte> packet, ulong sequence)
    {
        // Octets are put together as they stand in memory.
        uint spi = MemoryMarshal.Read<uint>(packet);
        uint low = MemoryMarshal.Read<uint>(packet[4..]);
        Vector128<byte> data = Extended
            ? Vector128.Create(spi, BigEndian((uint)(sequence >> 32)), low, 0).AsByte()
            : Vector128.Create(spi, low, 0, 0).AsByte();
        return new GcmHeader(_salt, MemoryMarshal.Read<ulong>(packet[EspPacket.HeaderSize..]), data, Extended ? 12 : 8);
    }

    private static uint BigEndian(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
