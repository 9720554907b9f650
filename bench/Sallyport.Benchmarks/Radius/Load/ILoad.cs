namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Load on a server that can be put on it again and again.</summary>
internal interface ILoad : IDisposable
{
    /// <summary>Sends for a while, then waits for what is under way.</summary>
    LoadResult Run(TimeSpan duration);
}

/// <summary>What a run has counted.</summary>
/// <param name="Counts">Requests and replies.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record LoadResult(LoadCounts Counts, TimeSpan Elapsed)
{
    /// <summary>Replies a second.</summary>
    public double Rate => Counts.Answered / Elapsed.TotalSeconds;
}
