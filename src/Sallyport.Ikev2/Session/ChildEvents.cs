namespace Sallyport.Ikev2.Session;

/// <summary>
/// A Child SA has new keys (RFC 7296 §2.8): from now on packets are received by both pairs. Sending goes over to the new pair at once where
/// <see cref="SendAtOnce"/> says so, else with the first genuine packet that comes by it, and at the latest with <see cref="ChildRetiredEvent"/>.
/// </summary>
public sealed class ChildRekeyedEvent : IkeEvent
{
    internal ChildRekeyedEvent(IkeSession session, IkeChildSa child, uint replaces, bool sendAtOnce)
        : base(session)
    {
        Child = child;
        Replaces = replaces;
        SendAtOnce = sendAtOnce;
    }

    /// <summary>The new ESP SAs' keys; whoever takes them clears them.</summary>
    public IkeChildSa Child { get; }

    /// <summary>The SPI under which we receive by the pair that is replaced; it may be gone already.</summary>
    public uint Replaces { get; }

    /// <summary>Whether the peer is known to receive by the new pair: it made it first.</summary>
    public bool SendAtOnce { get; }
}

/// <summary>
/// A pair of ESP SAs is deleted: neither side sends by it any more. Packets under way may still arrive and are received until
/// <see cref="ChildDeletedEvent"/>.
/// </summary>
public sealed class ChildRetiredEvent : IkeEvent
{
    internal ChildRetiredEvent(IkeSession session, uint inboundSpi, uint successor)
        : base(session)
    {
        InboundSpi = inboundSpi;
        Successor = successor;
    }

    /// <summary>The SPI under which we receive by the pair.</summary>
    public uint InboundSpi { get; }

    /// <summary>The SPI under which we receive by the pair that is in use; 0 where there is none, and the session ends.</summary>
    public uint Successor { get; }
}

/// <summary>A pair of ESP SAs is gone, and nothing is under way any more.</summary>
public sealed class ChildDeletedEvent : IkeEvent
{
    internal ChildDeletedEvent(IkeSession session, uint inboundSpi)
        : base(session) => InboundSpi = inboundSpi;

    /// <summary>The SPI under which we received by the pair. Another pair may have it from now on.</summary>
    public uint InboundSpi { get; }
}

/// <summary>The IKE SA was replaced by one with new keys and other SPIs (RFC 7296 §2.18); the Child SAs live on with it.</summary>
public sealed class IkeRekeyedEvent : IkeEvent
{
    internal IkeRekeyedEvent(IkeSession session)
        : base(session)
    {
    }
}
