using System.Net;

namespace Sallyport.Samples.Headend.Show;

/// <summary>One remote-access session as the <c>show</c> commands tell it.</summary>
public sealed record SessionReport
{
    /// <summary>The session's number, from 1.</summary>
    public required int Id { get; init; }

    /// <summary>Our address and port.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>The client's address and port, as seen here.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>The IKE profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The virtual-access interface's number.</summary>
    public required int VirtualAccess { get; init; }

    /// <summary>The IKE SA's algorithms.</summary>
    public required SuiteReport Suite { get; init; }

    /// <summary>How we proved who we are: RSA or ECDSA.</summary>
    public required string AuthSign { get; init; }

    /// <summary>The IKE SA's lifetime.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How long the session has been up.</summary>
    public required TimeSpan Active { get; init; }

    /// <summary>Our SPI of the IKE SA.</summary>
    public required ulong LocalSpi { get; init; }

    /// <summary>The client's SPI of the IKE SA.</summary>
    public required ulong RemoteSpi { get; init; }

    /// <summary>Our identity.</summary>
    public required string LocalId { get; init; }

    /// <summary>The client's IKE identity.</summary>
    public required string RemoteId { get; init; }

    /// <summary>The client's EAP identity: the person.</summary>
    public required string EapId { get; init; }

    /// <summary>The next request id of our own.</summary>
    public required uint LocalMessageId { get; init; }

    /// <summary>The next request id expected from the client.</summary>
    public required uint RemoteMessageId { get; init; }

    /// <summary>Dead peer detection: its interval, or <see langword="null"/> where it is off.</summary>
    public TimeSpan? DpdInterval { get; init; }

    /// <summary>Dead peer detection: seconds between retries.</summary>
    public TimeSpan DpdRetry { get; init; }

    /// <summary>Which side is behind a NAT: inside is ours, outside the client's.</summary>
    public required NatSide Nat { get; init; }

    /// <summary>Whether messages are cut where they are too long (RFC 7383), as both sides have agreed.</summary>
    public required bool Fragmentation { get; init; }

    /// <summary>The address given to the client.</summary>
    public required IPAddress AssignedAddress { get; init; }

    /// <summary>The ESP SAs, one pair a client.</summary>
    public required FlowReport Flow { get; init; }
}

/// <summary>The IKE SA's algorithms in the router's words.</summary>
/// <param name="Encryption">AES-CBC or AES-GCM.</param>
/// <param name="KeyBits">The key's length in bits.</param>
/// <param name="Prf">SHA256, SHA384 or SHA512.</param>
/// <param name="Hash">SHA256, SHA384, SHA512, or None with AES-GCM.</param>
/// <param name="Group">The Diffie-Hellman group's number.</param>
public sealed record SuiteReport(string Encryption, int KeyBits, string Prf, string Hash, int Group);

/// <summary>The ESP SAs of one session.</summary>
/// <param name="LocalNetworks">The networks behind us.</param>
/// <param name="PacketsIn">Packets opened.</param>
/// <param name="DropsIn">Packets dropped on the way in.</param>
/// <param name="PacketsOut">Packets sealed.</param>
/// <param name="DropsOut">Packets dropped on the way out.</param>
/// <param name="Left">How long its keys are still used.</param>
/// <param name="KilobytesLeftIn">How much they may still open, or <see langword="null"/> without a limit.</param>
/// <param name="KilobytesLeftOut">How much they may still seal, likewise.</param>
public sealed record FlowReport(
    IReadOnlyList<IPNetwork> LocalNetworks, long PacketsIn, long DropsIn, long PacketsOut, long DropsOut, TimeSpan Left, long? KilobytesLeftIn, long? KilobytesLeftOut);

/// <summary>Where NAT detection (RFC 7296 §2.23) found a translator.</summary>
public enum NatSide
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Between us and the outside: our own address is translated.</summary>
    Inside,

    /// <summary>In front of the client.</summary>
    Outside,
}
