namespace Sallyport.Tests.Infrastructure;

/// <summary>What code allocates on the thread that runs it.</summary>
internal static class Allocations
{
    /// <summary>
    /// The least that one run of the work allocated, in octets, of at most five runs after one that warms it up. Work that allocates does so in
    /// every run; what the runtime itself puts on the thread's account happens in one of them: a collection that other tests bring about closes
    /// the thread's allocation context, a cast or a static is resolved for the first time.
    /// </summary>
    public static long Least(Action work)
    {
        work();
        long least = long.MaxValue;
        for (int run = 0; run < 5 && least > 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
