using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>Fills a span with random octets of cryptographic quality.</summary>
/// <param name="destination">Filled whole.</param>
public delegate void IkeRandom(Span<byte> destination);

/// <summary>The algorithms of an IKE SA, one of each transform type (RFC 7296 §3.3).</summary>
/// <param name="Encryption">The cipher.</param>
/// <param name="KeyBits">The cipher's key in bits.</param>
/// <param name="Prf">The pseudorandom function.</param>
/// <param name="Integrity">The integrity algorithm, <see cref="IntegrityAlgorithm.None"/> with an AEAD cipher.</param>
/// <param name="KeyExchange">The key exchange method.</param>
public sealed record IkeSuite(EncryptionAlgorithm Encryption, int KeyBits, PrfAlgorithm Prf, IntegrityAlgorithm Integrity, KeyExchangeMethod KeyExchange)
{
    /// <summary>Whether the cipher authenticates by itself (RFC 5282).</summary>
    public bool IsAead => Encryption == EncryptionAlgorithm.AesGcm16;

    /// <summary>SK_e in octets: the key, and with AES-GCM the 4-octet salt behind it (RFC 5282 §7.1).</summary>
    public int EncryptionKeySize => (KeyBits / 8) + (IsAead ? 4 : 0);

    /// <summary>SK_a in octets, 0 with an AEAD cipher.</summary>
    public int IntegrityKeySize => KeySizeOf(Integrity);

    /// <summary>The integrity check value in octets.</summary>
    public int IcvSize => IsAead ? 16 : IntegrityKeySize / 2;

    /// <summary>The initialization vector in octets.</summary>
    public int IvSize => IsAead ? 8 : 16;

    /// <summary>Whether every algorithm of the suite is implemented.</summary>
    public bool IsSupported =>
        IkePrf.IsSupported(Prf)
        && IkeKeyExchange.IsSupported(KeyExchange)
        && (Encryption switch
        {
            EncryptionAlgorithm.AesCbc => KeyBits is 128 or 192 or 256 && IntegrityKeySize != 0,
            EncryptionAlgorithm.AesGcm16 => KeyBits is 128 or 192 or 256 && Integrity == IntegrityAlgorithm.None,
            _ => false,
        });

    /// <summary>The key of an integrity algorithm in octets, as long as its hash (RFC 4868 §2.1.1); 0 for one that is not implemented.</summary>
    internal static int KeySizeOf(IntegrityAlgorithm algorithm) => algorithm switch
    {
        IntegrityAlgorithm.HmacSha256Trunc128 => 32,
        IntegrityAlgorithm.HmacSha384Trunc192 => 48,
        IntegrityAlgorithm.HmacSha512Trunc256 => 64,
        _ => 0,
    };
}
