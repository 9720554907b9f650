using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sallyport.Esp.Ciphers;

/// <summary>Encrypts and authenticates the packets of one SA in one direction. Safe for concurrent use, except with <see cref="Dispose"/>.</summary>
internal abstract class EspCipher : IDisposable
{
    protected const int SaltSize = 4;
    protected const int NonceSize = 12;
    protected const int LargestAuthenticated = 12;

    protected EspCipher(EspSuite suite, bool extendedSequenceNumbers)
    {
        Suite = suite;
        Extended = extendedSequenceNumbers;
    }

    /// <summary>What the packets look like.</summary>
    public EspSuite Suite { get; }

    /// <summary>Whether sequence numbers have 64 bits.</summary>
    protected bool Extended { get; }

    /// <summary>Takes the keys.</summary>
    /// <exception cref="ArgumentException">The key material has another length than the suite's.</exception>
    public static EspCipher Create(EspSuite suite, ReadOnlySpan<byte> key, bool extendedSequenceNumbers)
    {
        ArgumentNullException.ThrowIfNull(suite);
        if (!suite.IsKeySize(key.Length))
        {
            throw new ArgumentException($"{key.Length} octets of key material are not what {suite.Algorithm} takes: the cipher's key, then its salt or the integrity algorithm's key", nameof(key));
        }

        return suite.Algorithm switch
        {
            EspAlgorithm.AesGcm => new GcmCipher(suite, key, extendedSequenceNumbers),
            EspAlgorithm.ChaCha20Poly1305 => new ChaChaCipher(suite, key, extendedSequenceNumbers),
            EspAlgorithm.AesGmac => new GmacCipher(suite, key, extendedSequenceNumbers),
            EspAlgorithm.AesCbcHmacSha256 => new CbcCipher(suite, key, HashAlgorithmName.SHA256, extendedSequenceNumbers),
            EspAlgorithm.AesCbcHmacSha384 => new CbcCipher(suite, key, HashAlgorithmName.SHA384, extendedSequenceNumbers),
            EspAlgorithm.AesCbcHmacSha512 => new CbcCipher(suite, key, HashAlgorithmName.SHA512, extendedSequenceNumbers),
            _ => throw new ArgumentException($"{suite.Algorithm} is unknown", nameof(suite)),
        };
    }

    /// <summary>Writes the initialization vector, encrypts the text in place and writes the check value.</summary>
    /// <param name="packet">The whole packet: header and text, padding included, are there.</param>
    /// <param name="sequence">The sequence number, whole.</param>
    public abstract void Seal(Span<byte> packet, ulong sequence);

    /// <summary>Checks a packet and decrypts its text.</summary>
    /// <param name="packet">The whole packet.</param>
    /// <param name="sequence">The sequence number, whole.</param>
    /// <param name="text">As long as the packet's text: those octets or others. Cleared where the check fails.</param>
    public abstract bool TryOpen(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> text);

    /// <summary>Clears the keys.</summary>
    public abstract void Dispose();

    // RFC 4106 §3.1, RFC 7634 §2: an IV must never repeat under a key; the sequence number does not.
    protected static void WriteIv(Span<byte> packet, ulong sequence) => BinaryPrimitives.WriteUInt64BigEndian(packet[EspPacket.HeaderSize..], sequence);

    // RFC 4106 §4, RFC 7634 §2, RFC 4543 §3.2: salt, then IV.
    protected static void WriteNonce(uint salt, ReadOnlySpan<byte> packet, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, salt);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[SaltSize..], BinaryPrimitives.ReadUInt64BigEndian(packet[EspPacket.HeaderSize..]));
    }

    // RFC 4106 §5, RFC 7634 §2.1: SPI, then the sequence number, of 64 bits where it is extended.
    protected int WriteAuthenticated(ReadOnlySpan<byte> packet, ulong sequence, Span<byte> data)
    {
        ulong spi = (ulong)BinaryPrimitives.ReadUInt32BigEndian(packet) << 32;
        if (Extended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(data, spi | (sequence >> 32));
            BinaryPrimitives.WriteUInt32BigEndian(data[8..], (uint)sequence);
            return 12;
        }

        BinaryPrimitives.WriteUInt64BigEndian(data, spi | (uint)sequence);
        return 8;
    }
}
