using Sallyport.Ikev2.Crypto;

namespace Sallyport.Ikev2.Session;

/// <summary>What a session needs from whoever holds it.</summary>
internal interface ISessionHost
{
    /// <summary>Random octets.</summary>
    IkeRandom Random { get; }

    /// <summary>Whether NAT detection is to claim a NAT, so that ESP always runs in UDP.</summary>
    bool ForceUdpEncapsulation { get; }

    /// <summary>Sends a datagram.</summary>
    void Transmit(byte[] datagram, IkePath path, string description);

    /// <summary>Tells the host something.</summary>
    void Raise(IkeEvent news);

    /// <summary>Counts a message that was dropped.</summary>
    void Drop(IkeDropReason reason);

    /// <summary>The session's <see cref="IkeSession.Deadline"/> has changed.</summary>
    void Reschedule(IkeSession session);

    /// <summary>An SPI for an IKE SA of a session, which is given its messages.</summary>
    ulong AllocateIkeSpi(IkeSession session);

    /// <summary>Gives an SPI back.</summary>
    void ReleaseIkeSpi(ulong spi);

    /// <summary>An SPI for ESP that no other session receives under.</summary>
    uint AllocateEspSpi();

    /// <summary>Gives an SPI back.</summary>
    void ReleaseEspSpi(uint spi);

    /// <summary>The session is no longer half open.</summary>
    void Established(IkeSession session);
}

/// <summary>Why a datagram was dropped.</summary>
public enum IkeDropReason
{
    /// <summary>Not a well-formed IKE message.</summary>
    Malformed,

    /// <summary>No session has the SPI.</summary>
    UnknownSpi,

    /// <summary>The integrity check failed.</summary>
    IntegrityCheck,

    /// <summary>A message id outside the window, or a response to no request.</summary>
    MessageId,

    /// <summary>A message that the session's state has no place for.</summary>
    UnexpectedExchange,

    /// <summary>A retransmission while an outside decision is pending.</summary>
    Pending,

    /// <summary>Too many half-open sessions, or sessions in all.</summary>
    Overload,

    /// <summary>No responder is configured.</summary>
    NotResponder,

    /// <summary>A fragment without agreement on them, one that was there already, one of a message cut anew meanwhile, or a later one of a request that is
    /// answered (RFC 7383 §2.6).</summary>
    UnexpectedFragment,

    /// <summary>A message of more fragments or octets than <see cref="IkeFragmentation"/> allows.</summary>
    FragmentLimit,
}
