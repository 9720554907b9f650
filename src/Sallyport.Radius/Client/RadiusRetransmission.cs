namespace Sallyport.Radius.Client;

/// <summary>
/// When an unanswered request is sent again and when it is given up (RFC 5080 §2.2.1): waits double from the first one up to a longest one,
/// each a little longer or shorter by chance, so that clients that lost a server at the same moment do not come back in step.
/// </summary>
public sealed record RadiusRetransmission
{
    /// <summary>The numbers that RFC 5080 §2.2.1 recommends: 2 s at first, 16 s at most, five tries, 30 s in all.</summary>
    public static RadiusRetransmission Default { get; } = new();

    /// <summary>How long the first try waits (IRT).</summary>
    public TimeSpan InitialTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a try waits at most, chance apart (MRT); zero for no bound.</summary>
    public TimeSpan MaximumTime { get; init; } = TimeSpan.FromSeconds(16);

    /// <summary>How often a request is sent in all (MRC); zero for no bound.</summary>
    public int MaximumCount { get; init; } = 5;

    /// <summary>How long a request may take in all (MRD); zero for no bound.</summary>
    public TimeSpan MaximumDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By which part of itself a wait may be longer or shorter; 0.1 in RFC 5080, 0 for none.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>How long a request may take in all, chance apart; <see cref="TimeSpan.MaxValue"/> where nothing bounds it.</summary>
    public TimeSpan Total
    {
        get
        {
            TimeSpan total = TimeSpan.Zero;
            TimeSpan wait = TimeSpan.Zero;
            for (int i = 0; i < MaximumCount && (MaximumDuration <= TimeSpan.Zero || total < MaximumDuration); i++)
            {
                wait = WaitAfter(wait, 0.5);
                total += wait;
            }

            TimeSpan bound = MaximumDuration > TimeSpan.Zero ? MaximumDuration : TimeSpan.MaxValue;
            return MaximumCount > 0 && total < bound ? total : bound;
        }
    }

    /// <summary>Waits that do not grow, as administrators configure a timeout and a number of tries.</summary>
    /// <param name="wait">How long each try waits.</param>
    /// <param name="tries">How often the request is sent in all, at least once.</param>
    /// <param name="jitter">By which part of itself a wait may be longer or shorter.</param>
    public static RadiusRetransmission Every(TimeSpan wait, int tries, double jitter = 0) =>
        new() { InitialTime = wait, MaximumTime = wait, MaximumCount = tries, MaximumDuration = TimeSpan.Zero, Jitter = jitter };

    /// <summary>How long the next try waits.</summary>
    /// <param name="previous">How long the one before waited; zero where there was none.</param>
    /// <param name="random">Chance, from 0 to 1.</param>
    public TimeSpan WaitAfter(TimeSpan previous, double random)
    {
        // RT = IRT + RAND*IRT; RT = 2*RTprev + RAND*RTprev; if RT > MRT: RT = MRT + RAND*MRT.
        double rand = ((2 * random) - 1) * Jitter;
        double ticks = previous == TimeSpan.Zero ? InitialTime.Ticks * (1 + rand) : previous.Ticks * (2 + rand);
        if (MaximumTime > TimeSpan.Zero && ticks > MaximumTime.Ticks)
        {
            ticks = MaximumTime.Ticks * (1 + rand);
        }

        return TimeSpan.FromTicks((long)ticks);
    }
}
