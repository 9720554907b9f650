namespace Sallyport.Eap.Methods;

/// <summary>What an EAP server elsewhere, such as one behind RADIUS, has decided about a round (RFC 3579 §2.1).</summary>
public enum EapPassThroughResult
{
    /// <summary>It sends a request to the peer.</summary>
    Request,

    /// <summary>It accepts.</summary>
    Accept,

    /// <summary>It rejects, or cannot be reached.</summary>
    Reject,
}

/// <summary>
/// Pass-through (RFC 3748 §2.3) as just another method of the authenticator: every response of the peer stays pending until the host, who has
/// relayed it to a server elsewhere, brings that server's answer.
/// </summary>
public sealed class EapPassThroughMethod
{
    private byte[] _msk = [];

    /// <summary>The key that the server handed over: MSK, or what it has of it; empty where the method makes none.</summary>
    public ReadOnlySpan<byte> MasterSessionKey => _msk;

    internal void SetMasterSessionKey(ReadOnlySpan<byte> key) => _msk = key.ToArray();
}
