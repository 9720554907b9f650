using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Samples.Common;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend.Pki;

/// <summary>
/// The certificates of the router's trustpoints, as PEM files in one directory: <c>NAME.pem</c> holds the router's certificate and any
/// intermediate ones behind it, <c>NAME.key</c> its private key.
/// </summary>
public sealed class TrustpointStore(string directory)
{
    /// <summary>The file of a trustpoint's certificates.</summary>
    public string CertificateFile(Trustpoint trustpoint) => Path.Combine(directory, trustpoint.Name + ".pem");

    /// <summary>The file of a trustpoint's private key.</summary>
    public string KeyFile(Trustpoint trustpoint) => Path.Combine(directory, trustpoint.Name + ".key");

    /// <summary>Loads a trustpoint's certificate with its key, and the certificates to send along.</summary>
    /// <exception cref="ConfigurationException">A file is missing or cannot be used, or the key is not of the kind that the profile names.</exception>
    public (X509Certificate2 Certificate, IReadOnlyList<X509Certificate2> Intermediates) Load(Trustpoint trustpoint, LocalAuthentication authentication)
    {
        string certificateFile = CertificateFile(trustpoint);
        string keyFile = KeyFile(trustpoint);
        foreach (string file in (string[])[certificateFile, keyFile])
        {
            if (!File.Exists(file))
            {
                throw trustpoint.Line.Error(
                    $"the trustpoint's file {file} is missing; put the PEM certificate and key there, or make a private CA by 'Headend pki --config FILE --pki DIR'");
            }
        }

        X509Certificate2 certificate;
        X509Certificate2Collection all = [];
        try
        {
            certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            all.ImportFromPemFile(certificateFile);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ConfigurationException(certificateFile, 1, $"not a PEM certificate that fits the PEM key in {keyFile}: {e.Message}");
        }

        bool fits = authentication == LocalAuthentication.RsaSignature
            ? certificate.GetRSAPublicKey() is not null
            : certificate.GetECDsaPublicKey() is not null;
        if (!fits)
        {
            string wanted = authentication == LocalAuthentication.RsaSignature ? "an RSA" : "an elliptic-curve";
            throw new ConfigurationException(certificateFile, 1, $"the profile's 'authentication local' wants {wanted} key, the certificate has {certificate.PublicKey.Oid.FriendlyName}");
        }

        return (certificate, [.. all.Skip(1)]);
    }
}
