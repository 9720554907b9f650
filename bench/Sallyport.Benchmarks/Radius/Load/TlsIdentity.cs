using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Who a side of RADIUS/TLS is and whom it trusts (RFC 6614 §2.3).</summary>
/// <param name="Certificate">Its own certificate, with the key.</param>
/// <param name="Authority">The authority that the other side's certificate must come from.</param>
internal sealed record TlsIdentity(X509Certificate2 Certificate, X509Certificate2 Authority)
{
    /// <summary>Reads PEM files.</summary>
    public static TlsIdentity Load(string certificate, string key, string authority)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificate, key);
        return new TlsIdentity(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), X509CertificateLoader.LoadCertificateFromFile(authority));
    }

    /// <summary>Reads PEM files, all or none of which are given.</summary>
    /// <exception cref="ArgumentException">Some are given, some not.</exception>
    public static TlsIdentity? Optional(string? certificate, string? key, string? authority) => (certificate, key, authority) switch
    {
        (null, null, null) => null,
        ({ }, { }, { }) => Load(certificate, key, authority),
        _ => throw new ArgumentException("RADIUS/TLS needs --certificate, --key and --ca"),
    };

    /// <summary>How a client speaks TLS: its certificate shown, the server's checked against the authority.</summary>
    public SslClientAuthenticationOptions Client(string server) => new()
    {
        TargetHost = server,
        ClientCertificates = [Certificate],
        CertificateChainPolicy = Policy(),
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate,

        // radsecproxy 1.9 ends a handshake that resumes an earlier session with an internal error.
        AllowTlsResume = false,
    };

    private X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        return policy;
    }
}
