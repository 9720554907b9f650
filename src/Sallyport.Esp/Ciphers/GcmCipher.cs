using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Ciphers;

/// <summary>AES-GCM in ESP (RFC 4106).</summary>
internal sealed class GcmCipher(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers) : EspCipher(suite, extendedSequenceNumbers)
{
    private readonly AesGcmAead _gcm = AesGcmAead.Create(key[..^SaltSize], suite.Provider, suite.IcvSize);
    private readonly int _textOffset = suite.TextOffset;
    private readonly int _icvSize = suite.IcvSize;
    private readonly uint _salt = BinaryPrimitives.ReadUInt32BigEndian(key[^SaltSize..]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Seal(Span<byte> packet, ulong sequence)
    {
        WriteIv(packet, sequence);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        Span<byte> text = packet[_textOffset..^_icvSize];
        _gcm.SealCore(nonce, text, text, packet[^_icvSize..], data);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(_salt, packet, nonce);
        Span<byte> data = stackalloc byte[LargestAuthenticated];
        data = data[..WriteAuthenticated(packet, sequence, data)];
        return _gcm.TryOpenCore(nonce, packet[_textOffset..^_icvSize], packet[^_icvSize..], text, data);
    }

    /// <inheritdoc/>
    public override void Dispose() => _gcm.Dispose();
}
