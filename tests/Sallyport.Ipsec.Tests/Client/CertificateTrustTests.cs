using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Client;

public class CertificateTrustTests
{
    private const string Name = TestPki.GatewayName;
    private static readonly IkeIdentity Gateway = IkeIdentity.Fqdn(Name);

    [Theory]
    [InlineData(null)]
    [InlineData("1.3.6.1.5.5.7.3.1")]
    [InlineData("1.3.6.1.5.5.7.3.17")]
    [InlineData("1.3.6.1.5.5.8.2.2")]
    public void A_gateways_certificate_by_the_authority_is_trusted(string? purpose)
    {
        using X509Certificate2 certificate = TestPki.Issue(Name, purpose);

        Assert.Null(Check(certificate, Gateway));
        Assert.Null(Check(certificate, IkeIdentity.Address(IPAddress.Loopback)));
        Assert.Null(Check(certificate, new IkeIdentity(Ikev2.Wire.IkeIdentificationType.DerAsn1Dn, certificate.SubjectName.RawData)));
    }

    [Fact]
    public void Another_purpose_another_name_or_a_key_that_may_not_sign_is_not()
    {
        using X509Certificate2 forClients = TestPki.Issue(Name, "1.3.6.1.5.5.7.3.2");
        using X509Certificate2 forOther = TestPki.Issue("elsewhere.example.com");
        using X509Certificate2 forKeys = TestPki.Issue(Name, usage: X509KeyUsageFlags.KeyAgreement);

        Assert.Contains("not meant for a VPN gateway", Check(forClients, Gateway), StringComparison.Ordinal);
        Assert.Contains("calls itself gateway.example.com", Check(forOther, Gateway), StringComparison.Ordinal);
        Assert.Contains("does not speak for gateway.example.com", Check(forOther, IkeIdentity.Fqdn("elsewhere.example.com")), StringComparison.Ordinal);
        Assert.Contains("not meant for signatures", Check(forKeys, Gateway), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_certificate_is_not_trusted_and_the_clock_is_the_callers()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow.AddDays(20));
        using X509Certificate2 certificate = TestPki.Issue(Name, until: DateTimeOffset.UtcNow.AddDays(10));

        Assert.Contains("is not trusted", new CertificateTrust([TestPki.Authority], Gateway, time).Check([certificate.RawData], Gateway), StringComparison.Ordinal);
        Assert.Null(Check(certificate, Gateway));
    }

    [Fact]
    public void Another_authority_no_certificate_or_no_certificate_at_all_is_not_trusted()
    {
        CertificateTrust other = new([TestPki.OtherAuthority], Gateway);

        Assert.Contains("is not trusted", other.Check([TestPki.Gateway.RawData], Gateway), StringComparison.Ordinal);
        Assert.Contains("no certificate", other.Check([], Gateway), StringComparison.Ordinal);
        Assert.Contains("cannot be read", other.Check([[1, 2, 3]], Gateway), StringComparison.Ordinal);
    }

    [Fact]
    public void The_authority_is_asked_for_by_the_hash_of_its_key() =>
        Assert.Equal(SHA1.HashData(TestPki.Authority.PublicKey.ExportSubjectPublicKeyInfo()), new CertificateTrust([TestPki.Authority], Gateway).AuthorityHashes);

    private static string? Check(X509Certificate2 certificate, IkeIdentity claimed) =>
        new CertificateTrust([TestPki.Authority], Gateway).Check([certificate.RawData], claimed);
}
