using System.Net;
using Microsoft.Extensions.Logging;

namespace Sallyport.Ipsec.Driver;

/// <summary>Counts drops by reason, and logs each reason at most once in an interval. Safe for concurrent use.</summary>
internal sealed class DropCounter(ILogger logger, TimeProvider time, TimeSpan interval)
{
    public static readonly int ReasonCount = Enum.GetValues<IpsecDropReason>().Length;
    private readonly long[] _counts = new long[ReasonCount];
    private readonly long[] _reported = new long[ReasonCount];
    private readonly long[] _nextReport = new long[ReasonCount];
    private readonly long _start = time.GetTimestamp();

    public long this[IpsecDropReason reason] => Interlocked.Read(ref _counts[(int)reason]);

    /// <summary>Counts drops of what came from a peer or was for it; <see langword="null"/>: of what came from this host itself.</summary>
    public void Add(IpsecDropReason reason, long count, SocketAddress? peer) => Add(reason, count, peer, null);

    public void Add(IpsecDropReason reason, IPEndPoint peer, long count = 1) => Add(reason, count, null, peer);

    private void Add(IpsecDropReason reason, long count, SocketAddress? address, IPEndPoint? peer)
    {
        int index = (int)reason;
        long total = Interlocked.Add(ref _counts[index], count);
        IpsecMetrics.Dropped(reason, count);

        long now = time.GetElapsedTime(_start).Ticks;
        long due = Interlocked.Read(ref _nextReport[index]);
        if (now >= due
            && logger.IsEnabled(LogLevel.Warning)
            && Interlocked.CompareExchange(ref _nextReport[index], now + interval.Ticks, due) == due)
        {
            long since = total - Interlocked.Exchange(ref _reported[index], total);
            peer ??= address is null ? null : UdpPort.ToEndPoint(address);
            IpsecLog.Dropped(logger, reason, peer?.ToString() ?? "this host", since, total);
        }
    }
}
