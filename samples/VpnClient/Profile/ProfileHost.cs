namespace Sallyport.Samples.VpnClient.Profile;

/// <summary>How a host entry's gateway is talked to.</summary>
public enum ProfileProtocol
{
    /// <summary>TLS, the default.</summary>
    Ssl,

    /// <summary>IKEv2.</summary>
    IPsec,
}

/// <summary>How the person proves who they are during IKE.</summary>
public enum IkeAuthMethod
{
    /// <summary>EAP-GTC, the default.</summary>
    EapGtc,

    /// <summary>EAP-MD5.</summary>
    EapMd5,

    /// <summary>EAP-MSCHAPv2.</summary>
    EapMsChapV2,

    /// <summary>The vendor's own method.</summary>
    EapAnyConnect,

    /// <summary>A certificate with an RSA key.</summary>
    IkeRsa,

    /// <summary>A certificate with an ECDSA key.</summary>
    IkeEcdsa,
}

/// <summary>One entry of the profile's server list.</summary>
public sealed record ProfileHost
{
    /// <summary>What the person chooses it by.</summary>
    public required string Name { get; init; }

    /// <summary>The gateway's domain name or address; the entry's name where it gives none.</summary>
    public required string Address { get; init; }

    /// <summary>The user group, if any.</summary>
    public string? UserGroup { get; init; }

    /// <summary>Gateways to try where the first does not answer.</summary>
    public IReadOnlyList<string> BackupServers { get; init; } = [];

    /// <summary>How the gateway is talked to.</summary>
    public ProfileProtocol Protocol { get; init; }

    /// <summary>Whether standard EAP is used; if not, the vendor's own method is.</summary>
    public bool StandardAuthenticationOnly { get; init; }

    /// <summary>How the person proves who they are.</summary>
    public IkeAuthMethod AuthMethod { get; init; }

    /// <summary>IDi where the profile sets one.</summary>
    public string? IkeIdentity { get; init; }

    /// <summary>The entry's line, for messages.</summary>
    public required int Line { get; init; }

    /// <summary>The line that says the protocol, or the entry's.</summary>
    public required int ProtocolLine { get; init; }

    /// <summary>The line that says whether standard EAP is used, or the protocol's.</summary>
    public required int StandardLine { get; init; }

    /// <summary>The line that says the method, or the one before.</summary>
    public required int MethodLine { get; init; }
}

/// <summary>An element that this client does not know, kept as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Line">Its line.</param>
/// <param name="Text">Its whole text.</param>
public sealed record UnknownElement(string Name, int Line, string Text);
