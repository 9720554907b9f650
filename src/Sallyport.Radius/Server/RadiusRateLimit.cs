namespace Sallyport.Radius.Server;

/// <summary>How many requests a device may send: a bucket of tokens that fills at a rate.</summary>
public sealed class RadiusRateLimit
{
    /// <summary>A limit.</summary>
    /// <param name="perSecond">Requests a second in the long run, up to 1,000,000.</param>
    /// <param name="burst">How many may come at once after a silence.</param>
    /// <exception cref="ArgumentOutOfRangeException">Nothing would ever pass, or the rate is beyond what a clock tells apart.</exception>
    public RadiusRateLimit(double perSecond, int burst)
    {
        if (!(perSecond > 0 && perSecond <= 1_000_000))
        {
            throw new ArgumentOutOfRangeException(nameof(perSecond), perSecond, "a rate is above 0 and at most 1000000 a second");
        }

        if (burst < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(burst), burst, "a burst is one request at least");
        }

        (PerSecond, Burst) = (perSecond, burst);
    }

    /// <summary>Requests a second in the long run.</summary>
    public double PerSecond { get; }

    /// <summary>How many may come at once after a silence.</summary>
    public int Burst { get; }
}

/// <summary>
/// The bucket, as the time at which it would be full again (the generic cell rate algorithm): one number, changed without a lock, so that
/// several sockets may share it.
/// </summary>
internal sealed class TokenBucket(RadiusRateLimit limit)
{
    private readonly long _interval = Math.Max(1, (long)(TimeSpan.TicksPerSecond / limit.PerSecond));
    private long _full = long.MinValue;

    public RadiusRateLimit Limit { get; } = limit;

    public bool TryTake(TimeSpan now)
    {
        long depth = _interval * (Limit.Burst - 1);
        while (true)
        {
            long full = Volatile.Read(ref _full);
            long from = Math.Max(full, now.Ticks);
            if (from - now.Ticks > depth)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _full, from + _interval, full) == full)
            {
                return true;
            }
        }
    }
}
