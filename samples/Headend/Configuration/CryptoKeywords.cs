using System.Globalization;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The router's words for algorithms, and what they mean in IKEv2.</summary>
public static class CryptoKeywords
{
    /// <summary><c>encryption</c>.</summary>
    public static IReadOnlyDictionary<string, IkeCipher> Encryption { get; } = new Dictionary<string, IkeCipher>
    {
        ["aes-cbc-128"] = new(EncryptionAlgorithm.AesCbc, 128),
        ["aes-cbc-192"] = new(EncryptionAlgorithm.AesCbc, 192),
        ["aes-cbc-256"] = new(EncryptionAlgorithm.AesCbc, 256),
        ["aes-gcm-128"] = new(EncryptionAlgorithm.AesGcm16, 128),
        ["aes-gcm-256"] = new(EncryptionAlgorithm.AesGcm16, 256),
    };

    /// <summary><c>integrity</c>.</summary>
    public static IReadOnlyDictionary<string, IntegrityAlgorithm> Integrity { get; } = new Dictionary<string, IntegrityAlgorithm>
    {
        ["sha256"] = IntegrityAlgorithm.HmacSha256Trunc128,
        ["sha384"] = IntegrityAlgorithm.HmacSha384Trunc192,
        ["sha512"] = IntegrityAlgorithm.HmacSha512Trunc256,
    };

    /// <summary><c>prf</c>.</summary>
    public static IReadOnlyDictionary<string, PrfAlgorithm> Prf { get; } = new Dictionary<string, PrfAlgorithm>
    {
        ["sha256"] = PrfAlgorithm.HmacSha256,
        ["sha384"] = PrfAlgorithm.HmacSha384,
        ["sha512"] = PrfAlgorithm.HmacSha512,
    };

    /// <summary><c>group</c>: MODP 2048 and the NIST curves.</summary>
    public static IReadOnlyDictionary<string, KeyExchangeMethod> Groups { get; } = new Dictionary<string, KeyExchangeMethod>
    {
        ["14"] = KeyExchangeMethod.Modp2048,
        ["19"] = KeyExchangeMethod.Ecp256,
        ["20"] = KeyExchangeMethod.Ecp384,
        ["21"] = KeyExchangeMethod.Ecp521,
    };

    /// <summary>What a proposal offers.</summary>
    public static IkeOffer ToOffer(Ikev2Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return new IkeOffer(
            [.. proposal.Encryption.Select(k => Encryption[k])],
            [.. proposal.Prf.Select(k => Prf[k])],
            [.. proposal.Integrity.Select(k => Integrity[k])],
            [.. proposal.Groups.Select(g => Groups[g.ToString(CultureInfo.InvariantCulture)])]);
    }
}
