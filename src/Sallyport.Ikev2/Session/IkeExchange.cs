using Sallyport.Ikev2.Crypto;

namespace Sallyport.Ikev2.Session;

/// <summary>An exchange that this side begins on an established IKE SA. It waits for its turn, and is asked only then what to send.</summary>
internal abstract class IkeExchange(IkeSession session)
{
    protected IkeSession Session { get; } = session;

    /// <summary>Sends the request by the session's IKE SA.</summary>
    /// <returns>False where there is no longer a reason to.</returns>
    public abstract bool TrySend(TimeSpan now);

    /// <summary>Takes the answer. The session may have begun to end meanwhile.</summary>
    public abstract void Answered(in IkeOpenedMessage message, TimeSpan now);

    /// <summary>Lets go of what the request has taken: no answer will come.</summary>
    public virtual void Abandon()
    {
    }
}
