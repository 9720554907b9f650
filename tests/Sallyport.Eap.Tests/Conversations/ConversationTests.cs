using System.Security.Cryptography;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Tests.Conversations;

/// <summary>Both machines against each other.</summary>
public class ConversationTests
{
    public static TheoryData<EapMethodType> Methods => [EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard, EapMethodType.MsChapV2];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_right_password_succeeds_on_both_sides_with_equal_keys(EapMethodType method)
    {
        (EapAuthenticatorOutcome server, EapPeerOutcome client, EapAuthenticator authenticator, EapPeer peer) = Run("alice", "alice-pw", [method], method);

        Assert.Equal((EapAuthenticatorOutcome.Success, EapPeerOutcome.Success), (server, client));
        Assert.Equal("alice", authenticator.Identity);
        Assert.Equal(method == EapMethodType.MsChapV2 ? 64 : 0, peer.MasterSessionKey.Length);
        Assert.True(authenticator.MasterSessionKey.SequenceEqual(peer.MasterSessionKey));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_wrong_password_fails(EapMethodType method) => Assert.Equal(EapAuthenticatorOutcome.Failure, Run("alice", "wrong", [method], method).Server);

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_unknown_person_fails(EapMethodType method) => Assert.Equal(EapAuthenticatorOutcome.Failure, Run("mallory", "alice-pw", [method], method).Server);

    [Fact]
    public void A_peer_that_wants_another_method_gets_it_by_Nak()
    {
        (EapAuthenticatorOutcome server, EapPeerOutcome client, EapAuthenticator authenticator, _) =
            Run("alice", "alice-pw", [EapMethodType.MsChapV2], EapMethodType.Md5Challenge, EapMethodType.MsChapV2);

        Assert.Equal((EapAuthenticatorOutcome.Success, EapPeerOutcome.Success), (server, client));
        Assert.Equal(EapMethodType.MsChapV2, authenticator.Method);
    }

    [Fact]
    public void A_peer_with_no_common_method_fails() => Assert.Equal(EapAuthenticatorOutcome.Failure, Run("alice", "alice-pw", [EapMethodType.GenericTokenCard], EapMethodType.Md5Challenge).Server);

    [Fact]
    public void A_peer_does_not_believe_Success_before_its_method_has_ended()
    {
        EapPeer peer = Peer("alice", "alice-pw", EapMethodType.MsChapV2);

        Assert.Equal(EapPeerOutcome.Discard, peer.Handle([3, 1, 0, 4], new byte[1020], out _));
    }

    [Fact]
    public void A_retransmitted_request_gets_the_same_response()
    {
        EapPeer peer = Peer("alice", "alice-pw", EapMethodType.MsChapV2);
        byte[] request = [1, 9, 0, 30, 26, 1, 9, 0, 25, 16, .. new byte[16], .. "srv!"u8];
        request[3] = (byte)request.Length;
        byte[] first = new byte[1020];
        byte[] second = new byte[1020];

        Assert.Equal(EapPeerOutcome.Respond, peer.Handle(request, first, out int firstLength));
        Assert.Equal(EapPeerOutcome.Respond, peer.Handle(request, second, out int secondLength));
        Assert.Equal(first[..firstLength], second[..secondLength]);
    }

    [Fact]
    public void Pass_through_relays_every_round_and_ends_as_the_server_says()
    {
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions { Random = RandomNumberGenerator.Fill });
        byte[] packet = new byte[1020];
        authenticator.Start(packet, out int length);
        byte identifier = packet[1];
        Assert.Equal(EapAuthenticatorOutcome.Pending, authenticator.Handle([2, identifier, 0, 8, 1, (byte)'b', (byte)'o', (byte)'b'], packet, out _));
        Assert.Equal("bob", authenticator.Identity);
        Assert.Equal(EapAuthenticatorOutcome.Discard, authenticator.Handle([2, identifier, 0, 8, 1, (byte)'b', (byte)'o', (byte)'b'], packet, out _));

        Assert.Equal(EapAuthenticatorOutcome.Request, authenticator.Resume(EapPassThroughResult.Request, [1, 77, 0, 6, 6, 63], default, packet, out length));
        Assert.Equal([1, 77, 0, 6, 6, 63], packet[..length]);
        Assert.Equal(EapAuthenticatorOutcome.Pending, authenticator.Handle([2, 77, 0, 6, 6, 33], packet, out _));
        Assert.Equal(EapAuthenticatorOutcome.Success, authenticator.Resume(EapPassThroughResult.Accept, [3, 77, 0, 4], new byte[64], packet, out length));
        Assert.Equal([3, 77, 0, 4], packet[..length]);
        Assert.Equal(64, authenticator.MasterSessionKey.Length);
    }

    [Theory]
    [InlineData(EapPassThroughResult.Accept, 4)]
    [InlineData(EapPassThroughResult.Reject, 3)]
    [InlineData(EapPassThroughResult.Request, 3)]
    public void Pass_through_fails_closed_where_the_server_contradicts_itself(EapPassThroughResult result, byte code)
    {
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions { Random = RandomNumberGenerator.Fill, QueryIdentity = false, KnownIdentity = "bob" });
        byte[] packet = new byte[1020];
        Assert.Equal(EapAuthenticatorOutcome.Pending, authenticator.Start(packet, out _));

        Assert.Equal(EapAuthenticatorOutcome.Failure, authenticator.Resume(result, [code, 77, 0, 4], default, packet, out _));
        Assert.Equal(0, authenticator.MasterSessionKey.Length);
    }

    private static EapPeer Peer(string identity, string password, params EapMethodType[] methods) =>
        new(new EapPeerOptions { Identity = identity, Password = EapPassword.FromText(password), Methods = methods, Random = RandomNumberGenerator.Fill });

    private static (EapAuthenticatorOutcome Server, EapPeerOutcome Client, EapAuthenticator Authenticator, EapPeer Peer) Run(
        string identity, string password, EapMethodType[] client, params EapMethodType[] server)
    {
        EapPeer peer = Peer(identity, password, client);
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions
        {
            Random = RandomNumberGenerator.Fill,
            Methods = name =>
            {
                EapPassword? known = name == "alice" ? EapPassword.FromText("alice-pw") : null;
                return [.. server.Select(m => new KeyValuePair<EapMethodType, Func<IEapServerMethod>>(m, () => m switch
                {
                    EapMethodType.Md5Challenge => new Md5ChallengeMethod(known, RandomNumberGenerator.Fill),
                    EapMethodType.GenericTokenCard => new GenericTokenCardMethod(known),
                    _ => new MsChapV2ServerMethod(known, RandomNumberGenerator.Fill),
                }))];
            },
        });
        byte[] request = new byte[1020];
        byte[] response = new byte[1020];
        EapAuthenticatorOutcome outcome = authenticator.Start(request, out int length);
        EapPeerOutcome answer = EapPeerOutcome.Discard;
        while (outcome == EapAuthenticatorOutcome.Request)
        {
            answer = peer.Handle(request.AsSpan(0, length), response, out int responseLength);
            if (answer != EapPeerOutcome.Respond)
            {
                return (EapAuthenticatorOutcome.Discard, answer, authenticator, peer);
            }

            outcome = authenticator.Handle(response.AsSpan(0, responseLength), request, out length);
        }

        return (outcome, peer.Handle(request.AsSpan(0, length), response, out _), authenticator, peer);
    }
}
