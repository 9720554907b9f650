using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary>Answers PAP, CHAP, MS-CHAPv2, EAP MD5-Challenge and accounting for <see cref="BenchUsers"/>.</summary>
internal sealed class LoginHandler(BenchUsers users)
{
    private const int MsChapResponseSize = 50;
    private const int MostConversations = 65_536;
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, EapAuthenticator> _conversations = [];
    private readonly Queue<UInt128> _ages = [];

    /// <summary>Handles a request.</summary>
    public RadiusResponse Handle(RadiusRequest request)
    {
        RadiusPacket packet = request.Packet;
        if (packet.Code == RadiusCode.AccountingRequest)
        {
            return request.CreateReply(RadiusCode.AccountingResponse);
        }

        packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name);
        BenchUser? user = users.Find(name);
        if (packet.Contains(Rfc3579.EapMessage.Id))
        {
            return Eap(request, user);
        }

        if (packet.TryGet(MicrosoftVsa.MsChap2Response, out ReadOnlySpan<byte> response))
        {
            return MsChap(request, user, response);
        }

        bool right = user is not null && (packet.TryGet(Rfc2865.ChapPassword, out ReadOnlySpan<byte> chap) ? IsChap(packet, chap, user) : IsPap(request, user));
        return right ? Accept(request, user!) : request.CreateReply(RadiusCode.AccessReject);
    }

    private static RadiusResponse Accept(RadiusRequest request, BenchUser user) => request.CreateReply(RadiusCode.AccessAccept, user, AddAuthorization);

    private static void AddAuthorization(ref RadiusPacketWriter writer, BenchUser user)
    {
        writer.Add(Rfc2865.ReplyMessage, user.Greeting);
        writer.Add(Rfc2865.SessionTimeout, BenchUsers.SessionTimeout);
        writer.Add(Rfc2865.Class, user.Class);
    }

    private static bool IsPap(RadiusRequest request, BenchUser user)
    {
        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        return request.Packet.TryDecrypt(Rfc2865.UserPassword, request.Peer.Secret, request.Packet.Authenticator, password, out int length)
            && CryptographicOperations.FixedTimeEquals(user.Password, password[..length]);
    }

    private static bool IsChap(RadiusPacket packet, ReadOnlySpan<byte> chap, BenchUser user) =>
        RadiusChap.Verify(chap, packet.TryGet(Rfc2865.ChapChallenge, out ReadOnlySpan<byte> challenge) ? challenge : packet.Authenticator, user.Password);

    // RFC 2548 §2.3.2: identifier, flags, peer challenge (16), reserved (8), NT response (24).
    private static RadiusResponse MsChap(RadiusRequest request, BenchUser? user, ReadOnlySpan<byte> response)
    {
        RadiusPacket packet = request.Packet;
        if (user is null || response.Length != MsChapResponseSize || !packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name)
            || !packet.TryGet(MicrosoftVsa.MsChapChallenge, out ReadOnlySpan<byte> challenge) || challenge.Length != MsChapV2.ChallengeSize)
        {
            return request.CreateReply(RadiusCode.AccessReject);
        }

        ReadOnlySpan<byte> peer = response.Slice(2, MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> given = response[26..];
        byte[] hash = MsChapV2.NtPasswordHash(Encoding.UTF8.GetString(user.Password));
        if (!CryptographicOperations.FixedTimeEquals(MsChapV2.GenerateNtResponse(challenge, peer, name, hash), given))
        {
            return request.CreateReply(RadiusCode.AccessReject);
        }

        byte[] success = [response[0], .. Encoding.ASCII.GetBytes(MsChapV2.GenerateAuthenticatorResponse(hash, given, peer, challenge, name))];
        return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter writer) =>
        {
            writer.Add(MicrosoftVsa.MsChap2Success, success);
            AddAuthorization(ref writer, user);
        });
    }

    private RadiusResponse Eap(RadiusRequest request, BenchUser? user)
    {
        RadiusPacket packet = request.Packet;
        byte[] eap = new byte[RadiusPacket.LargestSize];
        byte[] next = new byte[RadiusPacket.LargestSize];
        packet.TryGet(Rfc3579.EapMessage, eap, out int length);
        EapAuthenticator? authenticator;
        EapAuthenticatorOutcome outcome;
        if (packet.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state))
        {
            authenticator = Take(state);
            if (authenticator is null)
            {
                return request.CreateReply(RadiusCode.AccessReject);
            }

            outcome = authenticator.Handle(eap.AsSpan(0, length), next, out length);
        }
        else
        {
            packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> name);
            EapPassword? password = user is null ? null : EapPassword.FromText(Encoding.UTF8.GetString(user.Password));
            authenticator = new EapAuthenticator(new EapAuthenticatorOptions
            {
                Random = RandomNumberGenerator.Fill,
                QueryIdentity = false,
                KnownIdentity = Encoding.UTF8.GetString(name),
                Methods = _ => [new(EapMethodType.Md5Challenge, () => new Md5ChallengeMethod(password, RandomNumberGenerator.Fill))],
            });
            outcome = authenticator.Start(next, out length);
        }

        ReadOnlyMemory<byte> message = next.AsMemory(0, length);
        if (outcome != EapAuthenticatorOutcome.Request)
        {
            bool right = outcome == EapAuthenticatorOutcome.Success && user is not null;
            return request.CreateReply(right ? RadiusCode.AccessAccept : RadiusCode.AccessReject, (ref RadiusPacketWriter writer) =>
            {
                writer.Add(Rfc3579.EapMessage, message.Span);
                if (right)
                {
                    AddAuthorization(ref writer, user!);
                }
            });
        }

        byte[] fresh = Keep(authenticator);
        return request.CreateReply(RadiusCode.AccessChallenge, (ref RadiusPacketWriter writer) =>
        {
            writer.Add(Rfc2865.State, fresh);
            writer.Add(Rfc3579.EapMessage, message.Span);
        });
    }

    private byte[] Keep(EapAuthenticator authenticator)
    {
        byte[] state = RandomNumberGenerator.GetBytes(16);
        lock (_gate)
        {
            while (_ages.Count >= MostConversations)
            {
                _conversations.Remove(_ages.Dequeue());
            }

            UInt128 key = new(BitConverter.ToUInt64(state), BitConverter.ToUInt64(state, 8));
            _conversations.Add(key, authenticator);
            _ages.Enqueue(key);
        }

        return state;
    }

    private EapAuthenticator? Take(ReadOnlySpan<byte> state)
    {
        lock (_gate)
        {
            return state.Length == 16 && _conversations.Remove(new UInt128(BitConverter.ToUInt64(state), BitConverter.ToUInt64(state[8..])), out EapAuthenticator? authenticator) ? authenticator : null;
        }
    }
}
