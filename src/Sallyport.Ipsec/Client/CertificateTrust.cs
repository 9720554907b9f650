using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Client;

/// <summary>
/// Judges a gateway's certificate as RFC 4945 §5 asks: a path to a trusted authority, valid now, meant for such use, and speaking for the
/// identity that the gateway claims and the name that the client wanted. Revocation is not looked up: nothing is reachable before the tunnel is.
/// </summary>
public sealed class CertificateTrust
{
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";

    // serverAuth, id-kp-ipsecIKE (RFC 4945 §5.1.3.12), the older ipsec intermediate, anyExtendedKeyUsage.
    private static readonly string[] Purposes = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "2.5.29.37.0"];

    private readonly X509Certificate2Collection _authorities;
    private readonly TimeProvider _time;

    /// <summary>Creates a judge.</summary>
    /// <param name="authorities">The trusted authorities' certificates, and no others: the system's are not trusted.</param>
    /// <param name="gateway">The identity that the certificate must speak for: the name or address that the person wanted to connect to.</param>
    /// <param name="timeProvider">The clock.</param>
    public CertificateTrust(X509Certificate2Collection authorities, IkeIdentity gateway, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        ArgumentNullException.ThrowIfNull(gateway);
        _authorities = authorities;
        _time = timeProvider ?? TimeProvider.System;
        Gateway = gateway;
    }

    /// <summary>The identity that is wanted.</summary>
    public IkeIdentity Gateway { get; }

    /// <summary>The CERTREQ content: SHA-1 hashes of the authorities' public keys, 20 octets each (RFC 7296 §3.7).</summary>
    public byte[] AuthorityHashes => [.. _authorities.SelectMany(a => SHA1.HashData(a.PublicKey.ExportSubjectPublicKeyInfo()))];

    /// <summary>Judges a gateway.</summary>
    /// <param name="chain">The certificates as sent, DER, the gateway's own first.</param>
    /// <param name="claimed">IDr.</param>
    /// <returns><see langword="null"/> where it is to be trusted, else why not.</returns>
    public string? Check(IReadOnlyList<byte[]> chain, IkeIdentity claimed)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(claimed);
        List<X509Certificate2> certificates = [];
        try
        {
            certificates.AddRange(chain.Select(c => X509CertificateLoader.LoadCertificate(c)));
            return certificates.Count == 0 ? "the gateway sent no certificate" : Check(certificates, claimed);
        }
        catch (CryptographicException)
        {
            return "the gateway sent a certificate that cannot be read";
        }
        finally
        {
            certificates.ForEach(c => c.Dispose());
        }
    }

    private string? Check(List<X509Certificate2> certificates, IkeIdentity claimed)
    {
        X509Certificate2 leaf = certificates[0];
        using X509Chain path = new();
        path.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        path.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        path.ChainPolicy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
        path.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        path.ChainPolicy.DisableCertificateDownloads = true;
        path.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        if (!path.Build(leaf))
        {
            string status = string.Join("; ", path.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct());
            return $"the certificate of {leaf.Subject} is not trusted: {status}";
        }

        if (leaf.Extensions[KeyUsage] is X509KeyUsageExtension usage
            && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) == 0)
        {
            return $"the certificate of {leaf.Subject} is not meant for signatures";
        }

        if (leaf.Extensions[ExtendedKeyUsage] is X509EnhancedKeyUsageExtension purposes
            && !purposes.EnhancedKeyUsages.Cast<Oid>().Any(p => Purposes.Contains(p.Value)))
        {
            return $"the certificate of {leaf.Subject} is not meant for a VPN gateway";
        }

        if (!claimed.Matches(leaf))
        {
            return $"the gateway calls itself {claimed}, for which the certificate of {leaf.Subject} does not speak";
        }

        return Gateway.Matches(leaf) ? null : $"the certificate of {leaf.Subject} does not speak for {Gateway}";
    }
}
