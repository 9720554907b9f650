using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport.Links;

/// <summary>How a request to one server ended.</summary>
internal enum LinkOutcome
{
    /// <summary>A genuine reply came.</summary>
    Answered,

    /// <summary>None came in all tries.</summary>
    Silent,

    /// <summary>The server cannot be reached, or the connection to it was lost.</summary>
    Unreachable,

    /// <summary>The server was given up meanwhile, and another one can be asked.</summary>
    GivenUp,
}

/// <summary>Whoever waits for a request, and goes on where the end of it is told: for a reply on the thread that has read it.</summary>
/// <param name="canMove">Whether the request may go to another server.</param>
internal sealed class PendingRequest(bool canMove) : TaskCompletionSource<LinkOutcome>
{
    /// <summary>Whether the request may go to another server.</summary>
    public bool CanMove { get; } = canMove;

    public static PendingRequest Of(RadiusExchange exchange) => (PendingRequest)exchange.Tag!;

    /// <summary>Tells the end on a thread that has nothing else to do.</summary>
    public void EndElsewhere(LinkOutcome outcome) =>
        ThreadPool.UnsafeQueueUserWorkItem(static end => end.Pending.TrySetResult(end.Outcome), (Pending: this, Outcome: outcome), preferLocal: false);
}
