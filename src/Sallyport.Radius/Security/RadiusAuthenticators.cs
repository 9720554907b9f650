using System.Buffers.Binary;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <summary>What a check of a packet's authenticity found.</summary>
public enum RadiusVerification
{
    /// <summary>Genuine.</summary>
    Genuine,

    /// <summary>The Request or Response Authenticator does not fit the secret.</summary>
    Authenticator,

    /// <summary>The Message-Authenticator does not fit the secret.</summary>
    MessageAuthenticator,

    /// <summary>A Message-Authenticator is demanded and there is none.</summary>
    MissingMessageAuthenticator,

    /// <summary>An EAP-Message stands beside User-Password or CHAP-Password (RFC 3579 §3.1).</summary>
    MixedCredentials,
}

/// <summary>Authenticators (RFC 2865 §3, RFC 2866 §3) and Message-Authenticator (RFC 3579 §3.2). Nothing is allocated, comparisons take constant time.</summary>
public static class RadiusAuthenticators
{
    /// <summary>Either authenticator in octets.</summary>
    public const int Size = 16;

    /// <summary>The Token of RADIUS/1.1 in octets; it stands where the authenticator began (RFC 9765 §4.1).</summary>
    public const int TokenSize = 4;

    private const int AuthenticatorOffset = 4;
    private const byte UserPasswordType = 2;
    private const byte ChapPasswordType = 3;

    /// <summary>Checks a request.</summary>
    /// <param name="packet">The request.</param>
    /// <param name="secret">The secret shared with its sender.</param>
    /// <param name="policy">What is demanded of its Message-Authenticator. One with an EAP-Message (RFC 3579 §3.1) and a Status-Server
    /// (RFC 5997 §3) must always carry a right one.</param>
    public static RadiusVerification VerifyRequest(RadiusPacket packet, RadiusSecret secret, RadiusMessageAuthenticatorPolicy policy)
    {
        if (packet.Code is RadiusCode.AccessRequest or RadiusCode.StatusServer)
        {
            bool eap = packet.Contains(RadiusPacket.EapMessageType);
            bool always = eap || packet.Code == RadiusCode.StatusServer;
            if (secret.IsNone)
            {
                // RFC 9765 §5.2: a Message-Authenticator is ignored.
            }
            else if (!packet.HasMessageAuthenticator)
            {
                return always || policy == RadiusMessageAuthenticatorPolicy.Require ? RadiusVerification.MissingMessageAuthenticator : RadiusVerification.Genuine;
            }
            else if ((always || policy != RadiusMessageAuthenticatorPolicy.Off) && !VerifyMessageAuthenticator(packet, default, secret))
            {
                return RadiusVerification.MessageAuthenticator;
            }

            return eap && (packet.Contains(UserPasswordType) || packet.Contains(ChapPasswordType))
                ? RadiusVerification.MixedCredentials
                : RadiusVerification.Genuine;
        }

        if (secret.IsNone)
        {
            return RadiusVerification.Genuine;
        }

        // RFC 2866 §3, RFC 5176 §2.3: computed over zeros in its own place.
        Span<byte> zeros = stackalloc byte[Size];
        zeros.Clear();
        if (!VerifyAuthenticator(packet, zeros, secret))
        {
            return RadiusVerification.Authenticator;
        }

        return packet.HasMessageAuthenticator && policy != RadiusMessageAuthenticatorPolicy.Off && !VerifyMessageAuthenticator(packet, zeros, secret)
            ? RadiusVerification.MessageAuthenticator
            : RadiusVerification.Genuine;
    }

    /// <summary>Checks a reply.</summary>
    /// <param name="packet">The reply.</param>
    /// <param name="requestAuthenticator">The authenticator of the request that it answers.</param>
    /// <param name="secret">The secret shared with its sender.</param>
    /// <param name="requireMessageAuthenticator">Whether a reply to an Access-Request must carry a Message-Authenticator (CVE-2024-3596). One with an EAP-Message always must.</param>
    public static RadiusVerification VerifyReply(RadiusPacket packet, ReadOnlySpan<byte> requestAuthenticator, RadiusSecret secret, bool requireMessageAuthenticator)
    {
        if (secret.IsNone)
        {
            // RFC 9765 §4.2.2: the reply has the request's Token.
            return packet.Authenticator[..TokenSize].SequenceEqual(requestAuthenticator[..TokenSize]) ? RadiusVerification.Genuine : RadiusVerification.Authenticator;
        }

        if (!VerifyAuthenticator(packet, requestAuthenticator, secret))
        {
            return RadiusVerification.Authenticator;
        }

        if (packet.HasMessageAuthenticator)
        {
            return VerifyMessageAuthenticator(packet, requestAuthenticator, secret) ? RadiusVerification.Genuine : RadiusVerification.MessageAuthenticator;
        }

        bool access = packet.Code is RadiusCode.AccessAccept or RadiusCode.AccessReject or RadiusCode.AccessChallenge or RadiusCode.ProtocolError;
        bool eap = packet.Contains(RadiusPacket.EapMessageType);
        return access && (requireMessageAuthenticator || eap) ? RadiusVerification.MissingMessageAuthenticator : RadiusVerification.Genuine;
    }

    /// <summary>Computes MD5(packet | secret) of a packet that is being built, in whose authenticator's place stands what is to be hashed there.</summary>
    internal static void ComputeAuthenticator(ReadOnlySpan<byte> packet, RadiusSecret secret, Span<byte> destination) =>
        secret.Hash(new Md5Pieces(packet, secret.Span), destination);

    /// <summary>Computes HMAC-MD5 over the packet with zeros in the Message-Authenticator's place (RFC 3579 §3.2).</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="offset">Where the Message-Authenticator's value begins.</param>
    /// <param name="authenticator">What counts as its authenticator; empty for the one that stands there.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="destination">16 octets.</param>
    internal static void ComputeMessageAuthenticator(ReadOnlySpan<byte> packet, int offset, ReadOnlySpan<byte> authenticator, RadiusSecret secret, Span<byte> destination)
    {
        // Whole blocks are hashed where they stand; those with something in them that counts as something else are copied.
        const int Block = Md5State.BlockSize;
        int begin = offset & -Block;
        int end = Math.Min(packet.Length, (offset + Size + Block - 1) & -Block);
        Span<byte> changed = stackalloc byte[2 * Block];
        changed = changed[..(end - begin)];
        packet[begin..end].CopyTo(changed);
        changed.Slice(offset - begin, Size).Clear();
        if (authenticator.IsEmpty || begin == 0)
        {
            authenticator.CopyTo(changed[AuthenticatorOffset..]);
            secret.Authenticate(new Md5Pieces(packet[..begin], changed, packet[end..]), destination);
        }
        else
        {
            secret.Authenticate(new Md5Pieces(packet[..AuthenticatorOffset], authenticator, packet[RadiusPacket.HeaderSize..begin], changed, packet[end..]), destination);
        }
    }

    private static bool VerifyAuthenticator(RadiusPacket packet, ReadOnlySpan<byte> authenticator, RadiusSecret secret)
    {
        Span<byte> expected = stackalloc byte[Size];
        ReadOnlySpan<byte> octets = packet.Span;
        secret.Hash(new Md5Pieces(octets[..AuthenticatorOffset], authenticator, octets[RadiusPacket.HeaderSize..], secret.Span), expected);
        return AreEqual(expected, packet.Authenticator);
    }

    private static bool VerifyMessageAuthenticator(RadiusPacket packet, ReadOnlySpan<byte> authenticator, RadiusSecret secret)
    {
        Span<byte> expected = stackalloc byte[Size];
        ComputeMessageAuthenticator(packet.Span, packet.MessageAuthenticatorOffset, authenticator, secret, expected);
        return AreEqual(expected, packet.Span.Slice(packet.MessageAuthenticatorOffset, Size));
    }

    // Two words and no branch between them take the same time whatever they hold. The platform's function goes octet by octet, kept from being
    // optimised, for which time most of a block of MD5 is hashed.
    private static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(left) ^ BinaryPrimitives.ReadUInt64LittleEndian(right);
        ulong second = BinaryPrimitives.ReadUInt64LittleEndian(left[sizeof(ulong)..]) ^ BinaryPrimitives.ReadUInt64LittleEndian(right[sizeof(ulong)..]);
        return (first | second) == 0;
    }
}
