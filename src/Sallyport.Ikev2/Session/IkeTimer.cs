namespace Sallyport.Ikev2.Session;

/// <summary>What a session waits for.</summary>
internal enum IkeTimer
{
    /// <summary>To give up, or once closed to be forgotten.</summary>
    Expire,

    /// <summary>To ask whether the peer is alive.</summary>
    DeadPeer,

    /// <summary>To ask for new keys of the IKE SA.</summary>
    RekeyIke,
}
