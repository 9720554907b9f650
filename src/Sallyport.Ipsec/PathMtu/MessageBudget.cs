namespace Sallyport.Ipsec.PathMtu;

/// <summary>How many messages of ICMP may be sent: so many at once, then so many a second (RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f)). For one thread.</summary>
/// <param name="burst">The most at once.</param>
/// <param name="perSecond">How many come again in a second.</param>
internal sealed class MessageBudget(int burst = MessageBudget.Burst, int perSecond = MessageBudget.PerSecond)
{
    /// <summary>As many as Linux sends at once, and a second, unless told otherwise.</summary>
    public const int Burst = 50;
    public const int PerSecond = 1000;
    private readonly long _each = TimeSpan.TicksPerSecond / perSecond;
    private long _full = long.MinValue / 2;

    /// <summary>Takes one, where there is one.</summary>
    /// <param name="now">The time in ticks.</param>
    public bool TryTake(long now)
    {
        // When all would be there again if none were taken from now on.
        long full = Math.Max(_full, now);
        if (full - now > (burst - 1) * _each)
        {
            return false;
        }

        _full = full + _each;
        return true;
    }
}
