using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class RetransmissionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Any_datagram_may_be_lost(int lost)
    {
        using Pair pair = new();
        int sent = 0;
        pair.Network = (d, _) => sent++ == lost ? [] : [d];
        IkeSession session = pair.Connect();
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(IkeSessionState.Established, session.State);
        Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count());
        Assert.Single(pair.GatewayEvents.OfType<AuthorizationEvent>());
    }

    [Fact]
    public void Loss_doubling_and_reordering_bring_up_one_tunnel_with_equal_keys()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            using Pair pair = new();
            pair.Meddle(seed, oneIn: 6);
            IkeSession session = pair.Connect();
            pair.Run(TimeSpan.FromSeconds(300));
            if (session.State != IkeSessionState.Established)
            {
                // Six tries all lost: rare, yet the network may do so. Then it has to be said.
                Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
                continue;
            }

            SessionEstablishedEvent atClient = pair.Single<SessionEstablishedEvent>(false);
            SessionEstablishedEvent atGateway = pair.Single<SessionEstablishedEvent>(true);
            Assert.Equal(atClient.Child.InboundKey, atGateway.Child.OutboundKey);
            Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count(e => e.Session == atGateway.Session));
        }
    }

    [Fact]
    public void A_pending_decision_absorbs_retransmissions_and_its_late_answer_still_goes_out()
    {
        EapServerRoundEvent? push = null;
        using Pair pair = new();
        Action<EapServerRoundEvent, Pair> answer = pair.EapServer!;
        pair.EapServer = (round, p) =>
        {
            if (round.Packet.IsEmpty)
            {
                answer(round, p);
            }
            else
            {
                push = round;
            }
        };
        IkeSession session = pair.Connect();
        pair.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count());
        Assert.True(pair.Trace.Count(t => t.StartsWith("> IKE_AUTH request 2", StringComparison.Ordinal)) >= 4);
        Assert.DoesNotContain(pair.Trace, t => t.StartsWith("< IKE_AUTH response 2", StringComparison.Ordinal));
        Assert.True(pair.Gateway.Dropped(IkeDropReason.Pending) >= 3);

        answer(push!, pair);
        pair.Run();
        Assert.Equal(IkeSessionState.Established, session.State);
    }

    [Fact]
    public void A_decision_that_never_comes_ends_the_session_and_its_answer_then_does_nothing()
    {
        EapServerRoundEvent? push = null;
        using Pair pair = new() { EapServer = (round, _) => push = round };
        pair.Connect();
        pair.Run(TimeSpan.FromSeconds(400));
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Empty(pair.Gateway.Sessions);
        Assert.Empty(pair.Client.Sessions);
        int sent = pair.Trace.Count;
        push!.Success([3, 7, 0, 4], [], pair.Now);
        pair.Run();
        Assert.Equal(sent, pair.Trace.Count);
    }

    [Fact]
    public void A_retransmitted_request_gets_the_same_octets_again()
    {
        using Pair pair = new();
        List<byte[]> answers = [];
        pair.Network = (d, toGateway) =>
        {
            if (!toGateway)
            {
                answers.Add(d);
            }

            return toGateway ? [d, d] : [d];
        };
        IkeSession session = pair.Connect();
        pair.Run();
        Assert.Equal(IkeSessionState.Established, session.State);

        // Of each message, and of each fragment of it by its number.
        foreach (IGrouping<string, byte[]> exchange in answers.GroupBy(a => Convert.ToHexString(a.AsSpan(16, 8)) + Fragments.Number(a)))
        {
            Assert.Single(exchange.Select(Convert.ToHexString).Distinct());
        }
    }

    [Fact]
    public void Nobody_there_is_said_after_the_last_try()
    {
        using Pair pair = new() { Network = (_, _) => [] };
        pair.Connect();
        pair.Run(TimeSpan.FromSeconds(200));
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
        Assert.Equal(6, pair.Trace.Count);
        Assert.False(pair.Client.TryGetTimeout(out _));
    }
}
