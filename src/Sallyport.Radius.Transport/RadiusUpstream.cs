using System.Net;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;

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

    /// <summary>When an unanswered request is sent again, and how long it may take.</summary>
    public RadiusRetransmission Retransmission { get; init; } = RadiusRetransmission.Default;

    /// <summary>Whether replies to Access-Requests must carry a Message-Authenticator. Turning it off leaves logins open to forged replies (CVE-2024-3596).</summary>
    public bool RequireMessageAuthenticator { get; init; } = true;

    /// <summary>The end point in words, and never the secret.</summary>
    public override string ToString() => EndPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : EndPoint.ToString()!;
}
