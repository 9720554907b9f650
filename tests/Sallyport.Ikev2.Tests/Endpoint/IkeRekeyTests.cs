using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class IkeRekeyTests
{
    private static readonly IkeOffer Gcm = new(
        [new(EncryptionAlgorithm.AesGcm16, 256)], [PrfAlgorithm.HmacSha512], [], [KeyExchangeMethod.Ecp256, KeyExchangeMethod.Ecp384]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_side_gets_new_keys_and_SPIs_and_the_tunnel_lives_on(bool byGateway)
    {
        using Pair pair = RekeyTests.Established(out Traffic traffic);
        IkeSession session = pair.Single<SessionEstablishedEvent>(byGateway).Session;
        (ulong initiator, ulong responder, TimeSpan since) = (session.InitiatorSpi, session.ResponderSpi, session.EstablishedAt);
        session.RekeyIke(pair.Now);
        session.RekeyIke(pair.Now);
        pair.Run(TimeSpan.FromSeconds(1));

        Assert.NotNull(pair.Single<IkeRekeyedEvent>(false));
        Assert.NotNull(pair.Single<IkeRekeyedEvent>(true));
        Assert.NotEqual((initiator, responder), (session.InitiatorSpi, session.ResponderSpi));
        Assert.Equal(since, session.EstablishedAt);
        Assert.Equal(1, traffic.ClientSas);

        // RFC 7296 §2.18: message ids begin anew, and the one that asked is the initiator from now on.
        Assert.Equal((0u, 0u), (session.NextRequestId, session.ExpectedRequestId));
        Assert.Equal(byGateway ? session.ResponderSpi : session.InitiatorSpi, byGateway ? session.RemoteSpi : session.LocalSpi);
        RekeyTests.StaysUp(pair);
        pair.Run(TimeSpan.FromMinutes(2));
        RekeyTests.StaysUp(pair);
    }

    [Fact]
    public void By_the_clock_it_happens_without_end_and_each_side_can_end_the_session_at_any_time()
    {
        using Pair pair = RekeyTests.Established(out _, clientIke: TimeSpan.FromMinutes(10));
        pair.Run(TimeSpan.FromHours(2));
        Assert.InRange(pair.GatewayEvents.OfType<IkeRekeyedEvent>().Count(), 12, 17);
        pair.Single<SessionEstablishedEvent>(true).Session.Close(pair.Now);
        pair.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Empty(pair.Client.Sessions);
        Assert.Empty(pair.Gateway.Sessions);
        Assert.False(pair.Gateway.TryGetTimeout(out _));
    }

    [Fact]
    public void Another_suite_and_another_group_may_be_agreed_on()
    {
        using Pair pair = new(ike: Gcm);
        pair.Connect(Pair.ClientOptions(ike: Gcm with { KeyExchange = [KeyExchangeMethod.Ecp384, KeyExchangeMethod.Ecp256] }));
        pair.Run();
        IkeSession session = pair.Single<SessionEstablishedEvent>(false).Session;
        Assert.Equal(KeyExchangeMethod.Ecp256, session.Suite!.KeyExchange);
        session.RekeyIke(pair.Now);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.NotNull(pair.Single<IkeRekeyedEvent>(true));
        RekeyTests.StaysUp(pair);
    }

    [Fact]
    public void Both_asking_at_once_agree_on_one_SA_whatever_two_datagrams_are_lost()
    {
        HashSet<bool> winners = [];
        for (int lost = -1; lost < 9; lost++)
        {
            for (int second = lost; second < 9; second += lost < 0 ? 13 : 1)
            {
                using Pair pair = RekeyTests.Established(out _);
                int sent = 0;
                pair.Network = (d, _) => sent++ == lost || sent - 1 == second ? [] : [d];
                IkeSession client = pair.Single<SessionEstablishedEvent>(false).Session;
                ulong before = client.InitiatorSpi;
                client.RekeyIke(pair.Now);
                pair.Single<SessionEstablishedEvent>(true).Session.RekeyIke(pair.Now);
                pair.Run(TimeSpan.FromSeconds(90));
                pair.Network = (d, _) => [d];
                Assert.NotEqual(before, client.InitiatorSpi);
                winners.Add(client.LocalSpi == client.InitiatorSpi);
                RekeyTests.StaysUp(pair);
            }
        }

        Assert.Equal(2, winners.Count);
    }

    [Fact]
    public void New_keys_for_IKE_wait_until_those_of_ESP_are_done()
    {
        using Pair pair = RekeyTests.Established(out _);
        IkeSession client = pair.Single<SessionEstablishedEvent>(false).Session;
        client.RekeyChild(pair.Now);
        pair.Single<SessionEstablishedEvent>(true).Session.RekeyIke(pair.Now);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Contains(pair.Trace, t => t.StartsWith("> CREATE_CHILD_SA response", StringComparison.Ordinal) && t.EndsWith("{N(TemporaryFailure)}", StringComparison.Ordinal));
        RekeyTests.StaysUp(pair);
    }

    [Fact]
    public void A_session_that_ends_while_the_peer_renews_its_keys_ends_on_both_sides()
    {
        for (int delay = 0; delay < 3; delay++)
        {
            using Pair pair = RekeyTests.Established(out _);
            int sent = 0;
            pair.Network = (d, _) => sent++ == delay ? [] : [d];
            pair.Single<SessionEstablishedEvent>(false).Session.RekeyIke(pair.Now);
            pair.Single<SessionEstablishedEvent>(true).Session.Close(pair.Now);
            pair.Run(TimeSpan.FromSeconds(60));
            Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(true).Reason);
            Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(false).Reason);
            Assert.Empty(pair.Client.Sessions);
            Assert.Empty(pair.Gateway.Sessions);
        }
    }

    [Fact]
    public void An_IKE_SA_without_new_keys_ends_with_its_lifetime()
    {
        using Pair pair = RekeyTests.Established(out _, clientIke: TimeSpan.FromMinutes(10));
        IkeSession client = pair.Single<SessionEstablishedEvent>(false).Session;

        // A gateway that is always busy with its Child SA, and answers all else.
        pair.Moved = () =>
        {
            if (pair.Trace.Count > 0 && pair.Trace[^1].StartsWith("> CREATE_CHILD_SA request", StringComparison.Ordinal))
            {
                client.NoteInbound(pair.Now);
            }
        };
        pair.Network = (d, toGateway) => toGateway && d[18] == (byte)IkeExchangeType.CreateChildSa ? [] : [d];
        pair.Run(TimeSpan.FromMinutes(12));
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
    }
}
