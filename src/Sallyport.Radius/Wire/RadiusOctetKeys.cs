namespace Sallyport.Radius.Wire;

/// <summary>The key of an attribute that holds text in UTF-8 (RFC 8044 §3.4).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct TextKey(RadiusAttributeId Id);

/// <summary>The key of an attribute that holds octets of no further structure (RFC 8044 §3.5).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct OctetsKey(RadiusAttributeId Id);

/// <summary>The key of an attribute that holds attributes (RFC 8044 §3.13). Those within have keys of their own.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct TlvKey(RadiusAttributeId Id);

/// <summary>
/// The key of text or octets that may be longer than one attribute holds. In the packet itself and for vendors all attributes of the type make
/// one value (RFC 8044 §3.6); in 245 and 246 (RFC 6929 §2.2), and for vendors with a continuation, a flag says which belong together.
/// </summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct ConcatKey(RadiusAttributeId Id);

/// <summary>How an attribute is hidden.</summary>
public enum RadiusEncryption
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As User-Password (RFC 2865 §5.2).</summary>
    UserPassword,

    /// <summary>With a salt, as Tunnel-Password (RFC 2868 §3.5) and the MS-MPPE keys (RFC 2548 §2.4.2).</summary>
    Salted,

    /// <summary>As Ascend-Send-Secret: 16 octets, XORed with MD5 over the Request Authenticator and the secret. Ascend's own, in no RFC.</summary>
    AscendSecret,
}

/// <summary>
/// The key of an attribute that is hidden with the shared secret. It has no plain getter: only decryption reads it.
/// </summary>
/// <param name="Id">Where it stands.</param>
/// <param name="Encryption">How it is hidden.</param>
/// <param name="IsTagged">Whether a tag stands in front of what is hidden (RFC 2868 §3.5).</param>
public readonly record struct EncryptedKey(RadiusAttributeId Id, RadiusEncryption Encryption, bool IsTagged = false);
