using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Server;

/// <summary>What a port serves.</summary>
[Flags]
public enum RadiusRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Access-Request (RFC 2865); usually port 1812.</summary>
    Authentication = 1,

    /// <summary>Accounting-Request (RFC 2866); usually port 1813.</summary>
    Accounting = 2,

    /// <summary>CoA-Request and Disconnect-Request (RFC 5176); usually port 3799.</summary>
    DynamicAuthorization = 4,
}

/// <summary>Whether a request is let in, or why not.</summary>
public enum RadiusAdmissionResult
{
    /// <summary>It is.</summary>
    Admitted,

    /// <summary>Not a well-formed packet.</summary>
    Malformed,

    /// <summary>A code that the port does not serve.</summary>
    UnexpectedCode,

    /// <summary>The Request Authenticator does not fit the secret.</summary>
    Authenticator,

    /// <summary>The Message-Authenticator does not fit the secret.</summary>
    MessageAuthenticator,

    /// <summary>The Message-Authenticator is missing.</summary>
    MissingMessageAuthenticator,

    /// <summary>EAP-Message beside a password (RFC 3579 §3.1).</summary>
    MixedCredentials,

    /// <summary>A Proxy-State without a verified Message-Authenticator (CVE-2024-3596).</summary>
    ProxyState,

    /// <summary>The device sends more than it may.</summary>
    RateLimit,
}

/// <summary>
/// Lets requests in: well formed, of a kind that the port serves, genuine as the device's policy demands, and not more than the device may
/// send. The rate comes last, so that nobody spends a device's share for it. Allocates nothing; safe for concurrent use.
/// </summary>
/// <param name="roles">What the port serves.</param>
public sealed class RadiusAdmission(RadiusRoles roles)
{
    private static readonly RadiusAttributeId ProxyState = new(0, 33);
    private static readonly RadiusAttributeId EapMessage = new(0, RadiusPacket.EapMessageType);
    private static readonly DateKey EventTimestamp = new(55);

    /// <summary>What the port serves.</summary>
    public RadiusRoles Roles { get; } = roles;

    /// <summary>Looks at a datagram.</summary>
    /// <param name="datagram">Its octets.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="now">The time, on the clock of every port that the device's limit is shared by.</param>
    /// <param name="packet">The request, where it is let in.</param>
    public RadiusAdmissionResult Admit(ReadOnlySpan<byte> datagram, RadiusPeer peer, TimeSpan now, out RadiusPacket packet)
    {
        Guard.NotNull(peer);
        if (!RadiusPacket.TryParse(datagram, out packet, out _))
        {
            return RadiusAdmissionResult.Malformed;
        }

        if (!Serves(packet.Code))
        {
            return RadiusAdmissionResult.UnexpectedCode;
        }

        RadiusVerification verification = RadiusAuthenticators.VerifyRequest(packet, peer.Secret, peer.MessageAuthenticator);
        if (verification != RadiusVerification.Genuine)
        {
            return verification switch
            {
                RadiusVerification.MessageAuthenticator => RadiusAdmissionResult.MessageAuthenticator,
                RadiusVerification.MissingMessageAuthenticator => RadiusAdmissionResult.MissingMessageAuthenticator,
                RadiusVerification.MixedCredentials => RadiusAdmissionResult.MixedCredentials,
                _ => RadiusAdmissionResult.Authenticator,
            };
        }

        if (packet.Code == RadiusCode.AccessRequest && peer.MessageAuthenticator != RadiusMessageAuthenticatorPolicy.Require && !IsBound(packet, peer))
        {
            return RadiusAdmissionResult.ProxyState;
        }

        return peer.TryTake(now) ? RadiusAdmissionResult.Admitted : RadiusAdmissionResult.RateLimit;
    }

    /// <summary>Whether a request's Event-Timestamp, where it has one, is recent (RFC 5176 §6.3).</summary>
    /// <param name="packet">The request.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="window">How far it may be off, either way; RFC 5176 recommends 300 s.</param>
    /// <param name="required">Whether it must have one.</param>
    public static bool IsFresh(RadiusPacket packet, DateTimeOffset now, TimeSpan window, bool required) =>
        packet.TryGet(EventTimestamp, out DateTimeOffset sent) ? (now - sent).Duration() <= window : !required;

    // RFC 5997 §4.2 knows Status-Server on ports of authentication and of accounting.
    private bool Serves(RadiusCode code) => code switch
    {
        RadiusCode.AccessRequest => (Roles & RadiusRoles.Authentication) != 0,
        RadiusCode.AccountingRequest => (Roles & RadiusRoles.Accounting) != 0,
        RadiusCode.CoaRequest or RadiusCode.DisconnectRequest => (Roles & RadiusRoles.DynamicAuthorization) != 0,
        RadiusCode.StatusServer => (Roles & (RadiusRoles.Authentication | RadiusRoles.Accounting)) != 0,
        _ => false,
    };

    // Whether the reply cannot be forged through a Proxy-State that somebody else put into the request. EAP is always signed, and so
    // says nothing of how the device sends the rest.
    private static bool IsBound(RadiusPacket packet, RadiusPeer peer)
    {
        if (peer.Secret.IsNone || packet.Contains(EapMessage))
        {
            return true;
        }

        bool signed = packet.HasMessageAuthenticator && peer.MessageAuthenticator != RadiusMessageAuthenticatorPolicy.Off;
        bool proxyState = packet.Contains(ProxyState);
        peer.Learn(signed, proxyState);
        return signed || !proxyState || !peer.IsProxyStateLimited;
    }
}
