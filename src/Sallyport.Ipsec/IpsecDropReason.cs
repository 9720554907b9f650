namespace Sallyport.Ipsec;

/// <summary>Why a datagram or an inner packet was dropped.</summary>
public enum IpsecDropReason
{
    /// <summary>IKE: not a well-formed message.</summary>
    IkeMalformed,

    /// <summary>IKE: no session has the SPI.</summary>
    IkeUnknownSpi,

    /// <summary>IKE: the integrity check failed.</summary>
    IkeIntegrityCheck,

    /// <summary>IKE: a message id outside the window, or a response to no request.</summary>
    IkeMessageId,

    /// <summary>IKE: a message that the session's state has no place for.</summary>
    IkeUnexpectedExchange,

    /// <summary>IKE: a retransmission while an outside decision is pending.</summary>
    IkePending,

    /// <summary>IKE: too many half-open sessions, sessions in all, or messages waiting.</summary>
    IkeOverload,

    /// <summary>IKE: a stranger's request to an endpoint that is no gateway.</summary>
    IkeNotResponder,

    /// <summary>IKE: a fragment of a message that is there already, or has no place.</summary>
    IkeUnexpectedFragment,

    /// <summary>IKE: a message of more fragments or octets than are kept.</summary>
    IkeFragmentLimit,

    /// <summary>UDP: neither IKE, ESP nor keepalive (RFC 3948 §2).</summary>
    Unclassified,

    /// <summary>ESP: a wrong length or a reserved SPI.</summary>
    EspMalformed,

    /// <summary>ESP: no SA has the SPI.</summary>
    EspUnknownSpi,

    /// <summary>ESP: seen before, or older than the window.</summary>
    EspReplay,

    /// <summary>ESP: the integrity check failed.</summary>
    EspIntegrityCheck,

    /// <summary>ESP: genuine, yet its padding or its content is not what RFC 4303 asks for.</summary>
    EspContent,

    /// <summary>In: the inner packet's addresses, protocol or ports are none that the SA carries (RFC 4301 §5.2).</summary>
    SelectorsIn,

    /// <summary>In: the packet met congestion, of which its transport could not be told (RFC 6040 §4.2).</summary>
    Congestion,

    /// <summary>In: there is no device, or it does not take the packet.</summary>
    Device,

    /// <summary>Out: not an IP packet.</summary>
    NotIp,

    /// <summary>Out: no tunnel leads to the packet's destination.</summary>
    NoTunnel,

    /// <summary>Out: the packet's addresses, protocol or ports are none that the SA carries (RFC 4301 §5.1).</summary>
    SelectorsOut,

    /// <summary>Out: longer than the path to the peer carries, and not to be fragmented. Its sender is told (RFC 4301 §8.2).</summary>
    PacketTooBig,

    /// <summary>Out: the SA's sequence numbers are used up, or the packet is too long.</summary>
    NotSealed,

    /// <summary>Out: the system did not take the datagram.</summary>
    NotSent,

    /// <summary>Out: too many packets wait for the thread that seals for the tunnel.</summary>
    ForwardingQueue,

    /// <summary>UDP: the socket's queue was full.</summary>
    ReceiveQueue,
}
