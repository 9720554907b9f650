namespace Sallyport.Samples.RadiusServer.LiveLog;

/// <summary>One line of the live log.</summary>
/// <param name="Number">Its number, counted from 1.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Result">passed, failed, started, updated, stopped …</param>
/// <param name="User">The person's name as the device gave it.</param>
/// <param name="Protocol">By what protocol.</param>
/// <param name="Device">The network device.</param>
/// <param name="From">Calling-Station-Id.</param>
/// <param name="Detail">Why not, or what the session did.</param>
public sealed record LiveLogLine(long Number, DateTimeOffset Time, string Result, string User, string Protocol, string Device, string From, string Detail);

/// <summary>The latest lines of the log, and word of new ones. Safe for concurrent use; old lines go as new ones come.</summary>
public sealed class LiveLog(TimeProvider time)
{
    /// <summary>How many lines are kept.</summary>
    public const int Most = 500;

    private readonly Lock _gate = new();
    private readonly Queue<LiveLogLine> _lines = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    /// <summary>Ends once there is another line.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Adds a line.</summary>
    public void Add(string result, string user, string protocol, string device, string from, string detail)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _lines.Enqueue(new LiveLogLine(++_last, time.GetUtcNow(), result, user, protocol, device, from, detail));
            if (_lines.Count > Most)
            {
                _lines.Dequeue();
            }

            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>The lines behind a number, in order. A number that is still to come is one of an earlier run: then all.</summary>
    public IReadOnlyList<LiveLogLine> After(long number)
    {
        lock (_gate)
        {
            return [.. _lines.Where(l => number > _last || l.Number > number)];
        }
    }
}
