using System.Text;
using Sallyport.Eap.Methods;

namespace Sallyport.Eap.Tests.Methods;

/// <summary>Both sides of EAP-MSCHAPv2, request by request.</summary>
public class MsChapV2MethodTests
{
    private readonly byte[] _request = new byte[1015];
    private readonly byte[] _response = new byte[1015];

    [Theory]
    [InlineData("alice", "clientPass")]
    [InlineData("CORP\\alice", "clientPass")]
    [InlineData("zoë", "pässwörd-密码-🔑")]
    [InlineData("weakdes", "pw129497")]
    [InlineData("alice", "")]
    public void Names_and_passwords_of_every_kind_agree_on_the_key(string name, string password)
    {
        (MsChapV2ServerMethod server, MsChapV2PeerMethod peer, int length) = Exchange(name, password, password);
        Assert.Equal(3, _request[0]);
        Assert.Equal(EapMethodResult.Success, peer.Handle(2, _request.AsSpan(0, length), _response, out int answer));
        Assert.Equal([3], _response[..answer]);
        Assert.Equal(EapMethodResult.Success, server.Handle(2, _response.AsSpan(0, answer), 3, _request, out _));
        Assert.Equal(64, peer.MasterSessionKey.Length);
        Assert.True(peer.MasterSessionKey.SequenceEqual(server.MasterSessionKey));
    }

    [Fact]
    public void A_wrong_password_gets_E_691_without_another_try()
    {
        (MsChapV2ServerMethod server, MsChapV2PeerMethod peer, int length) = Exchange("alice", "right", "wrong");
        Assert.Equal(4, _request[0]);
        Assert.StartsWith("E=691 R=0 C=", Encoding.ASCII.GetString(_request, 4, length - 4), StringComparison.Ordinal);
        Assert.Equal(length, (_request[2] << 8) | _request[3]);
        Assert.Equal(EapMethodResult.Failure, peer.Handle(2, _request.AsSpan(0, length), _response, out int answer));
        Assert.Equal([4], _response[..answer]);
        Assert.Equal(EapMethodResult.Failure, server.Handle(2, _response.AsSpan(0, answer), 3, _request, out _));
        Assert.Equal((0, 0, false), (server.MasterSessionKey.Length, peer.MasterSessionKey.Length, peer.MayEnd));
    }

    // RFC 2759 §5: each digit of the proof counts, and so does its presence.
    [Fact]
    public void A_server_that_does_not_prove_itself_is_left()
    {
        for (int at = 0; at < MsChapV2.AuthenticatorResponseSize; at++)
        {
            (_, MsChapV2PeerMethod peer, int length) = Exchange("alice", "pw", "pw");
            byte[] bent = _request[..length];
            bent[4 + at] ^= 1;
            Assert.Equal(EapMethodResult.Failure, peer.Handle(2, bent, _response, out int answer));
            Assert.Equal((0, false, 0), (answer, peer.MayEnd, peer.MasterSessionKey.Length));
        }

        (_, MsChapV2PeerMethod other, _) = Exchange("alice", "pw", "pw");
        Assert.Equal(EapMethodResult.Failure, other.Handle(2, [3, 1, 0, 4], _response, out _));
    }

    [Fact]
    public void A_proof_before_any_challenge_is_dropped()
    {
        MsChapV2PeerMethod peer = new("alice", EapPassword.FromText("pw"), d => d.Clear());
        Assert.Equal(EapMethodResult.Discard, peer.Handle(1, [3, 1, 0, 46, .. new byte[42]], _response, out _));
    }

    // RFC 2759 §6: no new password was asked for. Everything else that is out of turn changes nothing.
    [Theory]
    [InlineData(7, EapMethodResult.Failure)]
    [InlineData(1, EapMethodResult.Discard)]
    [InlineData(3, EapMethodResult.Discard)]
    [InlineData(4, EapMethodResult.Discard)]
    [InlineData(0, EapMethodResult.Discard)]
    [InlineData(255, EapMethodResult.Discard)]
    public void Opcodes_that_nobody_asked_for_are_refused(byte opCode, EapMethodResult expected)
    {
        MsChapV2ServerMethod server = new(EapPassword.FromText("pw"), d => d.Clear());
        server.Begin(1, _request);
        Assert.Equal(expected, server.Handle(1, [opCode, 1, 0, 4], 2, _request, out int length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void Every_truncation_of_a_response_fails_and_none_throws()
    {
        MsChapV2PeerMethod peer = new("alice", EapPassword.FromText("pw"), d => d.Clear());
        MsChapV2ServerMethod first = new(EapPassword.FromText("pw"), d => d.Clear());
        int asked = first.Begin(1, _request);
        peer.Handle(1, _request.AsSpan(0, asked), _response, out int length);
        for (int size = 0; size < length - "alice".Length; size++)
        {
            MsChapV2ServerMethod server = new(EapPassword.FromText("pw"), d => d.Clear());
            server.Begin(1, _request);
            Assert.Equal(size == 0 ? EapMethodResult.Discard : EapMethodResult.Failure, server.Handle(1, _response.AsSpan(0, size), 2, _request, out _));
        }
    }

    private (MsChapV2ServerMethod Server, MsChapV2PeerMethod Peer, int Length) Exchange(string name, string password, string typed)
    {
        MsChapV2ServerMethod server = new(EapPassword.FromText(password), d => d.Fill(0x5b));
        MsChapV2PeerMethod peer = new(name, EapPassword.FromText(typed), d => d.Fill(0x21));
        int length = server.Begin(1, _request);
        Assert.Equal(EapMethodResult.Continue, peer.Handle(1, _request.AsSpan(0, length), _response, out int answer));
        Assert.Equal(EapMethodResult.Continue, server.Handle(1, _response.AsSpan(0, answer), 2, _request, out length));
        return (server, peer, length);
    }
}
