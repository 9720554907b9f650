using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport;

/// <summary>Whom a client asks and how it chooses among several.</summary>
public sealed class RadiusClientOptions
{
    /// <summary>The servers, 1 to 64, the preferred one first.</summary>
    public IList<RadiusUpstream> Servers { get; init; } = [];

    /// <summary>Which of several servers that are alive is asked.</summary>
    public RadiusBalance Balance { get; set; } = RadiusBalance.InOrder;

    /// <summary>When a server is doubted, given up and trusted again. A client with one server has nothing to choose, and sends no Status-Server of its own accord over UDP.</summary>
    public RadiusHealthOptions Health { get; set; } = new();

    /// <summary>How many UDP source ports are open to one server at most; each carries 256 requests at once.</summary>
    public int MostPorts { get; set; } = 64;

    /// <summary>How many TCP or TLS connections are open to one server at most; each carries 255 requests at once, or 4096 in RADIUS/1.1.</summary>
    public int MostConnections { get; set; } = 8;

    /// <summary>How long connecting over TCP may take; over TLS <see cref="RadiusTlsOptions.HandshakeTimeout"/> says it.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the wait between tries to connect may grow.</summary>
    public TimeSpan LongestReconnectWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a connection may be silent before Status-Server asks whether the server is still there, and how long that may go unanswered (RFC 3539 §3.4).</summary>
    public TimeSpan WatchdogInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a source port or connection that is not needed stays open.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The receive buffer of each UDP socket in octets.</summary>
    public int ReceiveBufferSize { get; set; } = 1 << 20;

    /// <summary>Whether many datagrams are taken and sent with one system call, where the system can.</summary>
    internal bool Batches { get; set; } = true;

    /// <summary>How often at most a kind of dropped reply is logged for one server.</summary>
    public TimeSpan DropLogInterval { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>How one request is sent.</summary>
public sealed record RadiusSendOptions
{
    /// <summary>The one server that the request may go to, because its State is that server's (RFC 2865 §5.24); <see langword="null"/> for any.</summary>
    public RadiusUpstream? Server { get; init; }

    /// <summary>Called with each server that did not answer.</summary>
    public Action<RadiusUpstream>? OnSilent { get; init; }
}
