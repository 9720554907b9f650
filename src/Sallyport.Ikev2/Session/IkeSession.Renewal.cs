using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>What renewing and deleting SAs changes in the session (RFC 7296 §2.8, §1.4.1).</content>
public abstract partial class IkeSession
{
    private static readonly TimeSpan ReplacedPatience = TimeSpan.FromSeconds(60);
    private TimeSpan? _ikeExpiresAt;

    private bool IsRekeyingIke => _underWay is IkeRekey || _waiting.Any(e => e is IkeRekey);

    /// <summary>Gives a session up whose peer is alive: it is told by a Delete.</summary>
    internal void Fail(IkeCloseReason reason, string detail, TimeSpan now)
    {
        if (State == IkeSessionState.Established)
        {
            Close(reason, detail, now);
        }
    }

    /// <summary>Answers a genuine request with INVALID_SYNTAX, which ends the IKE SA on both sides (RFC 7296 §2.21.3).</summary>
    internal void EndBySyntax(IkeSa sa, IkeExchangeType exchange, string detail, TimeSpan now)
    {
        sa.Refuse(exchange, IkeNotifyType.InvalidSyntax);
        End(IkeCloseReason.Protocol, detail, now);
    }

    /// <summary>Takes an IKE SA in beside the one in use.</summary>
    internal void AddSa(IkeSa sa)
    {
        if (!_sas.Contains(sa))
        {
            _sas.Add(sa);
        }
    }

    /// <summary>Goes on by another IKE SA; the one before is kept for a while, to answer what comes again and its Delete.</summary>
    internal void SwitchTo(IkeSa sa, TimeSpan now)
    {
        AddSa(sa);
        Sa = sa;
        Mobike.Rekeyed();
        sa.ForgetAt = null;
        foreach (IkeSa replaced in _sas.Where(a => a != sa))
        {
            replaced.ForgetAt ??= now + ReplacedPatience;
        }

        ScheduleRekey(now);
        Host.Raise(new IkeRekeyedEvent(this));
        SendNext(now);
        Host.Reschedule(this);
    }

    /// <summary>Deletes an IKE SA that is not in use, which ends no session (RFC 7296 §2.18).</summary>
    internal static void DeleteReplaced(IkeSa sa, TimeSpan now)
    {
        sa.IsDeleting = true;
        SendDelete(sa, now);
    }

    /// <summary>The peer gives the IKE SA no new keys for now: ask again later.</summary>
    internal void RekeyIkeLater(TimeSpan now)
    {
        if (State == IkeSessionState.Established && Policy.IkeLifetime is { } lifetime)
        {
            SetTimer(IkeTimer.RekeyIke, now + IkeChildLifetime.Retry(lifetime, Host.Random));
        }
    }

    internal void DeletedByPeer(IkeSa sa, TimeSpan now)
    {
        if (sa != Sa)
        {
            sa.ForgetAt = now + Linger;
            sa.RequestReplaced();
            return;
        }

        if (State == IkeSessionState.Established && _underWay is IkeRekey ours)
        {
            // RFC 7296 §2.25.2: our own wish for new keys is forgotten.
            _underWay = null;
            if (ours.TryGiveWay(now))
            {
                sa.RequestReplaced();
                return;
            }
        }

        bool ending = State == IkeSessionState.Deleting;
        End(ending ? _ending.Reason : IkeCloseReason.Peer, ending ? _ending.Detail : "deleted by the peer", now);
    }

    /// <summary>A Child SA is gone at the peer. Without any the session carries nothing, and is deleted in turn.</summary>
    internal void ChildGone(ChildSa child, TimeSpan now)
    {
        Children.Retire(child, now);
        if (Children.Current is null)
        {
            Fail(IkeCloseReason.Peer, "the peer has deleted the Child SA", now);
        }
    }

    private void ScheduleRekey(TimeSpan now)
    {
        if (State == IkeSessionState.Established && Policy.IkeLifetime is { } lifetime)
        {
            _ikeExpiresAt = now + lifetime;
            SetTimer(IkeTimer.RekeyIke, now + (lifetime * IkeChildLifetime.Part(Host.Random)));
        }
    }

    private void RenewIke(TimeSpan now)
    {
        if (now >= _ikeExpiresAt)
        {
            Fail(IkeCloseReason.Timeout, "the IKE SA's lifetime is over, and the peer gave no new keys", now);
        }
        else
        {
            // Should the peer neither give nor refuse them, this is when it is over.
            SetTimer(IkeTimer.RekeyIke, _ikeExpiresAt);
            RekeyIke(now);
        }
    }

    private void Forget(IkeSa sa)
    {
        if (sa != Sa)
        {
            _sas.Remove(sa);
            sa.ReleaseKeys();
            Host.ReleaseIkeSpi(sa.LocalSpi);
        }
    }
}
