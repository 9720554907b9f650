using System.Diagnostics;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Load over UDP.</summary>
internal sealed class UdpLoad : ILoad
{
    private readonly UdpLoadWorker[] _workers;

    /// <summary>Builds the requests and opens the sockets.</summary>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux, whose calls for many datagrams it makes.</exception>
    public UdpLoad(LoadOptions options)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new PlatformNotSupportedException("the load generator over UDP runs on 64-bit Linux");
        }

        // Accounting has its own sockets: they are connected.
        List<(RequestPool Pool, double Weight, System.Net.IPEndPoint Server)> streams = [];
        foreach (bool accounting in (bool[])[false, true])
        {
            if (options.Mix.Only(accounting) is { } mix)
            {
                double weight = accounting ? options.Mix[LoadKind.Accounting] : 1 - options.Mix[LoadKind.Accounting];
                streams.Add((new RequestPool(options, mix), weight, accounting ? options.AccountingServer ?? options.Server : options.Server));
            }
        }

        int workers = Math.Clamp(options.Threads, 1, Math.Min(options.Sockets, options.Outstanding));
        _workers = [.. Enumerable.Range(0, workers).Select(i => new UdpLoadWorker(
            streams, Share(options.Sockets, i), options with { Outstanding = Share(options.Outstanding, i), Rate = options.Rate / workers }))];

        int Share(int whole, int i) => (whole / workers) + (i < whole % workers ? 1 : 0);
    }

    /// <inheritdoc/>
    public LoadResult Run(TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Thread[] threads = [.. _workers.Select(w => new Thread(() => w.Run(end)) { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        LoadResult result = new(new LoadCounts(), Stopwatch.GetElapsedTime(start));
        foreach (UdpLoadWorker worker in _workers)
        {
            worker.Collect(result.Counts);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (UdpLoadWorker worker in _workers)
        {
            worker.Dispose();
        }
    }
}
