using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Load over RADIUS/TLS (RFC 6614): connections, a thread each, that send as soon as a reply has come.</summary>
internal sealed class TlsLoad : ILoad
{
    private readonly TlsConnection[] _connections;

    /// <summary>Builds the requests and connects.</summary>
    /// <exception cref="IOException">A connection does not come about.</exception>
    public TlsLoad(LoadOptions options, TlsIdentity identity)
    {
        if (options.Rate > 0 || options.Outstanding > 255 * options.Sockets)
        {
            throw new ArgumentException("over TLS there is no rate, and a connection carries at most 255 requests at once");
        }

        RequestPool pool = new(options, options.Mix);
        int connections = Math.Min(options.Sockets, options.Outstanding);
        _connections = new TlsConnection[connections];
        for (int i = 0; i < connections; i++)
        {
            int outstanding = (options.Outstanding / connections) + (i < options.Outstanding % connections ? 1 : 0);
            _connections[i] = new TlsConnection(pool, options with { Outstanding = outstanding }, identity);
        }
    }

    /// <inheritdoc/>
    public LoadResult Run(TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Exception? failure = null;
        Thread[] threads = [.. _connections.Select(c => new Thread(() => Guard(() => c.Run(end), ref failure)) { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        if (failure is not null)
        {
            throw new IOException($"a connection was lost and did not come back: {failure.Message}", failure);
        }

        LoadResult result = new(new LoadCounts(), Stopwatch.GetElapsedTime(start));
        foreach (TlsConnection connection in _connections)
        {
            result.Counts.Add(connection.Slots.Counts);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TlsConnection connection in _connections)
        {
            connection.Dispose();
        }
    }

    private static void Guard(Action run, ref Exception? failure)
    {
        try
        {
            run();
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            failure = e;
        }
    }
}
