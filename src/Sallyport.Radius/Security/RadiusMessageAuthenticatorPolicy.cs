namespace Sallyport.Radius.Security;

/// <summary>What is demanded of a peer's Message-Authenticator (RFC 3579 §3.2). EAP and Status-Server must carry a right one whatever is chosen.</summary>
public enum RadiusMessageAuthenticatorPolicy
{
    /// <summary>Every Access-Request must carry a right one (CVE-2024-3596).</summary>
    Require,

    /// <summary>One that is there must be right; it may be missing.</summary>
    IfPresent,

    /// <summary>It is not looked at: for a peer that computes it wrongly.</summary>
    Off,
}
