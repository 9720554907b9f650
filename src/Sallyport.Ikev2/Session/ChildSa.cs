namespace Sallyport.Ikev2.Session;

/// <summary>Where a Child SA stands.</summary>
internal enum ChildSaState
{
    /// <summary>It carries traffic.</summary>
    InUse,

    /// <summary>It has a successor; the side that made the successor is to delete it.</summary>
    Superseded,

    /// <summary>Our Delete is under way, or waits for its turn.</summary>
    Deleting,

    /// <summary>Deleted on both sides; what is under way may still come.</summary>
    Retired,
}

/// <summary>What a session knows of one of its Child SAs; never its keys.</summary>
internal sealed class ChildSa(IkeChildSa sa, TimeSpan now)
{
    public uint InboundSpi { get; } = sa.InboundSpi;

    public uint OutboundSpi { get; } = sa.OutboundSpi;

    public IkeChildSuite Suite { get; } = sa.Suite;

    public IReadOnlyList<IkeTrafficSelector> Local { get; } = sa.LocalSelectors;

    public IReadOnlyList<IkeTrafficSelector> Remote { get; } = sa.RemoteSelectors;

    public TimeSpan EstablishedAt { get; } = now;

    public ChildSaState State { get; set; }

    /// <summary>After which part of its limits new keys are asked for.</summary>
    public double Part { get; set; }

    /// <summary>When something is due: new keys while in use, our Delete once superseded, to be forgotten once retired.</summary>
    public TimeSpan? At { get; set; }

    /// <summary>When its time is over, should it still be in use.</summary>
    public TimeSpan? ExpiresAt { get; set; }

    /// <summary>Whether we ask for new keys, or are about to.</summary>
    public bool IsRekeying { get; set; }

    /// <summary>The exchange of the peer's that has replaced it while ours was under way: its lowest nonce, and the SA that it made (RFC 7296 §2.8.1).</summary>
    public (byte[] LowestNonce, ChildSa Child)? Collision { get; set; }

    public TimeSpan? Deadline => State == ChildSaState.InUse && !(At < ExpiresAt) ? ExpiresAt ?? At : At;
}
