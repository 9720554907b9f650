using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer.Authentication;

/// <summary>The protocols that are over with one request: PAP, CHAP and MS-CHAPv2.</summary>
internal static class PasswordProtocols
{
    private const string WrongPassword = "wrong password";
    private const string UnknownUser = "unknown user";
    private const int MsChapResponseSize = 50;

    /// <summary>Judges a request that carries no EAP.</summary>
    public static Verdict Judge(RadiusRequest request, IdentityUser? user)
    {
        RadiusPacket packet = request.Packet;
        if (packet.Contains(Rfc2865.UserPassword.Id))
        {
            return Pap(packet, request.Peer.Secret, user);
        }

        if (packet.TryGet(Rfc2865.ChapPassword, out ReadOnlySpan<byte> chap))
        {
            ReadOnlySpan<byte> challenge = packet.TryGet(Rfc2865.ChapChallenge, out ReadOnlySpan<byte> given) ? given : packet.Authenticator;
            bool right = user is { Password.HasText: true } && RadiusChap.Verify(chap, challenge, user.Password.Text);
            return Simple("CHAP", right, user);
        }

        if (packet.TryGet(MicrosoftVsa.MsChap2Response, out ReadOnlySpan<byte> response) && response.Length == MsChapResponseSize
            && packet.TryGet(MicrosoftVsa.MsChapChallenge, out ReadOnlySpan<byte> authenticatorChallenge) && authenticatorChallenge.Length == MsChapV2.ChallengeSize
            && packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name))
        {
            return MsChap(request, user, response, authenticatorChallenge, name);
        }

        return new Verdict(VerdictOutcome.Reject, "none", user, "no credentials of a known protocol");
    }

    private static Verdict Pap(RadiusPacket packet, RadiusSecret secret, IdentityUser? user)
    {
        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        bool right = packet.TryDecrypt(Rfc2865.UserPassword, secret, packet.Authenticator, password, out int length) && Matches(user, password[..length]);
        CryptographicOperations.ZeroMemory(password);
        return Simple("PAP", right, user);
    }

    // With the clear password even a user of whom only the NT hash is known can be judged.
    private static bool Matches(IdentityUser? user, ReadOnlySpan<byte> password)
    {
        if (user is null)
        {
            return false;
        }

        return user.Password.HasText
            ? CryptographicOperations.FixedTimeEquals(user.Password.Text, password)
            : CryptographicOperations.FixedTimeEquals(user.Password.NtHash, MsChapV2.NtPasswordHash(Encoding.UTF8.GetString(password)));
    }

    private static Verdict Simple(string protocol, bool right, IdentityUser? user) => right
        ? new Verdict(VerdictOutcome.Accept, protocol, user, "")
        : new Verdict(VerdictOutcome.Reject, protocol, user, user is null ? UnknownUser : WrongPassword);

    // RFC 2548 §2.3.2: identifier, flags, peer challenge (16), reserved (8), NT response (24).
    private static Verdict MsChap(RadiusRequest request, IdentityUser? user, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> name)
    {
        byte identifier = response[0];
        ReadOnlySpan<byte> peerChallenge = response.Slice(2, MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> ntResponse = response.Slice(26, MsChapV2.NtResponseSize);
        ReadOnlySpan<byte> hash = user is null ? stackalloc byte[MsChapV2.HashSize] : user.Password.NtHash;
        byte[] expected = MsChapV2.GenerateNtResponse(challenge, peerChallenge, name, hash);
        if (user is null || !CryptographicOperations.FixedTimeEquals(expected, ntResponse))
        {
            string error = $"E=691 R=0 C={Convert.ToHexString(challenge)} V=3 M=Authentication failed";
            byte[] failure = [identifier, .. Encoding.ASCII.GetBytes(error)];
            return new Verdict(VerdictOutcome.Reject, "MS-CHAPv2", user, user is null ? UnknownUser : WrongPassword, (ref RadiusPacketWriter w) => w.Add(MicrosoftVsa.MsChapError, failure));
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
