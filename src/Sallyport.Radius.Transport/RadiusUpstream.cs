using System.Net;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport.Links;

namespace Sallyport.Radius.Transport;

/// <summary>A server to ask.</summary>
public sealed record RadiusUpstream
{
    /// <summary>A server over UDP.</summary>
    /// <param name="endPoint">Its address and port, or its name and port; a name is resolved on first use, and again after a request went unanswered.</param>
    /// <param name="secret">The shared secret.</param>
    /// <exception cref="ArgumentException">The secret is <see cref="RadiusSecret.None"/>, or the end point of another kind.</exception>
    public RadiusUpstream(EndPoint endPoint, RadiusSecret secret)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(secret);
        if (endPoint is not (IPEndPoint or DnsEndPoint))
        {
            throw new ArgumentException("a server has an address or a name, and a port", nameof(endPoint));
        }

        EndPoint = endPoint;
        Secret = !secret.IsNone ? secret : throw new ArgumentException("only a TLS connection can do without a secret (RFC 9765)", nameof(secret));
    }

    /// <summary>Its address or name, and its port.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The shared secret.</summary>
    public RadiusSecret Secret { get; }

    /// <summary>What carries the packets.</summary>
    public RadiusTransport Transport { get; private init; }

    /// <summary>How TLS is done, where it is.</summary>
    public RadiusTlsClientOptions? Tls { get; private init; }

    /// <summary>When an unanswered request is sent again, and how long it may take. Over TCP and TLS nothing is sent again (RFC 6613 §2.6.1); only the time counts.</summary>
    public RadiusRetransmission Retransmission { get; init; } = RadiusRetransmission.Default;

    /// <summary>Whether replies to Access-Requests must carry a Message-Authenticator. Turning it off leaves logins open to forged replies (CVE-2024-3596).</summary>
    public bool RequireMessageAuthenticator { get; init; } = true;

    /// <summary>A server over TCP (RFC 6613), where something else protects the network.</summary>
    /// <param name="endPoint">Its address or name, and its port.</param>
    /// <param name="secret">The shared secret.</param>
    public static RadiusUpstream OverTcp(EndPoint endPoint, RadiusSecret secret) => new(endPoint, secret) { Transport = RadiusTransport.Tcp };

    /// <summary>A server over TLS (RFC 6614), whose port is usually 2083.</summary>
    /// <param name="endPoint">Its address or name, and its port.</param>
    /// <param name="tls">Who we are, and whom we take for the server.</param>
    /// <param name="secret">The secret where it is not "radsec", as RFC 6614 §2.3 has it.</param>
    public static RadiusUpstream OverTls(EndPoint endPoint, RadiusTlsClientOptions tls, RadiusSecret? secret = null)
    {
        ArgumentNullException.ThrowIfNull(tls);
        return new RadiusUpstream(endPoint, secret ?? TlsProtocol.Radsec) { Transport = RadiusTransport.Tls, Tls = tls };
    }

    /// <summary>The end point in words, and never the secret.</summary>
    public override string ToString() => EndPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : EndPoint.ToString()!;
}
