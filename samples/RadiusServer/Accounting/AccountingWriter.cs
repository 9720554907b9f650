using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Sallyport.Samples.RadiusServer.Accounting;

/// <summary>
/// One thread that writes: what came in while the disk was busy goes into the next transaction together, so that many devices at once cost
/// one wait for the disk. A bounded queue, and what does not fit it is not acknowledged: the device sends it again.
/// </summary>
public sealed partial class AccountingWriter : IAsyncDisposable
{
    private const int Most = 4096;
    private const int MostAtOnce = 256;
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Most) { SingleReader = true });
    private readonly AccountingStore _store;
    private readonly ILogger _log;
    private readonly Task _writing;

    /// <summary>Begins to write.</summary>
    /// <param name="store">Where to; it is disposed of at the end.</param>
    /// <param name="log">Where failures go.</param>
    public AccountingWriter(AccountingStore store, ILogger<AccountingWriter> log)
    {
        (_store, _log) = (store, log);
        _writing = Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Writes a record.</summary>
    /// <returns>Whether it stands on the disk.</returns>
    public async Task<bool> WriteAsync(AccountingRecord record)
    {
        Entry entry = new(record);
        return _queue.Writer.TryWrite(entry) && await entry.Done.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _writing;
            _store.Dispose();
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "{Count} accounting records could not be written and were not acknowledged: {Problem}")]
    private static partial void LogFailure(ILogger logger, int count, string problem);

    private void WriteAll()
    {
        List<Entry> batch = [];
        while (Wait())
        {
            batch.Clear();
            while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out Entry? entry))
            {
                batch.Add(entry);
            }

            bool written = Write(batch);
            batch.ForEach(e => e.Done.SetResult(written));
        }
    }

    private bool Wait() => _queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private bool Write(List<Entry> batch)
    {
        try
        {
            _store.Write(batch.Select(e => e.Record));
            return true;
        }
        catch (SqliteException e)
        {
            LogFailure(_log, batch.Count, e.Message);
            return false;
        }
    }

    private sealed record Entry(AccountingRecord Record)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
