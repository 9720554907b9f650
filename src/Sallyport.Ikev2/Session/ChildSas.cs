using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The Child SAs of a session: one in use, and while keys are renewed its predecessors (RFC 7296 §2.8). What replaces what, when new keys are
/// asked for, and how long a deleted SA still receives.
/// </summary>
internal sealed class ChildSas(IkeSession session)
{
    /// <summary>How many there may be at once, so that a peer that keeps asking for new keys cannot fill the memory.</summary>
    public const int Most = 32;

    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<ChildSa> _all = [];

    /// <summary>The SA in use: the newest, should there be two for a moment.</summary>
    public ChildSa? Current => _all.LastOrDefault(c => c.State == ChildSaState.InUse);

    public int Count => _all.Count;

    public TimeSpan? Deadline => _all.Min(c => c.Deadline);

    private IkeChildLifetime? Lifetime => session.Policy.ChildLifetime;

    /// <summary>The SA under whose SPI the peer receives. One that is retired is no longer known by its name.</summary>
    public ChildSa? ByOutboundSpi(uint spi) => _all.Find(c => c.OutboundSpi == spi && c.State != ChildSaState.Retired);

    public ChildSa? ByInboundSpi(uint spi) => _all.Find(c => c.InboundSpi == spi);

    /// <summary>Adds an SA that was agreed on.</summary>
    public ChildSa Add(IkeChildSa sa, TimeSpan now)
    {
        ChildSa child = new(sa, now);
        if (Lifetime is { } lifetime)
        {
            child.Part = IkeChildLifetime.Part(session.Host.Random);
            child.At = now + (lifetime.Time * child.Part);
            child.ExpiresAt = now + lifetime.Time;
        }

        _all.Add(child);
        session.Host.Reschedule(session);
        return child;
    }

    /// <summary>Adds the successor of an SA, and tells the host.</summary>
    public ChildSa AddSuccessor(IkeChildSa sa, ChildSa old, bool sendAtOnce, TimeSpan now)
    {
        ChildSa child = Add(sa, now);
        session.Host.Raise(new ChildRekeyedEvent(session, sa, old.InboundSpi, sendAtOnce));
        return child;
    }

    /// <summary>An SA has a successor that the peer has made: the peer deletes it, soon, or we do in the end.</summary>
    public void Supersede(ChildSa child, TimeSpan now)
    {
        if (child.State == ChildSaState.InUse)
        {
            child.State = ChildSaState.Superseded;
            child.At = now + Patience;
            session.Host.Reschedule(session);
        }
    }

    /// <summary>Deletes an SA of our own accord (RFC 7296 §1.4.1).</summary>
    public void Delete(ChildSa child, TimeSpan now)
    {
        if (child.State is ChildSaState.InUse or ChildSaState.Superseded)
        {
            child.State = ChildSaState.Deleting;
            child.At = null;
            session.Begin(new ChildDelete(session, child), now);
        }
    }

    /// <summary>Deletes an SA that the peer has made and that never was in use here.</summary>
    public void Discard(IkeChildSa sa, TimeSpan now)
    {
        ChildSa child = new(sa, now);
        _all.Insert(0, child);
        Delete(child, now);
    }

    /// <summary>Both sides have deleted an SA: what is under way may still come, for a while.</summary>
    public void Retire(ChildSa child, TimeSpan now)
    {
        if (child.State != ChildSaState.Retired)
        {
            child.State = ChildSaState.Retired;
            child.At = now + Drain;
            if (Current is null && _all.FindLast(c => c.State == ChildSaState.Superseded) is { } predecessor)
            {
                // Whoever made the successor has deleted it again, as after a collision (RFC 7296 §2.8.1).
                predecessor.State = ChildSaState.InUse;
                predecessor.At = null;
                RekeyLater(predecessor, now);
            }

            session.Host.Raise(new ChildRetiredEvent(session, child.InboundSpi, Current?.InboundSpi ?? 0));
            session.Host.Reschedule(session);
        }
    }

    /// <summary>Asks for new keys now, unless that is under way.</summary>
    public void Rekey(ChildSa child, TimeSpan now, KeyExchangeMethod? method = null)
    {
        if (child is { State: ChildSaState.InUse, IsRekeying: false })
        {
            child.IsRekeying = true;
            child.At = null;
            session.Begin(new ChildRekey(session, child, method), now);
        }
    }

    /// <summary>The peer gives no new keys for now: ask again later.</summary>
    public void RekeyLater(ChildSa child, TimeSpan now)
    {
        if (child is { State: ChildSaState.InUse, IsRekeying: false })
        {
            // RFC 7296 §2.25: not at once, and not both sides at the same time again.
            child.At = now + IkeChildLifetime.Retry((Lifetime ?? IkeChildLifetime.Default).Time, session.Host.Random);
            session.Host.Reschedule(session);
        }
    }

    /// <summary>Takes note of what an SA has carried in one direction.</summary>
    public void NoteTraffic(uint inboundSpi, long packets, long octets, TimeSpan now)
    {
        if (Lifetime is { } lifetime
            && ByInboundSpi(inboundSpi) is { At: not null } child
            && ((lifetime.Packets > 0 && packets > lifetime.Packets * child.Part) || (lifetime.Octets > 0 && octets > lifetime.Octets * child.Part)))
        {
            Rekey(child, now);
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>False where an SA's time is over and nothing has replaced it.</returns>
    public bool HandleTimeout(TimeSpan now)
    {
        foreach (ChildSa child in _all.Where(c => c.Deadline <= now).ToArray())
        {
            if (child.State == ChildSaState.InUse && child.ExpiresAt <= now)
            {
                child.ExpiresAt = null;
                return false;
            }

            child.At = null;
            switch (child.State)
            {
                case ChildSaState.InUse:
                    Rekey(child, now);
                    break;
                case ChildSaState.Superseded:
                    Delete(child, now);
                    break;
                case ChildSaState.Retired:
                    Forget(child);
                    session.Host.Raise(new ChildDeletedEvent(session, child.InboundSpi));
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    /// <summary>The session has ended.</summary>
    public void Clear()
    {
        foreach (ChildSa child in _all.ToArray())
        {
            Forget(child);
        }
    }

    private void Forget(ChildSa child)
    {
        _all.Remove(child);
        session.Host.ReleaseEspSpi(child.InboundSpi);
    }
}
