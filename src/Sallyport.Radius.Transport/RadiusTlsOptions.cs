using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sallyport.Radius.Transport;

/// <summary>What carries the packets.</summary>
public enum RadiusTransport
{
    /// <summary>UDP (RFC 2865).</summary>
    Udp,

    /// <summary>TCP (RFC 6613), which hides nothing: for a network that is protected otherwise.</summary>
    Tcp,

    /// <summary>TLS (RFC 6614), with RADIUS/1.1 (RFC 9765) where both sides have it.</summary>
    Tls,
}

/// <summary>The versions of RADIUS that a TLS connection may agree on by ALPN (RFC 9765 §3).</summary>
[Flags]
public enum RadiusVersions
{
    /// <summary>As over UDP, with the secret "radsec" (RFC 6614 §2.3); also what a peer gets that knows no ALPN.</summary>
    Historic = 1,

    /// <summary>RADIUS/1.1: no MD5, tokens in place of identifiers; TLS 1.3 only.</summary>
    V11 = 2,

    /// <summary>RADIUS/1.1 where the peer has it.</summary>
    Any = Historic | V11,
}

/// <summary>How either side of a TLS connection shows who it is and believes the other. Pre-shared keys are not offered: .NET's SslStream has none.</summary>
public abstract class RadiusTlsOptions
{
    /// <summary>Our certificate with its private key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>The certificates between ours and the peer's trust anchor.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>The authorities that the peer's certificate must lead to; empty for those of the system, which is seldom right for RADIUS (RFC 6614 §2.3).</summary>
    public X509Certificate2Collection TrustAnchors { get; init; } = [];

    /// <summary>Whether revocation of the peer's certificate is asked for.</summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>The versions of RADIUS that are spoken.</summary>
    public RadiusVersions Versions { get; init; } = RadiusVersions.Any;

    /// <summary>How long connecting, or being connected to, may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>TLS as a client: our certificate, and whom we take for the server.</summary>
public sealed class RadiusTlsClientOptions : RadiusTlsOptions
{
    /// <summary>The name or address that the server's certificate must have in subjectAltName; <see langword="null"/> for the name or address that is connected to.</summary>
    public string? ServerName { get; init; }
}
