using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.RadiusServer.Users;

namespace Sallyport.Samples.RadiusServer.Authentication;

/// <summary>EAP conversations under way, each found by the State of its last challenge (RFC 2865 §5.24), bound to its device, and forgotten after a while.</summary>
internal sealed class EapConversations(UserDirectory users, TimeProvider time)
{
    private const int MostConversations = 10_000;
    private const int LargestEap = 4096;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Conversation> _conversations = [];
    private readonly Queue<(string State, long Begun)> _ages = new();

    /// <summary>Judges a request that carries EAP.</summary>
    public Verdict Judge(RadiusRequest request)
    {
        RadiusPacket packet = request.Packet;
        byte[] eap = new byte[LargestEap];
        packet.TryGet(Rfc3579.EapMessage, eap, out int eapLength);
        byte[] next = new byte[LargestEap];
        Conversation? conversation;
        EapAuthenticatorOutcome outcome;
        int length;
        if (packet.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state))
        {
            conversation = Take(state, request.Peer.Name);
            if (conversation is null)
            {
                UserRecord stranger = users.Find(packet.GetString(Rfc2865.UserName), packet);
                return new Verdict(VerdictOutcome.Reject, "EAP", stranger, "no conversation has this State");
            }

            outcome = conversation.Authenticator.Handle(eap.AsSpan(0, eapLength), next, out length);
        }
        else
        {
            (conversation, outcome, length) = Begin(request, eap.AsSpan(0, eapLength), next);
        }

        return Answer(request, conversation, outcome, next.AsSpan(0, length).ToArray());
    }

    private Verdict Answer(RadiusRequest request, Conversation conversation, EapAuthenticatorOutcome outcome, byte[] eap)
    {
        EapAuthenticator authenticator = conversation.Authenticator;
        UserRecord user = users.Find(authenticator.Identity, request.Packet);
        string protocol = authenticator.Method switch
        {
            EapMethodType.Md5Challenge => "EAP-MD5",
            EapMethodType.GenericTokenCard => "EAP-GTC",
            EapMethodType.MsChapV2 => "EAP-MSCHAPv2",
            _ => "EAP",
        };
        switch (outcome)
        {
            case EapAuthenticatorOutcome.Request when !IsRefused(user):
                byte[] state = Keep(conversation);
                return new Verdict(VerdictOutcome.Challenge, protocol, user, "", (ref RadiusPacketWriter w) =>
                {
                    w.Add(Rfc2865.State, state);
                    w.Add(Rfc3579.EapMessage, eap);
                });
            case EapAuthenticatorOutcome.Success when !IsRefused(user):
                byte[] key = authenticator.MasterSessionKey.ToArray();
                RadiusSecret secret = request.Peer.Secret;
                return new Verdict(VerdictOutcome.Accept, protocol, user, "", (ref RadiusPacketWriter w) =>
                {
                    w.Add(Rfc3579.EapMessage, eap);
                    if (key.Length > 0)
                    {
                        MppeKeys.Write(ref w, key[..16], key[16..32], secret);
                    }
                });
            default:
                // RFC 3579 §2.6.3: a Reject carries EAP-Failure with the response's identifier.
                byte[] failure = outcome == EapAuthenticatorOutcome.Failure && eap.Length > 0 ? eap : EapPacket.Result(EapCode.Failure, Identifier(request));
                string reason = outcome == EapAuthenticatorOutcome.Discard ? "an EAP packet out of place" : IsRefused(user) ? $"Auth-Type is {user.AuthType}" : PasswordProtocols.Reason(user);
                return new Verdict(VerdictOutcome.Reject, protocol, user, reason, (ref RadiusPacketWriter w) => w.Add(Rfc3579.EapMessage, failure));
        }
    }

    // Auth-Type may name the one protocol that is wanted of a user; a verdict without any proof of the person is none for EAP, which ends in keys.
    private static bool IsRefused(UserRecord user) => user.AuthType is not (null or "Local" or "EAP");

    private static byte Identifier(RadiusRequest request) =>
        request.Packet.TryGetRaw(Rfc3579.EapMessage.Id, out ReadOnlySpan<byte> eap) && eap.Length > 1 ? eap[1] : (byte)0;

    private (Conversation, EapAuthenticatorOutcome, int) Begin(RadiusRequest request, ReadOnlySpan<byte> eap, Span<byte> next)
    {
        // RFC 3579 §2.1: an empty EAP-Message asks the server to begin; otherwise the device brings the peer's Identity.
        bool start = eap.IsEmpty;
        string? identity = !start && EapPacket.TryParse(eap, out EapPacket packet, out _) && packet is { Code: EapCode.Response, Type: EapMethodType.Identity }
            ? Encoding.UTF8.GetString(packet.TypeData)
            : null;

        // The methods may be asked for rounds later, when this request is long over.
        byte[] first = request.Octets.ToArray();
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions { Random = RandomNumberGenerator.Fill, QueryIdentity = start, KnownIdentity = identity, Methods = name => Methods(name, first) });
        Conversation conversation = new(authenticator, request.Peer.Name);
        if (!start && (identity is null || request.Packet.GetString(Rfc2865.UserName) is { } name && name != identity))
        {
            return (conversation, EapAuthenticatorOutcome.Discard, 0);
        }

        EapAuthenticatorOutcome outcome = authenticator.Start(next, out int length);
        return (conversation, outcome, length);
    }

    private List<KeyValuePair<EapMethodType, Func<IEapServerMethod>>> Methods(string identity, byte[] request)
    {
        _ = RadiusPacket.TryParse(request, out RadiusPacket packet, out _);
        UserRecord user = users.Find(identity, packet);
        EapPassword? password = user.Password;
        return [.. user.EapMethods.Select(m => new KeyValuePair<EapMethodType, Func<IEapServerMethod>>(m, () => m switch
        {
            EapMethodType.Md5Challenge => new Md5ChallengeMethod(password, RandomNumberGenerator.Fill),
            EapMethodType.GenericTokenCard => new GenericTokenCardMethod(password),
            _ => new MsChapV2ServerMethod(password, RandomNumberGenerator.Fill),
        }))];
    }

    private byte[] Keep(Conversation conversation)
    {
        byte[] state = RandomNumberGenerator.GetBytes(16);
        string key = Convert.ToHexString(state);
        long now = time.GetTimestamp();
        lock (_gate)
        {
            while (_ages.TryPeek(out (string State, long Begun) oldest) && (time.GetElapsedTime(oldest.Begun, now) > Lifetime || _ages.Count >= MostConversations))
            {
                _conversations.Remove(_ages.Dequeue().State);
            }

            _conversations[key] = conversation;
            _ages.Enqueue((key, now));
        }

        return state;
    }

    private Conversation? Take(ReadOnlySpan<byte> state, string device)
    {
        lock (_gate)
        {
            string key = Convert.ToHexString(state);
            return _conversations.TryGetValue(key, out Conversation? conversation) && conversation.Device == device && _conversations.Remove(key) ? conversation : null;
        }
    }

    private sealed record Conversation(EapAuthenticator Authenticator, string Device);
}
