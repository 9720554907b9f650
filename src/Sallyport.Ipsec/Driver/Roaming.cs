using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Driver;

/// <summary>
/// Has a client's sessions move along when the system sends to their gateways from another address than before, as where a laptop goes from cable to
/// radio (RFC 4555 §3.5). It looks at the routes now and then, and soon after an address or a link of the machine has changed; what it finds must be
/// found twice before anything moves. Used by the loop that owns the IKE core alone.
/// </summary>
internal sealed class Roaming : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);
    private readonly UdpPort _port;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private readonly Dictionary<IpsecSession, IPEndPoint> _found = [];
    private bool _watches;

    /// <summary>Begins nothing yet.</summary>
    /// <param name="port">The port that IKE and ESP share.</param>
    /// <param name="interval">How often to look.</param>
    /// <param name="time">The clock.</param>
    /// <param name="look">Has <see cref="Look"/> called by the loop.</param>
    /// <param name="logger">Where it is told.</param>
    public Roaming(UdpPort port, TimeSpan interval, TimeProvider time, Action look, ILogger logger)
    {
        _port = port;
        _logger = logger;
        _interval = interval;
        _timer = time.CreateTimer(_ => look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to look, once there is a session as a client.</summary>
    public void Watch()
    {
        if (!_watches)
        {
            _watches = true;
            NetworkChange.NetworkAddressChanged += OnAddressChanged;
            NetworkChange.NetworkAvailabilityChanged += OnAvailabilityChanged;
            _timer.Change(_interval, _interval);
        }
    }

    /// <summary>Looks by which addresses the gateways are reached.</summary>
    public void Look(IEnumerable<IpsecSession> sessions, TimeSpan now)
    {
        bool settles = false;
        foreach (IpsecSession session in sessions.Where(s => s.Ike.IsInitiator && s.Ike.IsMobikeAgreed))
        {
            IPEndPoint? local = LocalFor(session, session.Ike.Path.Remote);
            if (local is null || local.Equals(session.Ike.Path.Local))
            {
                // Without a way to the gateway the session waits for one.
                _found.Remove(session);
            }
            else if (_found.TryGetValue(session, out IPEndPoint? found) && found.Equals(local))
            {
                _found.Remove(session);
                session.Ike.MoveTo(session.Ike.Path with { Local = local }, now);
            }
            else
            {
                _found[session] = local;
                settles = true;
            }
        }

        if (settles)
        {
            _timer.Change(Settling, _interval);
        }
    }

    /// <summary>Tells the gateway once more where this side is, by whatever address the system reaches it now.</summary>
    public bool Move(IpsecSession session, TimeSpan now) =>
        LocalFor(session, session.Ike.Path.Remote) is { } local && session.Ike.MoveTo(session.Ike.Path with { Local = local }, now);

    /// <summary>Goes on by the next of the gateway's addresses that a way leads to (RFC 4555 §3.3).</summary>
    public void TryNext(IpsecSession session, TimeSpan now)
    {
        IkePath path = session.Ike.Path;
        IPAddress[] all = [.. session.Ike.PeerAddresses.Where(a => a.AddressFamily == _port.Local.AddressFamily)];
        int current = Array.IndexOf(all, path.Remote.Address);
        for (int i = 1; i <= all.Length; i++)
        {
            IPEndPoint remote = new(all[(current + i) % all.Length], path.Remote.Port);
            if (!remote.Equals(path.Remote) && LocalFor(session, remote) is { } local)
            {
                IpsecLog.TriesOther(_logger, session.Id, path.Remote, remote);
                session.Ike.MoveTo(path with { Local = local, Remote = remote }, now);
                return;
            }
        }
    }

    public void Forget(IpsecSession session) => _found.Remove(session);

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged -= OnAvailabilityChanged;
        _timer.Dispose();
    }

    // A way to the gateway that leads through its own tunnel is none.
    private IPEndPoint? LocalFor(IpsecSession session, IPEndPoint remote) =>
        _port.TryLocalFor(remote) is { } local && !local.Address.Equals(session.Configuration?.Address) && !local.Address.Equals(session.Configuration?.AddressV6) ? local : null;

    // By the system, on a thread of its own.
    private void OnAddressChanged(object? sender, EventArgs e) => _timer.Change(Settling, _interval);

    private void OnAvailabilityChanged(object? sender, NetworkAvailabilityEventArgs e) => _timer.Change(Settling, _interval);
}
