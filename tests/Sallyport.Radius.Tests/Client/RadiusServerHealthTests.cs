using Sallyport.Radius.Client;

namespace Sallyport.Radius.Tests.Client;

/// <summary>What a client believes of a server, over a clock that the test holds.</summary>
public class RadiusServerHealthTests
{
    private static readonly RadiusHealthOptions Options = new();
    private readonly RadiusServerHealth _server = new(Options, () => 0.5);

    [Fact]
    public void A_server_is_doubted_after_six_silent_seconds_and_given_up_after_three_unanswered_Status_Server()
    {
        _server.Silent(At(0), At(2));
        Assert.Equal(RadiusServerState.Alive, _server.State);
        _server.Silent(At(0), At(6));
        Assert.Equal(RadiusServerState.Zombie, _server.State);
        List<double> probes = [];
        for (TimeSpan now = At(6); _server.State == RadiusServerState.Zombie; now = _server.NextTimeout()!.Value)
        {
            Assert.True(_server.TryGetProbe(now));
            Assert.False(_server.TryGetProbe(now));
            probes.Add(now.TotalSeconds);
            _server.ProbeUnanswered(now + At(4));
        }

        Assert.Equal([6, 10, 14], probes);
        Assert.Equal(RadiusServerState.Dead, _server.State);
        Assert.Equal(At(18 + 30), _server.NextTimeout());
    }

    [Fact]
    public void A_server_that_answers_others_is_not_doubted_for_one_request()
    {
        _server.Heard(At(3));
        _server.Silent(At(2), At(30));

        Assert.Equal(RadiusServerState.Alive, _server.State);
    }

    [Fact]
    public void A_genuine_reply_is_proof_enough()
    {
        _server.Silent(At(0), At(6));
        _server.Heard(At(7));
        Assert.Equal((RadiusServerState.Alive, null), (_server.State, _server.NextTimeout()));
        _server.Unreachable(At(8));
        Assert.Equal(RadiusServerState.Dead, _server.State);
        _server.Heard(At(9));
        Assert.Equal(RadiusServerState.Alive, _server.State);
    }

    [Fact]
    public void A_server_given_up_is_trusted_again_after_three_answered_Status_Server_in_a_row()
    {
        Die(At(0));
        double[] asked = new double[5];
        for (int i = 0; i < 5; i++)
        {
            TimeSpan now = _server.NextTimeout()!.Value;
            Assert.True(_server.TryGetProbe(now));
            asked[i] = now.TotalSeconds;
            if (i == 1)
            {
                _server.ProbeUnanswered(now + At(4));
            }
            else
            {
                _server.ProbeAnswered(now);
            }

            Assert.Equal(i == 4 ? RadiusServerState.Alive : RadiusServerState.Dead, _server.State);
        }

        // Thirty seconds apart while it is silent, four once it has answered.
        Assert.Equal([30, 34, 38, 42, 46], asked);
    }

    [Fact]
    public void A_server_that_does_not_know_Status_Server_is_tried_again_after_a_while()
    {
        Die(At(0));
        _server.HandleTimeout(At(119.9));
        Assert.Equal(RadiusServerState.Dead, _server.State);
        _server.HandleTimeout(At(120));
        Assert.Equal(RadiusServerState.Alive, _server.State);
    }

    [Fact]
    public void Without_Status_Server_time_alone_decides()
    {
        RadiusServerHealth server = new(Options with { UseStatusServer = false }, () => 0.5);
        server.Silent(At(0), At(6));
        Assert.False(server.TryGetProbe(At(6)));
        Assert.Equal(At(18), server.NextTimeout());
        server.HandleTimeout(At(18));
        Assert.Equal(RadiusServerState.Dead, server.State);
        server.HandleTimeout(server.NextTimeout()!.Value);
        Assert.Equal((RadiusServerState.Alive, null), (server.State, server.NextTimeout()));
    }

    [Fact]
    public void A_pool_prefers_the_living_and_asks_none_twice()
    {
        RadiusServerPool pool = new(3, RadiusBalance.InOrder, Options, () => 0.5);
        Assert.Equal([0, 1, 2, -1], Ask(pool));
        pool[0].Silent(At(0), At(6));
        Assert.Equal([1, 2, 0, -1], Ask(pool));
        pool[2].Unreachable(At(6));
        Assert.Equal([1, 0, 2, -1], Ask(pool));
        Assert.True(pool.HasBetter(2, 0));
        Assert.False(pool.HasBetter(1, 0));
    }

    [Fact]
    public void A_pool_deals_in_turn_or_to_the_idlest()
    {
        RadiusServerPool turns = new(3, RadiusBalance.RoundRobin, Options, () => 0.5);
        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, 5).Select(_ => turns.Begin(0)));
        RadiusServerPool idlest = new(3, RadiusBalance.LeastOutstanding, Options, () => 0.5);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => idlest.Begin(0)));
        idlest.End(1);
        Assert.Equal(1, idlest.Begin(0));
    }

    private static int[] Ask(RadiusServerPool pool)
    {
        List<int> asked = [];
        ulong tried = 0;
        do
        {
            asked.Add(pool.Begin(tried));
            tried |= asked[^1] >= 0 ? 1UL << asked[^1] : 0;
        }
        while (asked[^1] >= 0);
        return [.. asked];
    }

    private void Die(TimeSpan now)
    {
        _server.Unreachable(now);
        Assert.Equal(RadiusServerState.Dead, _server.State);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
