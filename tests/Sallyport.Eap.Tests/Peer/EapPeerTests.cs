using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Tests.Peer;

/// <summary>The peer's table, one packet at a time.</summary>
public class EapPeerTests
{
    private static readonly byte[] Challenge = [26, 1, 5, 0, 25, 16, .. new byte[16], .. "srv!"u8];
    private readonly byte[] _response = new byte[1020];
    private int _length;

    private byte[] TypeAndData => _response[4.._length];

    [Fact]
    public void Success_counts_only_after_the_method_and_only_for_the_last_response()
    {
        EapPeer peer = Peer(EapMethodType.Md5Challenge);
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 3, 0));
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [1]));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 3, 1));
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 2, [4, 1, 99]));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 3, 1));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 3, 3));
        Assert.Equal(EapPeerOutcome.Success, Result(peer, 3, 2));
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 3, [1]));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 4, 2));
    }

    [Fact]
    public void Success_in_the_middle_of_MSCHAPv2_is_dropped()
    {
        EapPeer peer = Peer(EapMethodType.MsChapV2);
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 5, Challenge));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 3, 5));
        Assert.Equal(0, peer.MasterSessionKey.Length);
    }

    [Fact]
    public void Failure_counts_only_for_the_last_response_and_ends_it()
    {
        EapPeer peer = Peer(EapMethodType.MsChapV2);
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 4, 1));
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [1]));
        Assert.Equal(EapPeerOutcome.Discard, Result(peer, 4, 2));
        Assert.Equal(EapPeerOutcome.Failure, Result(peer, 4, 1));
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 2, [1]));
    }

    // RFC 3748 §5.3: a Nak is a response only; a Notification is acknowledged; a Response is the peer's own to send.
    [Fact]
    public void Other_kinds_of_packets()
    {
        EapPeer peer = Peer(EapMethodType.MsChapV2);
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 1, [3, 26]));
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 1, [0]));
        Assert.Equal(EapPeerOutcome.Discard, peer.Handle([2, 1, 0, 5, 1], _response, out _));
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [2, .. "hello"u8]));
        Assert.Equal([2], TypeAndData);
    }

    [Fact]
    public void A_method_that_is_not_ours_gets_a_Nak_that_names_only_what_we_can_do()
    {
        EapPeer peer = Peer(EapMethodType.Tls, EapMethodType.MsChapV2, EapMethodType.MsChapV2, EapMethodType.GenericTokenCard);
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [13, 0x20]));
        Assert.Equal([3, 26, 6], TypeAndData);
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 2, [254, 0, 0, 9, 0, 0, 0, 1]));
        Assert.Equal([254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 0, 0, 0, 0, 26, 254, 0, 0, 0, 0, 0, 0, 6], TypeAndData);
    }

    [Fact]
    public void A_peer_with_nothing_to_name_names_0()
    {
        EapPeer peer = Peer(EapMethodType.Tls);
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [4, 1, 99]));
        Assert.Equal([3, 0], TypeAndData);
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 2, [254, 0, 0, 9, 0, 0, 0, 1]));
        Assert.Equal([254, 0, 0, 0, 0, 0, 0, 3, 254, 0, 0, 0, 0, 0, 0, 0], TypeAndData);
    }

    [Fact]
    public void Who_knows_only_an_NT_hash_offers_only_MSCHAPv2()
    {
        EapPeer peer = new(new EapPeerOptions
        {
            Identity = "alice",
            Password = EapPassword.FromNtHash(new byte[16]),
            Methods = [EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard, EapMethodType.MsChapV2],
            Random = d => d.Clear(),
        });
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 1, [6]));
        Assert.Equal([3, 26], TypeAndData);
    }

    [Fact]
    public void A_malformed_first_request_binds_the_peer_to_no_method()
    {
        EapPeer peer = Peer(EapMethodType.Md5Challenge, EapMethodType.MsChapV2);
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 1, [4, 16, 1]));
        Assert.Equal(EapPeerOutcome.Respond, Request(peer, 2, Challenge));
        Assert.Equal(EapPeerOutcome.Discard, Request(peer, 3, [4, 1, 99]));
    }

    [Theory]
    [InlineData(1015, EapPeerOutcome.Respond)]
    [InlineData(1016, EapPeerOutcome.Failure)]
    public void An_identity_or_token_that_no_packet_carries_ends_it(int size, EapPeerOutcome expected)
    {
        string text = new('x', size);
        foreach (byte[] request in (byte[][])[[1], [6]])
        {
            EapPeer peer = new(new EapPeerOptions { Identity = text, Password = EapPassword.FromText(text), Methods = [EapMethodType.GenericTokenCard], Random = d => d.Clear() });
            Assert.Equal(expected, Request(peer, 1, request));
            Assert.Equal(expected == EapPeerOutcome.Respond ? EapPeerOutcome.Respond : EapPeerOutcome.Discard, Request(peer, 1, request));
        }
    }

    [Fact]
    public void No_change_of_one_octet_of_a_request_throws()
    {
        foreach (byte[] data in (byte[][])[[1], Challenge, [4, 1, 99], [6], [254, 0, 0, 9, 0, 0, 0, 1]])
        {
            byte[] request = [1, 1, 0, (byte)(4 + data.Length), .. data];
            for (int at = 0; at < request.Length; at++)
            {
                for (int value = 0; value < 256; value += 3)
                {
                    byte[] bent = [.. request];
                    bent[at] = (byte)value;
                    EapPeer peer = Peer(EapMethodType.MsChapV2, EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard);
                    Assert.NotEqual(EapPeerOutcome.Success, peer.Handle(bent, _response, out _));
                }
            }
        }
    }

    private static EapPeer Peer(params EapMethodType[] methods) =>
        new(new EapPeerOptions { Identity = "alice", Password = EapPassword.FromText("alice-pw"), Methods = methods, Random = d => d.Fill(3) });

    private static EapPeerOutcome Result(EapPeer peer, byte code, byte id) => peer.Handle([code, id, 0, 4], new byte[1020], out _);

    private EapPeerOutcome Request(EapPeer peer, byte id, byte[] data) => peer.Handle([1, id, 0, (byte)(4 + data.Length), .. data], _response, out _length);
}
