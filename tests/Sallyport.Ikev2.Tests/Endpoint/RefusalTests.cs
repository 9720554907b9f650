using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class RefusalTests
{
    [Fact]
    public void A_wrong_password_ends_the_login_on_both_sides()
    {
        using Pair pair = new() { EapPeer = (round, p) => round.Respond([2, 7, 0, 6, 6, (byte)'x'], p.Now) };
        pair.Connect();
        pair.Run();

        Assert.Equal(IkeCloseReason.AuthenticationFailed, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Equal(IkeCloseReason.AuthenticationFailed, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal("< IKE_AUTH response 2 {EAP Failure}", pair.Trace[^1]);
        Assert.Empty(pair.GatewayEvents.OfType<AuthorizationEvent>());
        Assert.Equal(0, pair.Gateway.HalfOpenCount);
    }

    [Fact]
    public void Different_master_session_keys_fail_AUTH_before_anybody_is_authorized()
    {
        using Pair pair = new() { ServerMsk = [1, 2, 3], PeerMsk = [1, 2, 4] };
        pair.Connect();
        pair.Run();

        Assert.Equal(IkeCloseReason.AuthenticationFailed, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Equal(IkeCloseReason.AuthenticationFailed, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal("< IKE_AUTH response 3 {N(AuthenticationFailed)}", pair.Trace[^1]);
        Assert.Empty(pair.GatewayEvents.OfType<AuthorizationEvent>());
    }

    [Fact]
    public void Equal_master_session_keys_let_in()
    {
        byte[] msk = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        using Pair pair = new() { ServerMsk = msk, PeerMsk = msk };
        IkeSession session = pair.Connect();
        pair.Run();
        Assert.Equal(IkeSessionState.Established, session.State);
    }

    [Fact]
    public void No_common_IKE_proposal_is_said_and_nothing_is_kept()
    {
        using Pair pair = new(ike: Pair.Aes128Sha384 with { Encryption = [new(EncryptionAlgorithm.AesCbc, 256)] });
        pair.Connect();
        pair.Run();

        Assert.Equal(IkeCloseReason.NoProposalChosen, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Equal("< IKE_SA_INIT response 0 {N(NoProposalChosen)}", pair.Trace[^1].Replace("IkeSaInit", "IKE_SA_INIT", StringComparison.Ordinal));
        Assert.Empty(pair.Gateway.Sessions);
        Assert.Empty(pair.GatewayEvents);
    }

    [Fact]
    public void No_common_ESP_proposal_is_said_after_the_login()
    {
        using Pair pair = new(esp: new EspOffer(128));
        pair.Connect();
        pair.Run();

        Assert.Equal(IkeCloseReason.ChildRefused, pair.Single<SessionClosedEvent>(false).Reason);
        RefusedAndDeleted(pair, "NoProposalChosen");
        Assert.Empty(pair.GatewayEvents.OfType<AuthorizationEvent>());
    }

    [Fact]
    public void Selectors_without_a_common_part_are_unacceptable()
    {
        using Pair pair = new()
        {
            Authorize = (e, p) => e.Grant(new IkeConfiguration { Address = IPAddress.Parse("192.168.13.1") }, [IkeTrafficSelector.Host(IPAddress.IPv6Loopback)], p.Now),
        };
        pair.Connect();
        pair.Run();
        RefusedAndDeleted(pair, "TsUnacceptable");
        Assert.Equal(IkeCloseReason.ChildRefused, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Theory]
    [InlineData(IkeNotifyType.InternalAddressFailure)]
    [InlineData(IkeNotifyType.FailedCpRequired)]
    public void A_pool_without_an_address_refuses_by_name(IkeNotifyType reason)
    {
        using Pair pair = new() { Authorize = (e, p) => e.Refuse(reason, p.Now) };
        pair.Connect();
        pair.Run();
        RefusedAndDeleted(pair, reason.ToString());
        Assert.Equal(IkeCloseReason.ChildRefused, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Contains(reason.ToString(), pair.Single<SessionClosedEvent>(false).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_trusted_gets_no_credentials()
    {
        using Pair pair = new()
        {
            Trust = (e, p) => e.Reject("unknown", p.Now),
            EapPeer = (_, _) => Assert.Fail("no EAP before the gateway is trusted"),
        };
        pair.Connect();
        pair.Run();
        Assert.Equal(IkeCloseReason.PeerNotTrusted, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Contains("> INFORMATIONAL request 2 {N(AuthenticationFailed)}", pair.Trace);
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void A_client_that_gives_up_on_EAP_says_so()
    {
        using Pair pair = new() { EapPeer = (round, p) => round.Fail("no such method", p.Now) };
        pair.Connect();
        pair.Run();
        SessionClosedEvent closed = pair.Single<SessionClosedEvent>(false);
        Assert.Equal((IkeCloseReason.AuthenticationFailed, "no such method"), (closed.Reason, closed.Detail));
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal(0, pair.Gateway.HalfOpenCount);
    }

    [Fact]
    public void A_gateway_that_is_gone_does_not_keep_a_client_that_gives_up_waiting()
    {
        using Pair pair = new();
        pair.Trust = (e, p) =>
        {
            pair.Network = (_, _) => [];
            e.Reject("unknown", p.Now);
        };
        pair.Connect();
        pair.Run(TimeSpan.FromSeconds(6));
        SessionClosedEvent closed = pair.Single<SessionClosedEvent>(false);
        Assert.Equal((IkeCloseReason.PeerNotTrusted, "unknown"), (closed.Reason, closed.Detail));
    }

    [Fact]
    public void The_certificate_is_judged_with_the_identity_it_must_speak_for()
    {
        using Pair pair = new();
        pair.Connect();
        pair.Run();
        PeerCertificateEvent certificate = pair.Single<PeerCertificateEvent>(false);
        Assert.Equal(Pair.Certificate.RawData, certificate.Chain[0]);
        Assert.True(certificate.Identity.Matches(Pair.Certificate));
        Assert.False(IkeIdentity.Fqdn("other.example.com").Matches(Pair.Certificate));
        Assert.False(IkeIdentity.KeyId("vpn.example.com").Matches(Pair.Certificate));
        Assert.False(IkeIdentity.Email("vpn.example.com").Matches(Pair.Certificate));
        Assert.False(IkeIdentity.Address(IPAddress.Loopback).Matches(Pair.Certificate));
    }

    [Fact]
    public void A_decision_is_answered_once()
    {
        using Pair pair = new();
        pair.Connect();
        pair.Run();
        Assert.Throws<InvalidOperationException>(() => pair.Single<AuthorizationEvent>(true).Refuse(IkeNotifyType.InternalAddressFailure, pair.Now));
    }

    // For whoever has AUTH, the IKE SA is up: it takes a Delete to end it.
    private static void RefusedAndDeleted(Pair pair, string reason)
    {
        Assert.Contains($"< IKE_AUTH response 3 {{AUTH, N({reason})}}", pair.Trace);
        Assert.Contains(pair.Trace, t => t.StartsWith("< INFORMATIONAL request 0 {D", StringComparison.Ordinal));
        pair.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(IkeCloseReason.ChildRefused, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Empty(pair.Gateway.Sessions);
        Assert.Empty(pair.Client.Sessions);
    }
}
