using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>An authority of the tests, and certificates by it.</summary>
internal static class TestPki
{
    public const string GatewayName = "gateway.example.com";
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset To = DateTimeOffset.UtcNow.AddDays(30);

    public static X509Certificate2 Authority { get; } = MakeAuthority("CN=Test Authority");

    public static X509Certificate2 OtherAuthority { get; } = MakeAuthority("CN=Other Authority");

    public static X509Certificate2 Gateway { get; } = Issue(GatewayName);

    public static X509Certificate2 Issue(string dnsName, string? purpose = null, X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={dnsName}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(dnsName);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        }

        X509Certificate2 certificate = request.Create(Authority, From, until ?? To.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        if (!usage.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            return certificate;
        }

        using (certificate)
        {
            return certificate.CopyWithPrivateKey(key);
        }
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, To);
    }
}
