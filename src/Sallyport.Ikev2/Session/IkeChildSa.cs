using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>The algorithms of a pair of ESP SAs, one of each transform type (RFC 7296 §3.3).</summary>
/// <param name="Encryption">The cipher.</param>
/// <param name="KeyBits">The cipher's key in bits, without a salt.</param>
/// <param name="Integrity">The integrity algorithm, <see cref="IntegrityAlgorithm.None"/> with a cipher that authenticates by itself.</param>
/// <param name="ExtendedSequenceNumbers">Whether sequence numbers have 64 bits.</param>
public sealed record IkeChildSuite(
    EncryptionAlgorithm Encryption, int KeyBits, IntegrityAlgorithm Integrity = IntegrityAlgorithm.None, bool ExtendedSequenceNumbers = false)
{
    // RFC 4106 §8.1, RFC 7634 §2, RFC 4543 §5: four octets of salt stand behind the key.
    private const int SaltSize = 4;

    /// <summary>One direction's keys in octets: the cipher's, then its salt or the integrity algorithm's key (RFC 7296 §2.17).</summary>
    public int KeySize => (KeyBits / 8) + (Encryption == EncryptionAlgorithm.AesCbc ? IkeSuite.KeySizeOf(Integrity) : SaltSize);

    /// <summary>Whether ESP has it, with a key of that length.</summary>
    public bool IsSupported => Encryption switch
    {
        EncryptionAlgorithm.AesCbc => KeyBits is 128 or 192 or 256 && IkeSuite.KeySizeOf(Integrity) != 0,
        EncryptionAlgorithm.AesGcm8 or EncryptionAlgorithm.AesGcm12 or EncryptionAlgorithm.AesGcm16 or EncryptionAlgorithm.AesGmac =>
            KeyBits is 128 or 192 or 256 && Integrity == IntegrityAlgorithm.None,
        EncryptionAlgorithm.ChaCha20Poly1305 => KeyBits == 256 && Integrity == IntegrityAlgorithm.None,
        _ => false,
    };

    /// <summary>The algorithms in words.</summary>
    public override string ToString() =>
        (Encryption switch
        {
            EncryptionAlgorithm.AesGcm16 => $"AES-GCM-{KeyBits}",
            EncryptionAlgorithm.AesGcm12 => $"AES-GCM-{KeyBits} with 12 octets of check value",
            EncryptionAlgorithm.AesGcm8 => $"AES-GCM-{KeyBits} with 8 octets of check value",
            EncryptionAlgorithm.AesGmac => $"AES-GMAC-{KeyBits}",
            EncryptionAlgorithm.ChaCha20Poly1305 => "ChaCha20-Poly1305",
            _ => $"AES-CBC-{KeyBits} with {Integrity}",
        }) + (ExtendedSequenceNumbers ? ", 64-bit sequence numbers" : "");
}

/// <summary>A pair of ESP SAs that a session brought up.</summary>
/// <param name="InboundSpi">The SPI under which we receive.</param>
/// <param name="OutboundSpi">The SPI under which the peer receives.</param>
/// <param name="Suite">The algorithms.</param>
/// <param name="InboundKey">The keys for what we receive, <see cref="IkeChildSuite.KeySize"/> octets.</param>
/// <param name="OutboundKey">The keys for what we send.</param>
/// <param name="LocalSelectors">What lies on our side.</param>
/// <param name="RemoteSelectors">What lies on the peer's side.</param>
public sealed record IkeChildSa(
    uint InboundSpi,
    uint OutboundSpi,
    IkeChildSuite Suite,
    byte[] InboundKey,
    byte[] OutboundKey,
    IReadOnlyList<IkeTrafficSelector> LocalSelectors,
    IReadOnlyList<IkeTrafficSelector> RemoteSelectors)
{
    /// <summary>Clears the keys.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(InboundKey);
        CryptographicOperations.ZeroMemory(OutboundKey);
    }

    /// <summary>Names the SAs, never a key.</summary>
    public override string ToString() => $"ESP {Suite} in 0x{InboundSpi:x8} out 0x{OutboundSpi:x8}";
}
