using System.Security.Cryptography;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>What AUTH covers, and AUTH with a shared key (RFC 7296 §2.15, §2.16).</summary>
public static class IkeAuthenticator
{
    /// <summary>The octets that one side's AUTH covers: its first message, the other side's nonce, and prf(SK_p, its ID payload's body).</summary>
    /// <param name="prf">The pseudorandom function.</param>
    /// <param name="firstMessage">The side's own IKE_SA_INIT message as it went over the wire, without non-ESP marker.</param>
    /// <param name="otherNonce">The other side's nonce.</param>
    /// <param name="skP">SK_pi for the initiator, SK_pr for the responder.</param>
    /// <param name="idBody">The body of the side's ID payload.</param>
    public static byte[] SignedOctets(PrfAlgorithm prf, ReadOnlySpan<byte> firstMessage, ReadOnlySpan<byte> otherNonce, ReadOnlySpan<byte> skP, ReadOnlySpan<byte> idBody)
    {
        byte[] maced = IkePrf.Compute(prf, skP, idBody);
        return [.. firstMessage, .. otherNonce, .. maced];
    }

    /// <summary>AUTH = prf(prf(shared key, "Key Pad for IKEv2"), signed octets).</summary>
    /// <param name="prf">The pseudorandom function.</param>
    /// <param name="sharedKey">The EAP method's MSK, or SK_p where the method makes no key (RFC 7296 §2.16).</param>
    /// <param name="signedOctets">What AUTH covers.</param>
    public static byte[] SharedKeyMac(PrfAlgorithm prf, ReadOnlySpan<byte> sharedKey, ReadOnlySpan<byte> signedOctets)
    {
        byte[] key = IkePrf.Compute(prf, sharedKey, "Key Pad for IKEv2"u8);
        byte[] mac = IkePrf.Compute(prf, key, signedOctets);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }
}
