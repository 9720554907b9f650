using System.Net;
using Sallyport.Ikev2.Session;

namespace Sallyport.Samples.VpnClient;

/// <summary>What the person asks for.</summary>
public sealed record VpnClientOptions
{
    /// <summary>The AnyConnect profile's file.</summary>
    public required string ProfileFile { get; init; }

    /// <summary>The entry of its server list; the first where none is named.</summary>
    public string? HostName { get; init; }

    /// <summary>Who logs in.</summary>
    public required string User { get; init; }

    /// <summary>Their password.</summary>
    public required string Password { get; init; }

    /// <summary>The trusted authorities' certificates, PEM.</summary>
    public required string CaFile { get; init; }

    /// <summary>The gateway to connect to instead of the profile's: a name or address, with or without <c>:PORT</c>.</summary>
    public string? Server { get; init; }

    /// <summary>The gateway's port for IKE and ESP.</summary>
    public int NatTraversalPort { get; init; } = 4500;

    /// <summary>The name or address that the gateway's certificate must speak for; the profile's host address where none is given.</summary>
    public string? GatewayIdentity { get; init; }

    /// <summary>How long the gateway may take to answer, instead of the profile's AuthenticationTimeout.</summary>
    public TimeSpan? AuthenticationTimeout { get; init; }

    /// <summary>What may protect the tunnel's packets, the preferred first; what the library offers where there is none.</summary>
    public IReadOnlyList<EspOffer> EspOffers { get; init; } = [];

    /// <summary>Whether a TUN device carries the tunnel's packets; otherwise a host inside the process does.</summary>
    public bool UseTun { get; init; }

    /// <summary>The hosts to ping through the tunnel.</summary>
    public IReadOnlyList<IPAddress> Ping { get; init; } = [];

    /// <summary>How long a ping waits for its answer; each host is asked up to three times.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long to stay connected; <see langword="null"/>: until told to stop, or where pings are asked for until they are done.</summary>
    public TimeSpan? DisconnectAfter { get; init; }

    /// <summary>The options in words, never the password.</summary>
    public override string ToString() => $"{User} by {ProfileFile}";
}
