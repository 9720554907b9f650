using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Samples.DuoCloud.Tls;

/// <summary>The simulator's own certification authority and the server certificate that it issues, both made anew at each start.</summary>
public sealed class CloudCertificates : IDisposable
{
    private CloudCertificates(X509Certificate2 authority, X509Certificate2 server, IReadOnlySet<string> names)
    {
        Authority = authority;
        Server = server;
        Names = names;
    }

    /// <summary>The authority's certificate, without its key: what clients trust.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The server's certificate with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The host names and addresses for which the certificate stands, in lower case.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Makes both.</summary>
    /// <param name="hosts">The hosts of the addresses to serve; localhost and the loopback addresses are added.</param>
    /// <param name="now">The time from which they are valid, less a day for clocks that are behind.</param>
    public static CloudCertificates Create(IEnumerable<string> hosts, DateTimeOffset now)
    {
        SortedSet<string> names = [.. hosts.Select(h => h.ToLowerInvariant()), "localhost", "127.0.0.1", "::1"];
        (DateTimeOffset from, DateTimeOffset to) = (now.AddDays(-1), now.AddDays(365));

        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new("CN=DuoCloud simulator CA", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        X509SubjectKeyIdentifierExtension identifier = new(authorityRequest.PublicKey, false);
        authorityRequest.CertificateExtensions.Add(identifier);
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, to);

        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest serverRequest = new("CN=DuoCloud simulator", serverKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        serverRequest.CertificateExtensions.Add(alternatives.Build());
        serverRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        serverRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        serverRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        serverRequest.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x01); // positive and not empty, RFC 5280 §4.1.2.2
        using X509Certificate2 issued = serverRequest.Create(authority, from, to, serial);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(serverKey);

        // Through PKCS #12, because some platforms' TLS cannot use a key that was never stored.
        X509Certificate2 server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        return new CloudCertificates(X509CertificateLoader.LoadCertificate(authority.RawData), server, names);
    }

    /// <summary>Writes the authority's certificate for clients to trust: PEM, readable by everybody.</summary>
    public void WriteAuthority(string file)
    {
        string draft = $"{file}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllText(draft, Authority.ExportCertificatePem() + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }

            // A client never sees half a certificate.
            File.Move(draft, file, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }
}
