using Sallyport.Esp;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>What IKE has negotiated, as ESP calls it.</summary>
internal static class EspSuites
{
    public static EspSuite Of(IkeChildSuite suite) => (suite.Encryption, suite.Integrity) switch
    {
        (EncryptionAlgorithm.AesGcm16, _) => EspSuite.AesGcm16,
        (EncryptionAlgorithm.AesGcm12, _) => EspSuite.AesGcm12,
        (EncryptionAlgorithm.AesGcm8, _) => EspSuite.AesGcm8,
        (EncryptionAlgorithm.ChaCha20Poly1305, _) => EspSuite.ChaCha20Poly1305,
        (EncryptionAlgorithm.AesGmac, _) => EspSuite.AesGmac,
        (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha256Trunc128) => EspSuite.AesCbcHmacSha256,
        (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha384Trunc192) => EspSuite.AesCbcHmacSha384,
        (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha512Trunc256) => EspSuite.AesCbcHmacSha512,
        _ => throw new ArgumentOutOfRangeException(nameof(suite)),
    };
}
