namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>
/// Makes one login of requests that are the same: whoever asks while it runs, or shortly after, gets its answer, and the work is done
/// once. So a NAS that sends a request again from another port or under another identifier, or through a second listener, causes
/// no second push. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="keep">How long a finished login is remembered.</param>
/// <param name="capacity">How many finished logins are remembered at most; the oldest goes first.</param>
public sealed class LoginTable<T>(TimeProvider time, TimeSpan keep, int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Fingerprint, Task<T>> _logins = [];
    private readonly Queue<(Fingerprint Key, long FinishedAt)> _finished = new();

    /// <summary>How many logins are running or remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _logins.Count;
            }
        }
    }

    /// <summary>Joins the login with this fingerprint, or starts it.</summary>
    /// <param name="key">What makes requests the same.</param>
    /// <param name="login">The work; it runs outside the lock, and once.</param>
    /// <param name="joined">Whether the login was there already.</param>
    /// <returns>The login's answer, to be awaited.</returns>
    public Task<T> JoinOrStart(Fingerprint key, Func<Task<T>> login, out bool joined)
    {
        ArgumentNullException.ThrowIfNull(login);
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Forget();
            joined = _logins.TryGetValue(key, out Task<T>? running);
            if (joined)
            {
                return running!;
            }

            _logins.Add(key, answer.Task);
        }

        _ = RunAsync(key, login, answer);
        return answer.Task;
    }

    private async Task RunAsync(Fingerprint key, Func<Task<T>> login, TaskCompletionSource<T> answer)
    {
        try
        {
            T result = await login().ConfigureAwait(false);
            lock (_gate)
            {
                _finished.Enqueue((key, time.GetTimestamp()));
            }

            answer.SetResult(result);
        }
        catch (Exception e)
        {
            // A login that broke off has no answer to repeat: the next try is a login of its own.
            lock (_gate)
            {
                _logins.Remove(key);
            }

            answer.SetException(e);
        }
    }

    private void Forget()
    {
        while (_finished.TryPeek(out var oldest) && (_finished.Count > capacity || time.GetElapsedTime(oldest.FinishedAt) > keep))
        {
            _finished.Dequeue();
            _logins.Remove(oldest.Key);
        }
    }
}
