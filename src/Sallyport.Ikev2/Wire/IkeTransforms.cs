namespace Sallyport.Ikev2.Wire;

/// <summary>Transform types (RFC 7296 §3.3.2).</summary>
public enum IkeTransformType : byte
{
    /// <summary>ENCR: encryption algorithm.</summary>
    Encryption = 1,

    /// <summary>PRF: pseudorandom function.</summary>
    PseudorandomFunction = 2,

    /// <summary>INTEG: integrity algorithm.</summary>
    Integrity = 3,

    /// <summary>KE: key exchange method, formerly Diffie-Hellman group.</summary>
    KeyExchange = 4,

    /// <summary>ESN: extended sequence numbers.</summary>
    ExtendedSequenceNumbers = 5,
}

/// <summary>Encryption algorithms (IANA, Transform Type 1). An open set.</summary>
public enum EncryptionAlgorithm : ushort
{
    /// <summary>ENCR_AES_CBC (RFC 3602); the key length is an attribute.</summary>
    AesCbc = 12,

    /// <summary>AES-GCM with an 8-octet ICV (RFC 4106); the key length is an attribute.</summary>
    AesGcm8 = 18,

    /// <summary>AES-GCM with a 12-octet ICV (RFC 4106); the key length is an attribute.</summary>
    AesGcm12 = 19,

    /// <summary>AES-GCM with a 16-octet ICV (RFC 4106, RFC 5282); the key length is an attribute.</summary>
    AesGcm16 = 20,

    /// <summary>ENCR_NULL_AUTH_AES_GMAC (RFC 4543): authentic, not secret; the key length is an attribute.</summary>
    AesGmac = 21,

    /// <summary>ENCR_CHACHA20_POLY1305 (RFC 7634), whose key has 256 bits always.</summary>
    ChaCha20Poly1305 = 28,
}

/// <summary>Pseudorandom functions (IANA, Transform Type 2). An open set.</summary>
public enum PrfAlgorithm : ushort
{
    /// <summary>PRF_HMAC_SHA2_256 (RFC 4868).</summary>
    HmacSha256 = 5,

    /// <summary>PRF_HMAC_SHA2_384 (RFC 4868).</summary>
    HmacSha384 = 6,

    /// <summary>PRF_HMAC_SHA2_512 (RFC 4868).</summary>
    HmacSha512 = 7,
}

/// <summary>Integrity algorithms (IANA, Transform Type 3). An open set.</summary>
public enum IntegrityAlgorithm : ushort
{
    /// <summary>NONE, as with AEAD ciphers.</summary>
    None = 0,

    /// <summary>AUTH_HMAC_SHA2_256_128 (RFC 4868).</summary>
    HmacSha256Trunc128 = 12,

    /// <summary>AUTH_HMAC_SHA2_384_192 (RFC 4868).</summary>
    HmacSha384Trunc192 = 13,

    /// <summary>AUTH_HMAC_SHA2_512_256 (RFC 4868).</summary>
    HmacSha512Trunc256 = 14,
}

/// <summary>Key exchange methods (IANA, Transform Type 4). An open set.</summary>
public enum KeyExchangeMethod : ushort
{
    /// <summary>NONE.</summary>
    None = 0,

    /// <summary>Group 14: 2048-bit MODP (RFC 3526).</summary>
    Modp2048 = 14,

    /// <summary>Group 19: 256-bit random ECP, P-256 (RFC 5903).</summary>
    Ecp256 = 19,

    /// <summary>Group 20: 384-bit random ECP, P-384 (RFC 5903).</summary>
    Ecp384 = 20,

    /// <summary>Group 21: 521-bit random ECP, P-521 (RFC 5903).</summary>
    Ecp521 = 21,
}
