namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>
/// Which login a State of the primary's belongs to. A conversation of several rounds, as EAP is, stays with the primary server that
/// began it and with the user it was begun for (RFC 3579 §2.6.1, RFC 2865 §5.24). Safe for concurrent use.
/// </summary>
/// <typeparam name="T">What is remembered of the login.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="keep">How long the next round may take.</param>
/// <param name="capacity">How many conversations are remembered at most; the oldest goes first.</param>
public sealed class ConversationTable<T>(TimeProvider time, TimeSpan keep, int capacity)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Fingerprint, (T Value, long Since)> _conversations = [];
    private readonly Queue<(Fingerprint Key, long Since)> _order = new();

    /// <summary>Remembers a State that the primary gave out.</summary>
    public void Remember(Fingerprint state, T value)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _conversations[state] = (value, now);
            _order.Enqueue((state, now));
            while (_order.TryPeek(out var oldest) && (_order.Count > capacity || time.GetElapsedTime(oldest.Since) > keep))
            {
                _order.Dequeue();
                // A State given out again stands in the queue twice; only its last entry speaks for it.
                if (_conversations.TryGetValue(oldest.Key, out var entry) && entry.Since == oldest.Since)
                {
                    _conversations.Remove(oldest.Key);
                }
            }
        }
    }

    /// <summary>What is known of a State, or null.</summary>
    public T? Find(Fingerprint state)
    {
        lock (_gate)
        {
            return _conversations.TryGetValue(state, out var entry) && time.GetElapsedTime(entry.Since) <= keep ? entry.Value : null;
        }
    }
}
