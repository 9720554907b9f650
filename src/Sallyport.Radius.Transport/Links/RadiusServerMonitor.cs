using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport.Links;

/// <summary>Keeps what a client believes of its servers, asks those in doubt for signs of life, and takes from those given up what others can answer.</summary>
internal sealed class RadiusServerMonitor : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly RadiusLink[] _links;
    private readonly LinkContext _context;
    private readonly RadiusServerPool _pool;
    private readonly RadiusServerState[] _known;
    private readonly ITimer _timer;
    private readonly RadiusRetransmission _once;

    public RadiusServerMonitor(RadiusLink[] links, LinkContext context)
    {
        _links = links;
        _context = context;
        RadiusHealthOptions health = context.Options.Health;
        _pool = new RadiusServerPool(links.Length, context.Options.Balance, health, LinkContext.Random);
        _known = new RadiusServerState[links.Length];
        _once = RadiusRetransmission.Every(0.9 * health.ProbeInterval, 1);
        _timer = context.Time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        for (int i = 0; i < links.Length; i++)
        {
            int at = i;
            links[i].OnSilent = sent => Tell(at, (server, now) => server.Silent(sent, now));
            links[i].OnConnected = () => Heard(at);
            links[i].OnUnreachable = () => Tell(at, (server, now) => server.Unreachable(now));
        }
    }

    // With one server there is nothing to choose.
    private bool IsAlone => _links.Length == 1;

    public RadiusServerState StateOf(int at)
    {
        lock (_gate)
        {
            return _pool[at].State;
        }
    }

    /// <summary>Chooses a server.</summary>
    /// <param name="tried">A bit for each that may not be chosen.</param>
    /// <param name="only">The one that may be, or -1.</param>
    public int Begin(ulong tried, int only)
    {
        if (IsAlone)
        {
            return (tried & 1) == 0 ? 0 : -1;
        }

        lock (_gate)
        {
            if (only < 0)
            {
                return _pool.Begin(tried);
            }

            if (((tried >> only) & 1) != 0)
            {
                return -1;
            }

            _pool.BeginAt(only);
            return only;
        }
    }

    public void End(int at)
    {
        if (IsAlone)
        {
            return;
        }

        lock (_gate)
        {
            _pool.End(at);
        }
    }

    public void Heard(int at) => Tell(at, (server, now) => server.Heard(now));

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tell(int at, Action<RadiusServerHealth, TimeSpan> news)
    {
        if (!IsAlone)
        {
            bool changed;
            lock (_gate)
            {
                news(_pool[at], _context.Now);
                changed = _pool[at].State != _known[at];
            }

            if (changed)
            {
                Settle();
            }
        }
    }

    private void Tick()
    {
        lock (_gate)
        {
            for (int i = 0; i < _links.Length; i++)
            {
                _pool[i].HandleTimeout(_context.Now);
            }
        }

        Settle();
    }

    // Acts on what is believed now, and sets the timer for when that may change.
    private void Settle()
    {
        if (_context.Stopping.IsCancellationRequested)
        {
            return;
        }

        List<(int At, RadiusServerState State, bool GiveUp)> changes = [];
        List<int> probes = [];
        lock (_gate)
        {
            TimeSpan now = _context.Now;
            TimeSpan? next = null;
            for (int i = 0; i < _links.Length; i++)
            {
                RadiusServerHealth server = _pool[i];
                if (server.State != _known[i])
                {
                    _known[i] = server.State;
                    changes.Add((i, server.State, server.State == RadiusServerState.Dead && _pool.HasBetter(i, 0)));
                }

                if (server.TryGetProbe(now))
                {
                    probes.Add(i);
                }

                if (server.NextTimeout() is { } at && (next is null || at < next))
                {
                    next = at;
                }
            }

            _timer.Change(next is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next.Value - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }

        foreach ((int at, RadiusServerState state, bool giveUp) in changes)
        {
            RadiusClientLog.ServerChanged(_context.Logger, _links[at].Server, state);
            RadiusClientMetrics.Changed(_links[at].Server, state);
            if (giveUp)
            {
                _links[at].GiveUp();
            }
        }

        foreach (int at in probes)
        {
            _ = ProbeAsync(at);
        }
    }

    private async Task ProbeAsync(int at)
    {
        bool answered = false;
        ProbeRequest request = new();
        try
        {
            answered = await _links[at].SendAsync(request, _once, _context.Now, _context.Stopping).ConfigureAwait(false) == LinkOutcome.Answered;
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
        {
            // Not one identifier to spare, or the client is gone: no sign of life either.
        }
        finally
        {
            request.Release();
        }

        if (!_context.Stopping.IsCancellationRequested)
        {
            Tell(at, (server, now) =>
            {
                if (answered)
                {
                    server.ProbeAnswered(now);
                }
                else
                {
                    server.ProbeUnanswered(now);
                }
            });
            Settle();
        }
    }
}
