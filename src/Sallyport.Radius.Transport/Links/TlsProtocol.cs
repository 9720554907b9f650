using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>What both sides of RADIUS/TLS do alike: versions by ALPN, chains of certificates.</summary>
internal static class TlsProtocol
{
    private static readonly SslApplicationProtocol Historic = new("radius/1.0");
    private static readonly SslApplicationProtocol V11 = new("radius/1.1");

    private static readonly byte[] WithoutAlpn = Refuse("RADIUS/1.1 is required here, by ALPN (RFC 9765)");

    /// <summary>The secret of RADIUS/TLS (RFC 6614 §2.3).</summary>
    public static RadiusSecret Radsec { get; } = new("radsec");

    /// <summary>What is offered or taken, the better one first (RFC 9765 §3.3).</summary>
    public static List<SslApplicationProtocol> Alpn(RadiusVersions versions) =>
        [.. new[] { (RadiusVersions.V11, V11), (RadiusVersions.Historic, Historic) }.Where(v => versions.HasFlag(v.Item1)).Select(v => v.Item2)];

    /// <summary>TLS 1.2 at least, and 1.3 where nothing but RADIUS/1.1 is spoken (RFC 9765 §3.1).</summary>
    public static SslProtocols Protocols(RadiusVersions versions) =>
        versions == RadiusVersions.V11 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Which version the connection has agreed on.</summary>
    /// <exception cref="AuthenticationException">None that is spoken here; the peer was told.</exception>
    public static async ValueTask<RadiusVersions> NegotiatedAsync(PacketTlsStream stream, RadiusVersions versions, CancellationToken cancellationToken)
    {
        if (stream.NegotiatedApplicationProtocol == V11)
        {
            return stream.SslProtocol == SslProtocols.Tls13 && versions.HasFlag(RadiusVersions.V11)
                ? RadiusVersions.V11
                : throw new AuthenticationException("RADIUS/1.1 was agreed on without TLS 1.3 (RFC 9765 §3.1)");
        }

        // RFC 9765 §3.3: a peer without ALPN is one without RADIUS/1.1.
        if (versions.HasFlag(RadiusVersions.Historic))
        {
            return RadiusVersions.Historic;
        }

        // TLS has no alert for a peer without ALPN: a packet that answers nothing says it to whoever looks (RFC 9765 §3.3.1).
        await stream.WritePacketsAsync(WithoutAlpn, cancellationToken).ConfigureAwait(false);
        await stream.ShutdownAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        throw new AuthenticationException("the peer does not speak RADIUS/1.1");
    }

    /// <summary>In words, for logs.</summary>
    public static string Describe(SslStream stream, RadiusVersions version) =>
        $"TLS {(stream.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2")}, RADIUS/{(version == RadiusVersions.V11 ? "1.1" : "1.0")}";

    /// <summary>What the peer's certificate must lead to, and be for.</summary>
    public static X509ChainPolicy ChainPolicy(RadiusTlsOptions options, Oid usage)
    {
        X509ChainPolicy policy = new() { RevocationMode = options.RevocationMode };
        policy.ApplicationPolicy.Add(usage);
        if (options.TrustAnchors.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(options.TrustAnchors);
        }

        return policy;
    }

    /// <summary>Our certificate, with what stands between it and the anchor.</summary>
    public static SslStreamCertificateContext Context(RadiusTlsOptions options) => SslStreamCertificateContext.Create(options.Certificate, options.Intermediates, offline: true);

    // RFC 9765 §3.3.1: its authenticator is zeros, since there was no request.
    private static byte[] Refuse(string reason)
    {
        Span<byte> octets = stackalloc byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(octets, RadiusCode.ProtocolError, 0, stackalloc byte[RadiusAuthenticators.Size]);
        writer.Add(Rfc2865.ReplyMessage, reason);
        writer.Add(Rfc5176.ErrorCause, ErrorCause.UnsupportedExtension);
        return writer.TryComplete(RadiusSecret.None, out int length) ? octets[..length].ToArray() : throw new InvalidOperationException("the reason is too long");
    }
}
