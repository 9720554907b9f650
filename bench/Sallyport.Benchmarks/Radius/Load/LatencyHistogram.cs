using System.Numerics;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Times in nanoseconds, counted in buckets of which 32 make an octave: a quantile is off by 3 % at most, however many are counted.</summary>
internal sealed class LatencyHistogram
{
    private const int Fine = 5;
    private const int Half = 1 << Fine;
    private readonly long[] _buckets = new long[(64 - Fine + 1) * Half];

    /// <summary>How many were counted.</summary>
    public long Count { get; private set; }

    /// <summary>The longest.</summary>
    public long Largest { get; private set; }

    /// <summary>Counts a time; negative ones as none.</summary>
    public void Add(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        _buckets[IndexOf(nanoseconds)]++;
        Count++;
        Largest = Math.Max(Largest, nanoseconds);
    }

    /// <summary>Counts what another one has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }

        Count += other.Count;
        Largest = Math.Max(Largest, other.Largest);
    }

    /// <summary>The time that a part of all do not exceed; 0 where none was counted.</summary>
    /// <param name="part">0 to 1.</param>
    public long Quantile(double part)
    {
        long wanted = (long)Math.Ceiling(part * Count);
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= wanted && seen > 0)
            {
                return Math.Min(HighestOf(i), Largest);
            }
        }

        return 0;
    }

    // Below 64 a bucket for each nanosecond; above, 32 for each power of two.
    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - Fine);
        return (shift * Half) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        int shift = Math.Max(0, (index / Half) - 1);
        return ((index - (shift * Half) + 1L) << shift) - 1;
    }
}
