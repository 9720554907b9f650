using System.Net;

namespace Sallyport.Ikev2.Session;

/// <summary>The way a datagram takes.</summary>
/// <param name="Local">Our address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="NatTraversal">Whether the datagram goes by the port that IKE shares with ESP, 4500 as a rule (RFC 7296 §2.23). Whoever owns the
/// socket adds and strips the non-ESP marker (RFC 3948 §2.2); the core never sees it.</param>
public sealed record IkePath(IPEndPoint Local, IPEndPoint Remote, bool NatTraversal);

/// <summary>A datagram to send.</summary>
/// <param name="Length">Its octets in the caller's buffer.</param>
/// <param name="Path">Where it goes.</param>
/// <param name="Description">What it is, for people: exchange, direction, message id and payloads. Never a secret.</param>
public readonly record struct IkeTransmit(int Length, IkePath Path, string Description);
