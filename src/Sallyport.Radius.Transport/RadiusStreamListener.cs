using System.Net;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport.Links;

namespace Sallyport.Radius.Transport;

/// <summary>A port that takes connections.</summary>
/// <param name="EndPoint">Its address and number; number 0 takes a free one.</param>
/// <param name="Roles">What it serves.</param>
public abstract record RadiusStreamListener(IPEndPoint EndPoint, RadiusRoles Roles) : RadiusListener(EndPoint, Roles)
{
    /// <summary>How many connections it has at most; a further one is closed at once.</summary>
    public int MostConnections { get; init; } = 1024;

    /// <summary>How many requests of one connection are handled at once; until some are done, no more of it is read.</summary>
    public int MostPending { get; init; } = 1024;

    /// <summary>How long a connection may bring nothing before it is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    internal override RadiusBinding Bind(RadiusPipeline pipeline) => new StreamBinding(pipeline, this);
}

/// <summary>
/// A TCP port (RFC 6613), whose devices are those of <see cref="RadiusServerOptions.Peers"/>, by address. TCP hides and protects nothing: for a
/// network that something else protects.
/// </summary>
/// <param name="EndPoint">Its address and number; number 0 takes a free one.</param>
/// <param name="Roles">What it serves.</param>
public sealed record RadiusTcpListener(IPEndPoint EndPoint, RadiusRoles Roles = RadiusRoles.Authentication) : RadiusStreamListener(EndPoint, Roles);

/// <summary>A TLS port (RFC 6614), usually 2083, for logins, accounting and dynamic authorization alike. Its devices are those that <paramref name="Tls"/> names.</summary>
/// <param name="EndPoint">Its address and number; number 0 takes a free one.</param>
/// <param name="Tls">Who we are, and who may connect.</param>
/// <param name="Roles">What it serves.</param>
public sealed record RadiusTlsListener(IPEndPoint EndPoint, RadiusTlsServerOptions Tls, RadiusRoles Roles = RadiusRoles.Authentication) : RadiusStreamListener(EndPoint, Roles);

/// <summary>TLS as a server: our certificate, and who may connect. A client without a certificate is never let in.</summary>
public sealed class RadiusTlsServerOptions : RadiusTlsOptions
{
    /// <summary>Who may connect; the first that fits is the one. What fits none is closed.</summary>
    public IReadOnlyList<RadiusTlsClient> Clients { get; init; } = [];
}

/// <summary>
/// A client that may connect over TLS: whoever has a certificate that leads to a trust anchor and fits everything that is said here
/// (RFC 6614 §2.3). Nothing but a name lets any such certificate in.
/// </summary>
/// <param name="Name">Its name, for logs; what handlers see as the device's name.</param>
public sealed record RadiusTlsClient(string Name)
{
    /// <summary>The network that it connects from, such as <c>192.0.2.0/24</c>; <see langword="null"/> for any.</summary>
    public IPNetwork? Network { get; init; }

    /// <summary>The names or addresses of which its certificate must have one in subjectAltName; empty for any.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    /// <summary>The SHA-256 fingerprint that its certificate must have, in hexadecimal, with or without colons; <see langword="null"/> for any.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The secret where it is not "radsec", as RFC 6614 §2.3 has it; RADIUS/1.1 has none.</summary>
    public RadiusSecret? Secret { get; init; }

    /// <summary>How many requests it may send over each connection, or <see langword="null"/> for any number.</summary>
    public RadiusRateLimit? RateLimit { get; init; }

    /// <summary>Whether it connects from here at all.</summary>
    internal bool Fits(IPAddress address) => Network is not { } network || network.Contains(address);

    /// <summary>Whether a certificate that was validated, from an address, is this client's.</summary>
    internal bool Fits(X509Certificate2 certificate, IPAddress address) =>
        Fits(address)
        && (SubjectAltNames.Count == 0 || SubjectAltNames.Any(n => certificate.MatchesHostname(n, allowWildcards: false, allowCommonName: false)))
        && (Fingerprint is null || Fingerprint.Replace(":", "", StringComparison.Ordinal).Equals(certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase));

    /// <summary>The device that one connection of it is.</summary>
    internal RadiusPeer ToPeer(IPAddress address, RadiusVersions version) =>
        new(Name, address, 8 * address.GetAddressBytes().Length, version == RadiusVersions.V11 ? RadiusSecret.None : Secret ?? TlsProtocol.Radsec)
        {
            // TLS protects the packet: Message-Authenticator need not, and a proxy's Proxy-State has nothing to hide.
            MessageAuthenticator = RadiusMessageAuthenticatorPolicy.IfPresent,
            LimitProxyState = RadiusProxyStateLimit.No,
            RateLimit = RateLimit,
        };
}
