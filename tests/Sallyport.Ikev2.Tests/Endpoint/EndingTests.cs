using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class EndingTests
{
    private static readonly IkeDeadPeerDetection EveryTen = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), false);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_side_may_end_it_and_the_other_knows(bool byGateway)
    {
        using Pair pair = Established();
        pair.Single<SessionEstablishedEvent>(byGateway).Session.Close(pair.Now);
        pair.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(byGateway).Reason);
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(!byGateway).Reason);
        Assert.Empty(pair.Gateway.Sessions);
        Assert.Empty(pair.Client.Sessions);
    }

    [Fact]
    public void Delete_goes_again_until_answered_and_then_no_more()
    {
        using Pair pair = Established();
        int sent = 0;
        pair.Network = (d, toGateway) => toGateway && sent++ == 0 ? [] : [d];
        pair.Single<SessionEstablishedEvent>(false).Session.Close(pair.Now);
        pair.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(2, sent);
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void A_peer_that_is_gone_does_not_keep_the_end_waiting()
    {
        using Pair pair = Established();
        pair.Network = (_, _) => [];
        pair.Single<SessionEstablishedEvent>(false).Session.Close(pair.Now);
        pair.Run(TimeSpan.FromSeconds(6));
        Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Fact]
    public void Delete_waits_for_the_question_under_way_and_has_a_message_id_of_its_own()
    {
        using Pair pair = Established(EveryTen);
        List<byte[]> late = [];
        pair.Network = (d, toGateway) =>
        {
            if (!toGateway)
            {
                late.Add(d);
            }

            return toGateway ? [d] : [];
        };
        pair.Run(TimeSpan.FromSeconds(11));
        Assert.NotEmpty(late);
        IkeSession client = pair.Single<SessionEstablishedEvent>(false).Session;
        client.Close(pair.Now);
        Assert.Equal(IkeSessionState.Deleting, client.State);
        pair.Network = (d, _) => [d];
        pair.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Fact]
    public void A_question_under_way_to_a_dead_peer_does_not_keep_the_end_waiting()
    {
        using Pair pair = Established(EveryTen);
        pair.Network = (_, _) => [];
        pair.Run(TimeSpan.FromSeconds(11));
        pair.Single<SessionEstablishedEvent>(false).Session.Close(pair.Now);
        pair.Run(TimeSpan.FromSeconds(6));
        Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Fact]
    public void A_live_peer_answers_and_stays()
    {
        using Pair pair = Established(EveryTen);
        pair.Run(TimeSpan.FromSeconds(35));
        Assert.Equal(3, pair.Trace.Count(t => t.StartsWith("> INFORMATIONAL request", StringComparison.Ordinal)));
        Assert.Empty(pair.ClientEvents.OfType<SessionClosedEvent>());
    }

    [Fact]
    public void Traffic_from_the_peer_makes_the_question_needless()
    {
        using Pair pair = Established(EveryTen);
        for (int i = 0; i < 8; i++)
        {
            pair.Run(TimeSpan.FromSeconds(5));
            pair.Single<SessionEstablishedEvent>(false).Session.NoteInbound(pair.Now);
        }

        Assert.DoesNotContain(pair.Trace, t => t.Contains("INFORMATIONAL", StringComparison.Ordinal));
    }

    [Fact]
    public void On_demand_asks_only_after_something_was_sent()
    {
        using Pair pair = Established(EveryTen with { OnDemand = true });
        pair.Run(TimeSpan.FromSeconds(100));
        Assert.DoesNotContain(pair.Trace, t => t.Contains("INFORMATIONAL", StringComparison.Ordinal));
        pair.Single<SessionEstablishedEvent>(false).Session.NoteOutbound();
        pair.Run(TimeSpan.FromSeconds(11));
        Assert.Contains(pair.Trace, t => t.StartsWith("> INFORMATIONAL request", StringComparison.Ordinal));
    }

    [Fact]
    public void Datagrams_that_change_nothing_leave_nothing_in_the_queue_of_times()
    {
        using Pair pair = Established(EveryTen);
        byte[] question = [];
        pair.Network = (d, toGateway) =>
        {
            question = toGateway ? d : question;
            return [d];
        };
        pair.Run(TimeSpan.FromSeconds(11));
        int before = pair.Gateway.WaitingTimes;
        IkePath path = new(new(Pair.GatewayAddress.Address, 4500), new(Pair.ClientAddress.Address, 4500), true);
        for (int i = 0; i < 1000; i++)
        {
            question[^1] ^= (byte)(i & 1);
            pair.Gateway.HandleDatagram(question, path, pair.Now);
        }

        Assert.InRange(pair.Gateway.WaitingTimes, 0, before + 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dead_peer_is_found_by_whoever_looks(bool byGateway)
    {
        using Pair pair = byGateway ? new Pair(deadPeerDetection: EveryTen) : new Pair();
        pair.Connect(byGateway ? null : Pair.ClientOptions(deadPeerDetection: EveryTen));
        pair.Run();
        pair.Network = (_, _) => [];
        pair.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(byGateway).Reason);
        Assert.Empty((byGateway ? pair.GatewayEvents : pair.ClientEvents).OfType<PathChangedEvent>());
    }

    private static Pair Established(IkeDeadPeerDetection? deadPeerDetection = null)
    {
        Pair pair = new();
        pair.Connect(Pair.ClientOptions(deadPeerDetection: deadPeerDetection));
        pair.Run();
        Assert.Single(pair.ClientEvents.OfType<SessionEstablishedEvent>());
        return pair;
    }
}
