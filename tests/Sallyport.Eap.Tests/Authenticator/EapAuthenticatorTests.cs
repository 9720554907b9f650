using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Tests.Authenticator;

/// <summary>The authenticator's table, one packet at a time.</summary>
public class EapAuthenticatorTests
{
    private readonly byte[] _packet = new byte[1020];

    // RFC 4137 §5 and §6: what each kind of packet does in each state, and nothing else does anything.
    [Theory]
    [InlineData("identity", "identity", EapAuthenticatorOutcome.Request)]
    [InlineData("identity", "method", EapAuthenticatorOutcome.Discard)]
    [InlineData("identity", "nak", EapAuthenticatorOutcome.Discard)]
    [InlineData("identity", "expanded nak", EapAuthenticatorOutcome.Discard)]
    [InlineData("method", "identity", EapAuthenticatorOutcome.Discard)]
    [InlineData("method", "method", EapAuthenticatorOutcome.Success)]
    [InlineData("method", "nak", EapAuthenticatorOutcome.Request)]
    [InlineData("method", "expanded nak", EapAuthenticatorOutcome.Request)]
    [InlineData("method", "other expanded", EapAuthenticatorOutcome.Discard)]
    [InlineData("ended", "identity", EapAuthenticatorOutcome.Discard)]
    [InlineData("ended", "method", EapAuthenticatorOutcome.Discard)]
    [InlineData("ended", "nak", EapAuthenticatorOutcome.Discard)]
    public void Every_kind_of_response_in_every_state(string state, string kind, EapAuthenticatorOutcome expected)
    {
        EapAuthenticator authenticator = At(state);
        byte[] data = kind switch
        {
            "identity" => [1, .. "alice"u8],
            "method" => [6, .. "alice-pw"u8],
            "nak" => [3, 26],
            "expanded nak" => [254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 9, 0, 0, 0, 6, 254, 0, 0, 0, 0, 0, 0, 26],
            _ => [254, 0, 0, 9, 0, 0, 0, 1],
        };
        Assert.Equal(expected, Respond(authenticator, _packet[1], data));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("method")]
    [InlineData("ended")]
    public void Requests_results_wrong_identifiers_and_rubbish_change_nothing(string state)
    {
        EapAuthenticator authenticator = At(state);
        byte id = _packet[1];
        byte[] scratch = new byte[1020];
        foreach (byte[] packet in (byte[][])[[], [2], [1, id, 0, 6, 1, 65], [3, id, 0, 4], [4, id, 0, 4], [2, (byte)(id + 1), 0, 6, 1, 65], [2, (byte)(id - 1), 0, 6, 1, 65], [9, id, 0, 6, 1, 65]])
        {
            EapAuthenticatorState before = authenticator.State;
            Assert.Equal(EapAuthenticatorOutcome.Discard, authenticator.Handle(packet, scratch, out int length));
            Assert.Equal((before, 0), (authenticator.State, length));
        }
    }

    [Fact]
    public void The_same_response_again_is_dropped()
    {
        EapAuthenticator authenticator = At("identity");
        byte id = _packet[1];
        Assert.Equal(EapAuthenticatorOutcome.Request, Respond(authenticator, id, [1, .. "alice"u8]));
        Assert.Equal(EapAuthenticatorOutcome.Discard, Respond(authenticator, id, [1, .. "alice"u8]));
    }

    // RFC 3748 §5.3.1 and §4.2: nothing in common ends it, with the identifier of the Nak.
    [Theory]
    [InlineData(new byte[] { 3 })]
    [InlineData(new byte[] { 3, 0 })]
    [InlineData(new byte[] { 3, 13, 25 })]
    [InlineData(new byte[] { 3, 6 })]
    [InlineData(new byte[] { 254, 0, 0, 0, 0, 0, 0, 3 })]
    [InlineData(new byte[] { 254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 0, 0, 1, 0, 26 })]
    public void A_Nak_with_nothing_that_is_left_to_offer_fails(byte[] nak)
    {
        EapAuthenticator authenticator = At("method");
        byte id = _packet[1];
        Assert.Equal(EapAuthenticatorOutcome.Failure, Respond(authenticator, id, nak));
        Assert.Equal([4, id, 0, 4], _packet[..4]);
    }

    [Fact]
    public void A_Nak_after_the_first_round_is_dropped()
    {
        EapAuthenticator authenticator = At("method");
        Assert.Equal(EapAuthenticatorOutcome.Request, Respond(authenticator, _packet[1], [3, 26]));
        Assert.Equal((byte)EapMethodType.MsChapV2, _packet[4]);
        byte[] wrong = new byte[54];
        (wrong[0], wrong[4]) = (2, 49);
        Assert.Equal(EapAuthenticatorOutcome.Request, Respond(authenticator, _packet[1], [26, .. wrong]));
        Assert.Equal(EapAuthenticatorOutcome.Discard, Respond(authenticator, _packet[1], [3, 6]));
    }

    // RFC 2865 §5.1: no User-Name could carry more than 253 octets, nor none.
    [Theory]
    [InlineData(0, EapAuthenticatorOutcome.Failure)]
    [InlineData(1, EapAuthenticatorOutcome.Request)]
    [InlineData(253, EapAuthenticatorOutcome.Request)]
    [InlineData(254, EapAuthenticatorOutcome.Failure)]
    public void An_identity_has_limits(int size, EapAuthenticatorOutcome expected)
    {
        EapAuthenticator authenticator = At("identity");
        byte id = _packet[1];
        Assert.Equal(expected, Respond(authenticator, id, [1, .. new byte[size]]));
        Assert.Equal(expected == EapAuthenticatorOutcome.Failure ? id : (byte)(id + 1), _packet[1]);
    }

    [Fact]
    public void Misuse_throws()
    {
        EapAuthenticator authenticator = At("identity");
        Assert.Throws<InvalidOperationException>(() => authenticator.Start(_packet, out _));
        Assert.Throws<InvalidOperationException>(() => authenticator.Resume(EapPassThroughResult.Accept, default, default, _packet, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MsChapV2ServerMethod(null, d => d.Clear(), new string('s', 254)));
    }

    private EapAuthenticator At(string state)
    {
        EapPassword password = EapPassword.FromText("alice-pw");
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions
        {
            Random = d => d.Fill(7),
            Methods = _ =>
            [
                new(EapMethodType.GenericTokenCard, () => new GenericTokenCardMethod(password)),
                new(EapMethodType.MsChapV2, () => new MsChapV2ServerMethod(password, d => d.Fill(7))),
            ],
        });
        Assert.Equal(EapAuthenticatorOutcome.Request, authenticator.Start(_packet, out _));
        if (state != "identity")
        {
            Respond(authenticator, _packet[1], [1, .. "alice"u8]);
        }

        if (state == "ended")
        {
            Respond(authenticator, _packet[1], [6, .. "alice-pw"u8]);
        }

        return authenticator;
    }

    private EapAuthenticatorOutcome Respond(EapAuthenticator authenticator, byte id, byte[] typeAndData) =>
        authenticator.Handle([2, id, (byte)((4 + typeAndData.Length) >> 8), (byte)(4 + typeAndData.Length), .. typeAndData], _packet, out _);
}
