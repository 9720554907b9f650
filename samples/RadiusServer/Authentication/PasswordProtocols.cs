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

        if (packet.TryGet(MicrosoftVsa.MsChap2Response, out ReadOnlySpan<byte> response) && response.Length == RadiusMsChap.ResponseSize
            && packet.TryGet(MicrosoftVsa.MsChapChallenge, out ReadOnlySpan<byte> authenticatorChallenge)
            && packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name))
        {
            return Only("MS-CHAP", user) ?? MsChap2(request, user, response, authenticatorChallenge, name);
        }

        if (packet.TryGet(MicrosoftVsa.MsChapResponse, out response) && response.Length == RadiusMsChap.ResponseSize
            && packet.TryGet(MicrosoftVsa.MsChapChallenge, out authenticatorChallenge))
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
            : CryptographicOperations.FixedTimeEquals(known.NtHash, RadiusMsChap.HashPassword(Encoding.UTF8.GetString(password)));
    }

    private static Verdict Simple(string protocol, bool right, UserRecord user) => right
        ? new Verdict(VerdictOutcome.Accept, protocol, user, "")
        : new Verdict(VerdictOutcome.Reject, protocol, user, Reason(user));

    private static Verdict MsChap(UserRecord user, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge) =>
        user.Password is { } password && RadiusMsChap.Verify(response, challenge, password.NtHash)
            ? Simple("MS-CHAP", true, user)
            : Failure("MS-CHAP", user, response[0], "E=691 R=0");

    private static Verdict MsChap2(RadiusRequest request, UserRecord user, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> name)
    {
        // Whoever is not known costs the same computation as somebody with another password.
        ReadOnlySpan<byte> hash = user.Password is null ? stackalloc byte[RadiusMsChap.HashSize] : user.Password.NtHash;
        if (!RadiusMsChap.Verify2(response, challenge, name, hash) || user.Password is null)
        {
            return Failure("MS-CHAPv2", user, response[0], $"E=691 R=0 C={Convert.ToHexString(challenge)} V=3 M=Authentication failed");
        }

        byte[] success = RadiusMsChap.Succeed2(response, challenge, name, hash);
        byte[] receive = new byte[RadiusMsChap.KeySize];
        byte[] send = new byte[RadiusMsChap.KeySize];
        RadiusMsChap.DeriveKeys(response, hash, receive, send);
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
