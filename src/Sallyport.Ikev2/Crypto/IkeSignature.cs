using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>AUTH by digital signature: RSA (RFC 7296 §2.15), ECDSA (RFC 4754) and signatures that name their algorithm (RFC 7427).</summary>
public static class IkeSignature
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const ushort Sha256 = 2;
    private const ushort Sha384 = 3;
    private const ushort Sha512 = 4;

    private static readonly (string Oid, HashAlgorithmName Hash, bool Rsa)[] Algorithms =
    [
        ("1.2.840.113549.1.1.11", HashAlgorithmName.SHA256, true),
        ("1.2.840.113549.1.1.12", HashAlgorithmName.SHA384, true),
        ("1.2.840.113549.1.1.13", HashAlgorithmName.SHA512, true),
        ("1.2.840.10045.4.3.2", HashAlgorithmName.SHA256, false),
        ("1.2.840.10045.4.3.3", HashAlgorithmName.SHA384, false),
        ("1.2.840.10045.4.3.4", HashAlgorithmName.SHA512, false),
    ];

    /// <summary>The data of our SIGNATURE_HASH_ALGORITHMS notification (RFC 7427 §4): SHA2-256, SHA2-384, SHA2-512.</summary>
    public static ReadOnlySpan<byte> OfferedHashes => [0, (byte)Sha256, 0, (byte)Sha384, 0, (byte)Sha512];

    /// <summary>Signs with a certificate's private key.</summary>
    /// <param name="certificate">A certificate with an RSA or ECDSA private key.</param>
    /// <param name="signedOctets">What AUTH covers.</param>
    /// <param name="peerHashes">The data of the peer's SIGNATURE_HASH_ALGORITHMS notification; empty where it sent none.</param>
    /// <returns>The method and data of the AUTH payload.</returns>
    /// <exception cref="ArgumentException">The certificate has no private key of a known kind.</exception>
    public static (IkeAuthenticationMethod Method, byte[] Data) Sign(X509Certificate2 certificate, ReadOnlySpan<byte> signedOctets, ReadOnlySpan<byte> peerHashes)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using RSA? rsa = certificate.GetRSAPrivateKey();
        using ECDsa? ecdsa = certificate.GetECDsaPrivateKey();
        HashAlgorithmName hash = BestHash(peerHashes, ecdsa?.KeySize ?? 256);
        if (rsa is not null)
        {
            // RFC 7296 §3.8: method 1 is PKCS #1 v1.5, with SHA-1 where the peer has not said what else it knows.
            return hash == HashAlgorithmName.SHA1
                ? (IkeAuthenticationMethod.RsaSignature, rsa.SignData(signedOctets, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1))
                : (IkeAuthenticationMethod.DigitalSignature, WithAlgorithm(hash, true, rsa.SignData(signedOctets, hash, RSASignaturePadding.Pkcs1)));
        }

        if (ecdsa is null)
        {
            throw new ArgumentException("the certificate has no RSA or ECDSA private key", nameof(certificate));
        }

        if (hash == HashAlgorithmName.SHA1)
        {
            (IkeAuthenticationMethod method, HashAlgorithmName curveHash) = EcdsaMethod(ecdsa.KeySize);
            return (method, ecdsa.SignData(signedOctets, curveHash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        }

        return (IkeAuthenticationMethod.DigitalSignature, WithAlgorithm(hash, false, ecdsa.SignData(signedOctets, hash, DSASignatureFormat.Rfc3279DerSequence)));
    }

    /// <summary>Verifies a peer's signature.</summary>
    /// <param name="certificate">The peer's certificate.</param>
    /// <param name="signedOctets">What AUTH covers.</param>
    /// <param name="method">The AUTH payload's method.</param>
    /// <param name="data">The AUTH payload's data.</param>
    /// <returns>Whether the certificate's key signed them.</returns>
    public static bool Verify(X509Certificate2 certificate, ReadOnlySpan<byte> signedOctets, IkeAuthenticationMethod method, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        try
        {
            using RSA? rsa = certificate.GetRSAPublicKey();
            using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
            switch (method)
            {
                case IkeAuthenticationMethod.RsaSignature when rsa is not null:
                    // RFC 7296 §3.8: the hash is not negotiated; SHA-1 is the default, some peers use the PRF's. The signature itself names it.
                    return VerifyPkcs1(rsa, signedOctets, data);
                case IkeAuthenticationMethod.EcdsaP256 or IkeAuthenticationMethod.EcdsaP384 or IkeAuthenticationMethod.EcdsaP521 when ecdsa is not null:
                    (IkeAuthenticationMethod expected, HashAlgorithmName hash) = EcdsaMethod(ecdsa.KeySize);
                    return method == expected && ecdsa.VerifyData(signedOctets, data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                case IkeAuthenticationMethod.DigitalSignature:
                    return VerifyNamed(rsa, ecdsa, signedOctets, data);
                default:
                    return false;
            }
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return false;
        }
    }

    private static bool VerifyPkcs1(RSA rsa, ReadOnlySpan<byte> signedOctets, ReadOnlySpan<byte> signature)
    {
        foreach (HashAlgorithmName hash in (ReadOnlySpan<HashAlgorithmName>)[HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512])
        {
            if (rsa.VerifyData(signedOctets, signature, hash, RSASignaturePadding.Pkcs1))
            {
                return true;
            }
        }

        return false;
    }

    // RFC 7427 §3: one octet of length, the AlgorithmIdentifier, the signature.
    private static bool VerifyNamed(RSA? rsa, ECDsa? ecdsa, ReadOnlySpan<byte> signedOctets, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || 1 + data[0] > data.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> signature = data[(1 + data[0])..];
        AsnReader sequence = new AsnReader(data.Slice(1, data[0]).ToArray(), AsnEncodingRules.DER).ReadSequence();
        string oid = sequence.ReadObjectIdentifier();
        if (oid == RsaPss)
        {
            return rsa is not null && TryPssHash(sequence, out HashAlgorithmName pss) && rsa.VerifyData(signedOctets, signature, pss, RSASignaturePadding.Pss);
        }

        foreach ((string known, HashAlgorithmName hash, bool isRsa) in Algorithms)
        {
            if (known == oid)
            {
                return isRsa
                    ? rsa is not null && rsa.VerifyData(signedOctets, signature, hash, RSASignaturePadding.Pkcs1)
                    : ecdsa is not null && ecdsa.VerifyData(signedOctets, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
            }
        }

        return false;
    }

    // RFC 4055 §3.1. Only the usual parameters are taken: MGF1 with the same hash, a salt as long as the hash.
    private static bool TryPssHash(AsnReader algorithm, out HashAlgorithmName hash)
    {
        AsnReader parameters = algorithm.ReadSequence();
        string oid = parameters.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence().ReadObjectIdentifier();
        AsnReader generator = parameters.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1)).ReadSequence();
        bool mgf1 = generator.ReadObjectIdentifier() == "1.2.840.113549.1.1.8" && generator.ReadSequence().ReadObjectIdentifier() == oid;
        bool saltRead = parameters.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2)).TryReadInt32(out int salt);
        (hash, int size) = oid switch
        {
            "2.16.840.1.101.3.4.2.1" => (HashAlgorithmName.SHA256, 32),
            "2.16.840.1.101.3.4.2.2" => (HashAlgorithmName.SHA384, 48),
            "2.16.840.1.101.3.4.2.3" => (HashAlgorithmName.SHA512, 64),
            _ => (default, -1),
        };
        return mgf1 && saltRead && salt == size;
    }

    private static byte[] WithAlgorithm(HashAlgorithmName hash, bool rsa, byte[] signature)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Array.Find(Algorithms, a => a.Hash == hash && a.Rsa == rsa).Oid);
            if (rsa)
            {
                writer.WriteNull();
            }
        }

        byte[] identifier = writer.Encode();
        return [(byte)identifier.Length, .. identifier, .. signature];
    }

    // The first of our hashes that the peer names; one as strong as a P-384 or P-521 key where it has it.
    private static HashAlgorithmName BestHash(ReadOnlySpan<byte> peerHashes, int keyBits)
    {
        bool has256 = false, has384 = false, has512 = false;
        for (; peerHashes.Length >= 2; peerHashes = peerHashes[2..])
        {
            ushort number = BinaryPrimitives.ReadUInt16BigEndian(peerHashes);
            has256 |= number == Sha256;
            has384 |= number == Sha384;
            has512 |= number == Sha512;
        }

        return keyBits switch
        {
            384 when has384 => HashAlgorithmName.SHA384,
            521 when has512 => HashAlgorithmName.SHA512,
            _ when has256 => HashAlgorithmName.SHA256,
            _ when has384 => HashAlgorithmName.SHA384,
            _ when has512 => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA1,
        };
    }

    private static (IkeAuthenticationMethod Method, HashAlgorithmName Hash) EcdsaMethod(int keyBits) => keyBits switch
    {
        384 => (IkeAuthenticationMethod.EcdsaP384, HashAlgorithmName.SHA384),
        521 => (IkeAuthenticationMethod.EcdsaP521, HashAlgorithmName.SHA512),
        _ => (IkeAuthenticationMethod.EcdsaP256, HashAlgorithmName.SHA256),
    };
}
