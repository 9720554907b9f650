using System.Diagnostics;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>What a piece of our work may cost, measured against a primitive or peer in the same run.</summary>
/// <param name="Name">What is measured, against what.</param>
/// <param name="Limit">The highest value that passes.</param>
/// <param name="Ours">Our work.</param>
/// <param name="Reference">What it is measured against; null where octets allocated an operation are measured.</param>
internal sealed record Bar(string Name, double Limit, Action Ours, Action? Reference) : IBar
{
    private const int Rounds = 41;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// The median of the ratios of neighbouring slices: both sides take turns within milliseconds, so that a machine that slows down slows
    /// both.
    /// </summary>
    public IEnumerable<BarLine> Measure() => [new BarLine(Name, Value(), Limit)];

    private double Value()
    {
        if (Reference is null)
        {
            return Allocated();
        }

        // Twice, with a rest between: what the first time makes hot is compiled anew in the background, and on a busy machine that takes a while.
        for (int i = 0; i < 2; i++)
        {
            Warm(Ours);
            Warm(Reference);
            Thread.Sleep(Rest);
        }

        double[] ratios = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            // Who goes first changes each time.
            (double ours, double reference) = i % 2 == 0 ? (Time(Ours), Time(Reference)) : Swap(Time(Reference), Time(Ours));
            ratios[i] = ours / reference;
        }

        Array.Sort(ratios);
        return ratios[Rounds / 2];
    }

    private static (double Ours, double Reference) Swap(double reference, double ours) => (ours, reference);

    private static void Warm(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(200))
        {
            action();
        }
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        TimeSpan elapsed;
        do
        {
            for (int i = 0; i < 16; i++)
            {
                action();
            }

            count += 16;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < Slice);
        return elapsed.TotalNanoseconds / count;
    }

    private double Allocated()
    {
        const int Count = 1000;
        Warm(Ours);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
        {
            Ours();
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Count;
    }
}
