using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport.Links;

/// <summary>
/// The source ports to one server. Requests go to them in turn, so that an identifier rests long before it is used again; another port is
/// opened only where all identifiers of all are in use, and closed when it has been idle.
/// </summary>
internal sealed class UdpLink(RadiusUpstream server, LinkContext context) : RadiusLink(server, context)
{
    private readonly Lock _gate = new();
    private readonly List<UdpChannel> _channels = [];
    private IPEndPoint? _remote = server.EndPoint as IPEndPoint;
    private TimeSpan _sweepAt;
    private int _turn;
    private bool _disposed;

    // No address, or no way there: as good as no answer.
    protected override LinkOutcome WithoutChannel => LinkOutcome.Silent;

    public override void GiveUp()
    {
        foreach (UdpChannel channel in Snapshot())
        {
            channel.GiveUp();
        }

        Forget();
    }

    public override async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        foreach (UdpChannel channel in Snapshot())
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    public override void Forget() => Volatile.Write(ref _remote, Server.EndPoint as IPEndPoint);

    protected override bool TryReserve(LinkRequest request, TimeSpan now)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RadiusClient));
            return _remote is not null && now < _sweepAt && TryReserve(request, _remote);
        }
    }

    protected override async ValueTask<bool> ReserveAsync(LinkRequest request, CancellationToken cancellationToken)
    {
        IPEndPoint? remote = Volatile.Read(ref _remote);
        if (remote is null)
        {
            remote = await ResolveAsync((DnsEndPoint)Server.EndPoint, cancellationToken).ConfigureAwait(false);
            if (remote is null)
            {
                return false;
            }

            Volatile.Write(ref _remote, remote);
        }

        List<UdpChannel> idle = [];
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, typeof(RadiusClient));
                Sweep(remote, idle);
                return TryReserve(request, remote) || Open(remote).TryReserve(request);
            }
        }
        catch (SocketException e)
        {
            // Such as no route to that network.
            RadiusLog.SocketError(Context.Logger, e.SocketErrorCode);
            return false;
        }
        finally
        {
            foreach (UdpChannel channel in idle)
            {
                await channel.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private bool TryReserve(LinkRequest request, IPEndPoint remote)
    {
        for (int i = 0; i < _channels.Count; i++)
        {
            int at = (_turn + i) % _channels.Count;
            if (_channels[at].Remote.Equals(remote) && _channels[at].TryReserve(request))
            {
                _turn = at + 1;
                return true;
            }
        }

        return false;
    }

    private UdpChannel Open(IPEndPoint remote)
    {
        if (_channels.Count >= Context.Options.MostPorts)
        {
            throw new InvalidOperationException($"{_channels.Count * 256} requests are under way to {Server}");
        }

        UdpChannel opened = new(this, Context, remote);
        _channels.Add(opened);
        return opened;
    }

    // Ports beyond the first that a burst has left behind, and those to an address that the name had before.
    private void Sweep(IPEndPoint remote, List<UdpChannel> idle)
    {
        TimeSpan now = Context.Now;
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + TimeSpan.FromSeconds(1);
        TimeSpan time = Context.Options.IdleTimeout;
        idle.AddRange(_channels.Where((c, i) => i > 0 ? c.IsIdle(time) : !c.Remote.Equals(remote) && c.IsIdle(TimeSpan.Zero)));
        _channels.RemoveAll(idle.Contains);
    }

    private UdpChannel[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _channels];
        }
    }

    private static async ValueTask<IPEndPoint?> ResolveAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellationToken).ConfigureAwait(false);
            return found.Length > 0 ? new IPEndPoint(found[0], name.Port) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
