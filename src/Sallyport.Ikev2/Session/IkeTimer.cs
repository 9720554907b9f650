namespace Sallyport.Ikev2.Session;

/// <summary>What a session waits for.</summary>
internal enum IkeTimer
{
    /// <summary>To send the request again.</summary>
    Retransmit,

    /// <summary>To give up, or once closed to be forgotten.</summary>
    Expire,

    /// <summary>To ask whether the peer is alive.</summary>
    DeadPeer,
}
