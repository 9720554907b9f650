using System.Net;

namespace Sallyport.Ikev2.Session;

/// <content>The addresses that a session goes by, and how they change: RFC 4555 where both sides support it, else RFC 7296 §2.23.</content>
public abstract partial class IkeSession
{
    /// <summary>Whether both sides support MOBIKE (RFC 4555), so that the session outlives a change of addresses.</summary>
    public bool IsMobikeAgreed => Mobike.IsAgreed;

    /// <summary>The addresses by which the peer may be reached, as it tells (RFC 4555 §3.3), the one that it sent from first.</summary>
    public IReadOnlyList<IPAddress> PeerAddresses => Mobike.PeerAddresses;

    internal Mobike Mobike { get; }

    /// <summary>The way that the request came that is to be answered: its answer goes back the same way (RFC 7296 §2.11).</summary>
    internal IkePath ReplyPath { get; private protected set; }

    /// <summary>
    /// Goes on by another path (RFC 4555 §3.5): this side's address has changed, or the peer is to be reached by another of its own. Requests that wait
    /// for their answers go that way at once, and so does ESP (<see cref="PathChangedEvent"/>), unless the peer's address is new; then it goes there
    /// once the peer has answered. A gateway that moves tells its client, which decides (RFC 4555 §3.4).
    /// </summary>
    /// <param name="path">The path; the same as before where a NAT on it may have changed.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where the session is not established, or MOBIKE was not agreed on: nothing has changed.</returns>
    public bool MoveTo(IkePath path, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (State != IkeSessionState.Established || !IsMobikeAgreed)
        {
            return false;
        }

        Mobike.Move(path, now);
        return true;
    }

    /// <summary>Tells the peer by which addresses, beside the one that it knows, this side can be reached from now on (RFC 4555 §3.6).</summary>
    /// <param name="additional">The addresses, of which eight are told at most.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where the session is not established, or MOBIKE was not agreed on.</returns>
    public bool TellAddresses(IReadOnlyList<IPAddress> additional, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(additional);
        if (State != IkeSessionState.Established || !IsMobikeAgreed)
        {
            return false;
        }

        Mobike.Tell(additional, now);
        return true;
    }

    /// <summary>
    /// Tells that a genuine ESP packet came another way: the peer's NAT may have changed its mapping (RFC 7296 §2.23). Without MOBIKE, IKE follows at
    /// once, as ESP did; with it the peer is first asked whether it is there (RFC 4555 §3.7), then both follow (<see cref="PathChangedEvent"/>).
    /// </summary>
    /// <param name="path">The way that it came.</param>
    /// <param name="now">The time.</param>
    public void NotePath(IkePath path, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (State == IkeSessionState.Established && IsMobikeAgreed)
        {
            Mobike.Suspect(path, now);
        }
        else if (State == IkeSessionState.Established)
        {
            Follow(path);
        }
    }

    internal void GoBy(IkePath path) => Path = path;

    /// <summary>Finds out by a message's hashes where NATs are; one without them tells nothing.</summary>
    /// <param name="nat">The hashes.</param>
    /// <param name="path">The way that the message came.</param>
    internal void Find(NatHashes nat, IkePath path)
    {
        if (nat.IsPresent)
        {
            IsRemoteBehindNat = nat.IsSenderBehindNat(InitiatorSpi, ResponderSpi, path);
            IsLocalBehindNat = nat.IsReceiverBehindNat(InitiatorSpi, ResponderSpi, path);
        }
    }

    // RFC 7296 §2.23: the peer's new address is taken only from a message that proved genuine, and only where a NAT may have changed it. With MOBIKE no
    // message does that by itself (RFC 4555 §3.8).
    private void Follow(IkePath path)
    {
        bool established = State is IkeSessionState.Established or IkeSessionState.Deleting;
        if (path == Path || (established && (IsMobikeAgreed || !(IsRemoteBehindNat || IsLocalBehindNat))))
        {
            return;
        }

        Path = path;
        if (State == IkeSessionState.Established)
        {
            Host.Raise(new PathChangedEvent(this, path));
        }
    }
}
