using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.Configuration;

/// <summary>"tls" of radius.json: RADIUS/TLS (RFC 6614), and RADIUS/1.1 (RFC 9765) for devices that have it.</summary>
internal static class TlsSection
{
    /// <summary>Reads the section: where to listen, our certificate and its key in PEM, the authorities of devices' certificates, and the devices.</summary>
    /// <param name="section">The section.</param>
    /// <param name="listen">Where it listens.</param>
    /// <param name="accounting">Whether sessions are recorded too.</param>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static IReadOnlyList<RadiusListener> Read(JsonSection section, IReadOnlyList<IPEndPoint> listen, bool accounting)
    {
        RadiusTlsServerOptions options = new()
        {
            Certificate = Certificate(section),
            TrustAnchors = Authorities(section),
            Clients = [.. section.Sections("clients").Select(Client)],
        };
        if (options.Clients.Count == 0)
        {
            throw section.Error("clients", "\"clients\" should have at least one device with \"name\", and \"subjectAltNames\" or \"fingerprint\"");
        }

        section.RejectOthers();
        RadiusRoles roles = accounting ? RadiusRoles.Authentication | RadiusRoles.Accounting : RadiusRoles.Authentication;
        IReadOnlyList<IPEndPoint> endPoints = listen.Count > 0 ? listen : [new IPEndPoint(IPAddress.Any, 2083)];
        return [.. endPoints.Select(e => new RadiusTlsListener(e, options, roles))];
    }

    // SslStream wants the key where the system keeps keys, which a round through PKCS #12 gives it.
    private static X509Certificate2 Certificate(JsonSection section)
    {
        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(section.Beside("certificate"), section.Beside("privateKey"));
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw section.Error("certificate", $"\"certificate\" and \"privateKey\" should name files in PEM that belong together: {e.Message}");
        }
    }

    private static X509Certificate2Collection Authorities(JsonSection section)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(section.Beside("clientAuthorities"));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw section.Error("clientAuthorities", $"\"clientAuthorities\" should name a file of certificates in PEM: {e.Message}");
        }

        return authorities.Count > 0 ? authorities : throw section.Error("clientAuthorities", "\"clientAuthorities\" should name a file of certificates in PEM; it has none");
    }

    private static RadiusTlsClient Client(JsonSection section)
    {
        IReadOnlyList<string> names = section.Texts("subjectAltNames");
        string? print = section.OptionalText("fingerprint");
        IPNetwork network = default;
        if (section.OptionalText("network") is { } text && !IPNetwork.TryParse(text, out network))
        {
            throw section.Error("network", $"'{text}' should be a network such as 192.0.2.0/24");
        }

        if (names.Count == 0 && print is null)
        {
            throw section.Error("name", "a device should have \"subjectAltNames\" or \"fingerprint\", or any certificate of the authorities would be it");
        }

        RadiusTlsClient client = new(section.Text("name")) { SubjectAltNames = names, Fingerprint = print, Network = section.Has("network") ? network : null };
        section.RejectOthers();
        return client;
    }
}
