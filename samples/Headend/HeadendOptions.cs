using System.Net;

namespace Sallyport.Samples.Headend;

/// <summary>What the router's configuration does not say.</summary>
public sealed record HeadendOptions
{
    /// <summary>The router's configuration.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>Where the trustpoint's certificate and key are.</summary>
    public required string PkiDirectory { get; init; }

    /// <summary>The address to listen on; that of the configuration's outer interface where none is given.</summary>
    public IPAddress? Listen { get; init; }

    /// <summary>The UDP port of IKE; 0 takes any free one.</summary>
    public int IkePort { get; init; } = 500;

    /// <summary>The UDP port of IKE and ESP; 0 takes any free one.</summary>
    public int NatTraversalPort { get; init; } = 4500;

    /// <summary>Whether the tunnels' packets go through a TUN device; otherwise a host inside the process answers for the networks behind the router.</summary>
    public bool UseTun { get; init; }

    /// <summary>The local socket of the <c>show</c> commands; none where it is empty.</summary>
    public string ControlPath { get; init; } = Show.ControlSocket.DefaultPath;
}
