namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>What has happened since the start. Safe for concurrent use.</summary>
public sealed class ProxyCounters
{
    private long _requests;
    private long _duplicates;
    private long _primaryRequests;
    private long _challenged;
    private long _accepted;
    private long _rejected;
    private long _failedOpen;
    private long _pending;

    /// <summary>Access-Requests that were new.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Access-Requests that repeated one, and did no work of their own.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Requests sent to a primary server, those sent again to the next host included.</summary>
    public long PrimaryRequests => Interlocked.Read(ref _primaryRequests);

    /// <summary>Access-Challenge answers.</summary>
    public long Challenged => Interlocked.Read(ref _challenged);

    /// <summary>Access-Accept answers.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Access-Reject answers.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Logins let in on the first factor alone because Duo could not be reached.</summary>
    public long FailedOpen => Interlocked.Read(ref _failedOpen);

    /// <summary>Requests being worked on now.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void CountDuplicate() => Interlocked.Increment(ref _duplicates);

    internal void CountPrimaryRequest() => Interlocked.Increment(ref _primaryRequests);

    internal void CountChallenge() => Interlocked.Increment(ref _challenged);

    internal void CountAccept() => Interlocked.Increment(ref _accepted);

    internal void CountReject() => Interlocked.Increment(ref _rejected);

    internal void CountFailedOpen() => Interlocked.Increment(ref _failedOpen);

    internal long BeginWork() => Interlocked.Increment(ref _pending);

    internal void EndWork() => Interlocked.Decrement(ref _pending);
}
