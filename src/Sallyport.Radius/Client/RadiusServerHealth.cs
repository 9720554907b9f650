using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Client;

/// <summary>What a client believes of a server.</summary>
public enum RadiusServerState
{
    /// <summary>It answers.</summary>
    Alive,

    /// <summary>It left a request unanswered and is being asked for a sign of life; other servers are preferred.</summary>
    Zombie,

    /// <summary>It gave no sign of life; it is asked only where no other server is left.</summary>
    Dead,
}

/// <summary>When a client doubts a server, gives it up, and trusts it again (RFC 5997 §4, RFC 3539 §3.4).</summary>
public sealed record RadiusHealthOptions
{
    /// <summary>Whether servers are asked for signs of life by Status-Server. Without it time alone decides.</summary>
    public bool UseStatusServer { get; init; } = true;

    /// <summary>How long a request may go unanswered, while nothing else comes from the server, before it is doubted.</summary>
    public TimeSpan ZombieAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How far apart Status-Server packets to a doubted server are, a tenth more or less by chance; each has nine tenths of it to be answered in.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How far apart they are once the server was given up, a tenth more or less by chance.</summary>
    public TimeSpan DeadProbeInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many Status-Server in a row go unanswered before the server is given up; RFC 5997 §4.3 has three at least.</summary>
    public int FailuresToDead { get; init; } = 3;

    /// <summary>How many in a row are answered before it is trusted again.</summary>
    public int AnswersToAlive { get; init; } = 3;

    /// <summary>When a server that was given up is tried again all the same, where it has never answered a Status-Server: it may not know it.</summary>
    public TimeSpan ReviveAfter { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>
/// What a client believes of one server, without socket or clock.
/// <code>
///           unanswered request               no sign of life
///   Alive ──────────────────────▶ Zombie ──────────────────────▶ Dead
///     ▲  any genuine reply, or some  │                              │
///     └── Status-Server in a row ────┴──────────────────────────────┘
/// </code>
/// Not safe for concurrent use.
/// </summary>
public sealed class RadiusServerHealth
{
    private readonly RadiusHealthOptions _options;
    private readonly Func<double> _random;
    private TimeSpan _heard = TimeSpan.MinValue;
    private TimeSpan _since;
    private TimeSpan _nextProbe;
    private bool _everAnsweredProbe;
    private int _failures;
    private int _answers;

    /// <summary>A server that is believed alive.</summary>
    /// <param name="options">When that changes.</param>
    /// <param name="random">Chance, from 0 to 1, for the times of Status-Server.</param>
    public RadiusServerHealth(RadiusHealthOptions options, Func<double> random)
    {
        Guard.NotNull(options);
        Guard.NotNull(random);
        (_options, _random) = (options, random);
    }

    /// <summary>What is believed.</summary>
    public RadiusServerState State { get; private set; }

    /// <summary>A genuine reply to a request came: there is no better proof.</summary>
    public void Heard(TimeSpan now)
    {
        _heard = now;
        Become(RadiusServerState.Alive, now);
    }

    /// <summary>A request is still unanswered; told whenever it is sent again or given up.</summary>
    /// <param name="sent">When it was first sent.</param>
    /// <param name="now">The time.</param>
    public void Silent(TimeSpan sent, TimeSpan now)
    {
        if (State == RadiusServerState.Alive && _heard <= sent && now - sent >= _options.ZombieAfter)
        {
            Become(RadiusServerState.Zombie, now);
        }
    }

    /// <summary>The server cannot be reached at all, as where it refuses a connection.</summary>
    public void Unreachable(TimeSpan now)
    {
        if (State != RadiusServerState.Dead)
        {
            Become(RadiusServerState.Dead, now);
        }
    }

    /// <summary>Whether a Status-Server is to be sent now; the next is due an interval later.</summary>
    public bool TryGetProbe(TimeSpan now)
    {
        if (!_options.UseStatusServer || State == RadiusServerState.Alive || now < _nextProbe)
        {
            return false;
        }

        _nextProbe = now + Interval();
        return true;
    }

    /// <summary>A Status-Server was answered.</summary>
    public void ProbeAnswered(TimeSpan now)
    {
        _heard = now;
        _everAnsweredProbe = true;
        _failures = 0;
        if (State == RadiusServerState.Alive)
        {
            return;
        }

        // A server that has begun to answer is asked at the quick pace, so that it need not wait long to be trusted.
        if (++_answers >= _options.AnswersToAlive)
        {
            Become(RadiusServerState.Alive, now);
        }
        else if (_nextProbe > now + _options.ProbeInterval)
        {
            _nextProbe = now + _options.ProbeInterval;
        }
    }

    /// <summary>A Status-Server went unanswered.</summary>
    public void ProbeUnanswered(TimeSpan now)
    {
        _answers = 0;
        if (State == RadiusServerState.Zombie && ++_failures >= _options.FailuresToDead)
        {
            Become(RadiusServerState.Dead, now);
        }
    }

    /// <summary>Lets time decide where Status-Server cannot.</summary>
    public void HandleTimeout(TimeSpan now)
    {
        if (State == RadiusServerState.Zombie && !_options.UseStatusServer && now - _since >= ZombieTime)
        {
            Become(RadiusServerState.Dead, now);
        }
        else if (State == RadiusServerState.Dead && !_everAnsweredProbe && now - _since >= _options.ReviveAfter)
        {
            Become(RadiusServerState.Alive, now);
        }
    }

    /// <summary>When <see cref="HandleTimeout"/> and <see cref="TryGetProbe"/> are wanted next, if ever.</summary>
    public TimeSpan? NextTimeout()
    {
        TimeSpan? time = State switch
        {
            RadiusServerState.Zombie when !_options.UseStatusServer => _since + ZombieTime,
            RadiusServerState.Dead when !_everAnsweredProbe => _since + _options.ReviveAfter,
            _ => null,
        };
        bool probes = _options.UseStatusServer && State != RadiusServerState.Alive;
        return probes && (time is null || _nextProbe < time) ? _nextProbe : time;
    }

    // As long as the unanswered Status-Servers would have taken.
    private TimeSpan ZombieTime => TimeSpan.FromTicks(_options.ProbeInterval.Ticks * _options.FailuresToDead);

    private TimeSpan Interval()
    {
        TimeSpan interval = State == RadiusServerState.Dead && _answers == 0 ? _options.DeadProbeInterval : _options.ProbeInterval;
        return TimeSpan.FromTicks((long)(interval.Ticks * (0.9 + (0.2 * _random()))));
    }

    private void Become(RadiusServerState state, TimeSpan now)
    {
        if (state == State)
        {
            return;
        }

        State = state;
        _since = now;
        _failures = 0;
        _answers = 0;
        _nextProbe = state == RadiusServerState.Dead ? now + Interval() : now;
    }
}
