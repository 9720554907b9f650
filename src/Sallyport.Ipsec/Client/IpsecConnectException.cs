using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Client;

/// <summary>A tunnel could not be brought up. The message says why, for people.</summary>
public sealed class IpsecConnectException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="detail">More of it.</param>
    public IpsecConnectException(IkeCloseReason reason, string detail)
        : base($"{Words(reason)}: {detail}")
    {
        Reason = reason;
        Detail = detail;
    }

    /// <summary>Why.</summary>
    public IkeCloseReason Reason { get; }

    /// <summary>More of it, for people.</summary>
    public string Detail { get; }

    private static string Words(IkeCloseReason reason) => reason switch
    {
        IkeCloseReason.Timeout => "timeout",
        IkeCloseReason.NoProposalChosen => "no proposal chosen",
        IkeCloseReason.AuthenticationFailed => "authentication failed",
        IkeCloseReason.PeerNotTrusted => "untrusted gateway",
        IkeCloseReason.ChildRefused => "tunnel refused",
        IkeCloseReason.Peer => "ended by the gateway",
        IkeCloseReason.UnexpectedNat => "a NAT stands between",
        IkeCloseReason.Local => "ended by this side",
        _ => "protocol error",
    };
}
