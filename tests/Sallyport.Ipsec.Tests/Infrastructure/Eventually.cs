namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>What kernel, sockets and other threads bring about in their own time, waited for up to a limit that only a failure meets.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits until something is so.</summary>
    /// <param name="condition">What.</param>
    /// <param name="otherwise">What to say where it never is: a lab's own words, for instance.</param>
    public static void Is(Func<bool> condition, object? otherwise = null)
    {
        bool met = condition();
        for (long end = End(); !met && Environment.TickCount64 < end; met = condition())
        {
            Thread.Sleep(Grain);
        }

        Assert.True(met, otherwise?.ToString());
    }

    /// <summary>Waits until something is so, and lets others run meanwhile.</summary>
    public static async Task IsAsync(Func<bool> condition)
    {
        bool met = condition();
        for (long end = End(); !met && Environment.TickCount64 < end; met = condition())
        {
            await Task.Delay(Grain);
        }

        Assert.True(met);
    }

    private static long End() => Environment.TickCount64 + (long)Patience.TotalMilliseconds;
}
