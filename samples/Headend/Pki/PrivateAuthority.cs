using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend.Pki;

/// <summary>
/// Enrols a trustpoint where no certification authority is at hand: makes a private CA (<c>ca.pem</c>, its key is thrown away once it has
/// signed) and the router's certificate with the trustpoint's <c>fqdn</c> and <c>subject-name</c>.
/// </summary>
public static class PrivateAuthority
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(397);

    /// <summary>Writes <c>ca.pem</c>, <c>NAME.pem</c> and <c>NAME.key</c> into <paramref name="directory"/>.</summary>
    /// <returns>The path of <c>ca.pem</c>, which clients trust.</returns>
    public static string Enrol(string directory, Trustpoint trustpoint, IPAddress outerAddress, LocalAuthentication authentication, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(trustpoint);
        string name = trustpoint.Fqdn ?? throw trustpoint.Line.Error("'fqdn NAME' is missing: clients compare it with the host they connect to");
        Directory.CreateDirectory(directory);
        TrustpointStore store = new(directory);

        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new($"CN={trustpoint.Name} private CA", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(now.AddHours(-1), now + Lifetime);

        using AsymmetricAlgorithm key = authentication == LocalAuthentication.EcdsaSignature
            ? ECDsa.Create(ECCurve.NamedCurves.nistP256)
            : RSA.Create(2048);
        X500DistinguishedName subject = Subject(trustpoint, name);
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        names.AddIpAddress(outerAddress);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        // serverAuth and ipsecIKE (RFC 4945 §5.1.3.12): strict clients ask for one or the other.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.17")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using X509Certificate2 certificate = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authorityKey), now.AddHours(-1), authority.NotAfter, RandomNumberGenerator.GetBytes(16));

        string authorityFile = Path.Combine(directory, "ca.pem");
        File.WriteAllText(authorityFile, authority.ExportCertificatePem());
        File.WriteAllText(store.CertificateFile(trustpoint), certificate.ExportCertificatePem());
        WritePrivate(store.KeyFile(trustpoint), key.ExportPkcs8PrivateKeyPem());
        return authorityFile;
    }

    private static X500DistinguishedName Subject(Trustpoint trustpoint, string name)
    {
        try
        {
            return new X500DistinguishedName(trustpoint.SubjectName ?? $"CN={name}");
        }
        catch (CryptographicException)
        {
            throw trustpoint.Line.Error($"'subject-name {trustpoint.SubjectName}' is not a distinguished name such as cn=vpn.example.com");
        }
    }

    private static void WritePrivate(string file, string pem)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using StreamWriter writer = new(file, options);
        writer.Write(pem);
    }
}
