using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.RadiusServer.Users;

namespace Sallyport.Samples.RadiusServer.Authentication;

/// <summary>The protocols that are over with one request: PAP, CHAP, MS-CHAP and MS-CHAPv2.</summary>
internal static class PasswordProtocols
{
    private const int MsChapResponseSize = 50;
    private const int MsChapChallengeSize = 8;

    /// <summary>Judges a request that carries no EAP.</summary>
    public static Verdict Judge(RadiusRequest request, UserRecord user)
    {
        RadiusPacket packet = request.Packet;
        if (user.IsRejected)
        {
            return new Verdict(VerdictOutcome.Reject, "none", user, "Auth-Type is Reject");
        }

        if (user.AuthType == "Accept")
        {
            return new Verdict(VerdictOutcome.Accept, "none", user, "");
        }

        if (packet.Contains(Rfc2865.UserPassword.Id))
        {
            return Only("PAP", user) ?? Pap(packet, request.Peer.Secret, user);
        }

        if (packet.TryGet(Rfc2865.ChapPassword, out ReadOnlySpan<byte> chap))
        {
            ReadOnlySpan<byte> challenge = packet.TryGet(Rfc2865.ChapChallenge, out ReadOnlySpan<byte> given) ? given : packet.Authenticator;
            return Only("CHAP", user) ?? Simple("CHAP", user.Password is { HasText: true } password && RadiusChap.Verify(chap, challenge, password.Text), user);
        }

        if (packet.TryGet(MicrosoftVsa.MsChap2Response, out ReadOnlySpan<byte> response) && response.Length == MsChapResponseSize
            && packet.TryGet(MicrosoftVsa.MsChapChallenge, out ReadOnlySpan<byte> authenticatorChallenge) && authenticatorChallenge.Length == MsChapV2.ChallengeSize
            && packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name))
        {
            return Only("MS-CHAP", user) ?? MsChap2(request, user, response, authenticatorChallenge, name);
        }

        if (packet.TryGet(MicrosoftVsa.MsChapResponse, out response) && response.Length == MsChapResponseSize
            && packet.TryGet(MicrosoftVsa.MsChapChallenge, out authenticatorChallenge) && authenticatorChallenge.Length == MsChapChallengeSize)
        {
            return Only("MS-CHAP", user) ?? MsChap(user, response, authenticatorChallenge);
        }

        return new Verdict(VerdictOutcome.Reject, "none", user, "no credentials of a known protocol");
    }

    /// <summary>Why a password was not right, for the log.</summary>
    public static string Reason(UserRecord user) => user switch
    {
        { Match.Entries.Count: 0 } => "unknown user",
        { Password: null } => "no password is known of the user",
        _ => "wrong password or method",
    };

    // Auth-Type may name the one protocol that is wanted of a user.
    private static Verdict? Only(string protocol, UserRecord user) => user.AuthType is null or "Local" || user.AuthType == protocol
        ? null
        : new Verdict(VerdictOutcome.Reject, protocol, user, $"Auth-Type is {user.AuthType}");

    private static Verdict Pap(RadiusPacket packet, RadiusSecret secret, UserRecord user)
    {
        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        bool right = packet.TryDecrypt(Rfc2865.UserPassword, secret, packet.Authenticator, password, out int length) && Matches(user.Password, password[..length]);
        CryptographicOperations.ZeroMemory(password);
        return Simple("PAP", right, user);
    }

    // With the clear password even a user of whom only the NT hash is known can be judged.
    private static bool Matches(EapPassword? known, ReadOnlySpan<byte> password)
    {
        if (known is null)
        {
            return false;
        }

        return known.HasText
            ? CryptographicOperations.FixedTimeEquals(known.Text, password)
            : CryptographicOperations.FixedTimeEquals(known.NtHash, MsChapV2.NtPasswordHash(Encoding.UTF8.GetString(password)));
    }

    private static Verdict Simple(string protocol, bool right, UserRecord user) => right
        ? new Verdict(VerdictOutcome.Accept, protocol, user, "")
        : new Verdict(VerdictOutcome.Reject, protocol, user, Reason(user));

    // RFC 2548 §2.1.3: identifier, flags, LM response (24), NT response (24). The LM response gives the password away: it is not looked at.
    private static Verdict MsChap(UserRecord user, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge)
    {
        const int NtOffset = 26;
        const byte UseNt = 1;
        bool right = user.Password is { } password && (response[1] & UseNt) != 0
            && CryptographicOperations.FixedTimeEquals(MsChapV2.ChallengeResponse(challenge, password.NtHash), response[NtOffset..]);
        return right ? Simple("MS-CHAP", right, user) : Failure("MS-CHAP", user, response[0], "E=691 R=0");
    }

    // RFC 2548 §2.3.2: identifier, flags, peer challenge (16), reserved (8), NT response (24).
    private static Verdict MsChap2(RadiusRequest request, UserRecord user, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> name)
    {
        byte identifier = response[0];
        ReadOnlySpan<byte> peerChallenge = response.Slice(2, MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> ntResponse = response.Slice(26, MsChapV2.NtResponseSize);
        ReadOnlySpan<byte> hash = user.Password is null ? stackalloc byte[MsChapV2.HashSize] : user.Password.NtHash;
        byte[] expected = MsChapV2.GenerateNtResponse(challenge, peerChallenge, name, hash);
        if (user.Password is null || !CryptographicOperations.FixedTimeEquals(expected, ntResponse))
        {
            return Failure("MS-CHAPv2", user, identifier, $"E=691 R=0 C={Convert.ToHexString(challenge)} V=3 M=Authentication failed");
        }

        byte[] success = [identifier, .. Encoding.ASCII.GetBytes(MsChapV2.GenerateAuthenticatorResponse(hash, ntResponse, peerChallenge, challenge, name))];
        (byte[] receive, byte[] send) = MsChapV2.SessionKeys(hash, ntResponse);
        RadiusSecret secret = request.Peer.Secret;
        return new Verdict(VerdictOutcome.Accept, "MS-CHAPv2", user, "", (ref RadiusPacketWriter w) =>
        {
            w.Add(MicrosoftVsa.MsChap2Success, success);
            MppeKeys.Write(ref w, receive, send, secret);
        });
    }

    private static Verdict Failure(string protocol, UserRecord user, byte identifier, string error)
    {
        byte[] failure = [identifier, .. Encoding.ASCII.GetBytes(error)];
        return new Verdict(VerdictOutcome.Reject, protocol, user, Reason(user), (ref RadiusPacketWriter w) => w.Add(MicrosoftVsa.MsChapError, failure));
    }
}

/// <summary>MS-MPPE keys in a reply (RFC 2548 §2.4).</summary>
internal static class MppeKeys
{
    public static void Write(ref RadiusPacketWriter writer, byte[] receive, byte[] send, RadiusSecret secret)
    {
        // Two salts of one packet must differ (RFC 2548 §2.4.2).
        ushort salt = RadiusRequest.CreateSalt();
        writer.Add(MicrosoftVsa.MsMppeRecvKey, receive, secret, salt);
        writer.Add(MicrosoftVsa.MsMppeSendKey, send, secret, (ushort)(salt ^ 1));
        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
    }
}
