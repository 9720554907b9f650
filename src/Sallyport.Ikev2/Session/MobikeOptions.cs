using System.Net;

namespace Sallyport.Ikev2.Session;

/// <summary>How a session keeps its tunnel while addresses change (RFC 4555), where the peer agrees.</summary>
public sealed class MobikeOptions
{
    /// <summary>One address a side, NATs allowed, a peer's new address checked before ESP goes there.</summary>
    public static MobikeOptions Default { get; } = new();

    /// <summary>
    /// This side's addresses beside the one that it sends from, which the peer is told (RFC 4555 §3.3): eight at most are. A gateway names those by
    /// which it can be reached too; a client needs to name none.
    /// </summary>
    public IReadOnlyList<IPAddress> AdditionalAddresses { get; init; } = [];

    /// <summary>A client: whether no NAT may stand between, so that nobody on the way can choose its address (RFC 4555 §3.9).</summary>
    public bool ProhibitNat { get; init; }

    /// <summary>
    /// A gateway: whether ESP goes to a new address only once the client has proven that it gets there what is sent (RFC 4555 §3.7), so that no client
    /// can have a third party flooded. It takes one round trip.
    /// </summary>
    public bool CheckRoutability { get; init; } = true;

    /// <summary>Whether a peer that asks may be reached by a path from now on (RFC 4555 §3.5); any may unless set.</summary>
    public Func<IkePath, bool>? Accepts { get; init; }
}
