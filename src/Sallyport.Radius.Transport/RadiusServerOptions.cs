using System.Net;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport;

/// <summary>How a server serves.</summary>
public sealed class RadiusServerOptions
{
    /// <summary>Where it listens.</summary>
    public IList<RadiusListener> Listeners { get; init; } = [];

    /// <summary>The devices that may ask.</summary>
    public RadiusPeers Peers { get; set; } = new([]);

    /// <summary>What duplicate detection and pending requests may take on each listener; several sockets of a port share it.</summary>
    public RadiusReplyCacheLimits Limits { get; set; } = new();

    /// <summary>How often at most a kind of drop is logged for one sender.</summary>
    public TimeSpan DropLogInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How far the Event-Timestamp of a CoA- or Disconnect-Request may be off, where it has one (RFC 5176 §6.3).</summary>
    public TimeSpan EventTimestampWindow { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether a CoA- or Disconnect-Request must have an Event-Timestamp, without which it can be replayed once the reply cache has forgotten it.</summary>
    public bool RequireEventTimestamp { get; set; }

    /// <summary>Called with each retransmission that is absorbed or answered again, on the thread that reads the socket; for logs.</summary>
    public Action<IPEndPoint, byte, RadiusRequestKind>? OnDuplicate { get; set; }

    /// <summary>Refuses options with which a server could not do its work.</summary>
    /// <exception cref="ArgumentException">They are such; the message says what would be right.</exception>
    internal void Validate(RadiusHandlers handlers)
    {
        if (Listeners.Count == 0)
        {
            throw new ArgumentException("a RADIUS server needs a listener, such as new RadiusUdpListener(new IPEndPoint(IPAddress.Any, 1812))");
        }

        Limits.Validate();
        foreach (RadiusListener listener in Listeners)
        {
            Check(listener, RadiusRoles.Authentication, handlers.Access is not null, "Access-Request");
            Check(listener, RadiusRoles.Accounting, handlers.Accounting is not null, "Accounting-Request");
            Check(listener, RadiusRoles.DynamicAuthorization, handlers.Coa is not null || handlers.Disconnect is not null, "CoA-Request or Disconnect-Request");
            if (listener.Roles == RadiusRoles.None)
            {
                throw new ArgumentException($"the listener on {listener.EndPoint} serves nothing; it should have a role");
            }
        }
    }

    private static void Check(RadiusListener listener, RadiusRoles role, bool handled, string requests)
    {
        if ((listener.Roles & role) != 0 && !handled)
        {
            throw new ArgumentException($"the listener on {listener.EndPoint} has the role {role}; that needs a handler for {requests}");
        }
    }
}

/// <summary>A port to listen on.</summary>
/// <param name="EndPoint">Its address and number; number 0 takes a free one.</param>
/// <param name="Roles">What it serves.</param>
public abstract record RadiusListener(IPEndPoint EndPoint, RadiusRoles Roles)
{
    internal abstract RadiusBinding Bind(RadiusPipeline pipeline);
}

/// <summary>A port that is bound.</summary>
internal abstract class RadiusBinding : IAsyncDisposable
{
    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>Datagrams that the system dropped since nobody took them in time, as far as it tells.</summary>
    public virtual long SystemDrops => 0;

    /// <summary>Whether it still takes requests.</summary>
    public abstract bool IsServing { get; }

    public abstract void Start();

    public abstract ValueTask DisposeAsync();
}
