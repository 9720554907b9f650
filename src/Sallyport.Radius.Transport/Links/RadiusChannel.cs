using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>One source port or connection: the core behind a lock, and one timer that is set only where a deadline comes before the one it is set to.</summary>
internal abstract class RadiusChannel : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly RadiusClientPort _port;
    private readonly ITimer _timer;
    private TimeSpan _timerAt = TimeSpan.MaxValue;
    private TimeSpan _lastUsed;
    private bool _closed;

    protected RadiusChannel(RadiusLink link, LinkContext context, RadiusPortKind kind, RadiusSecret secret, IPEndPoint local, IPEndPoint remote)
    {
        Link = link;
        Context = context;
        Secret = secret;
        Local = local;
        Remote = remote;
        _port = new RadiusClientPort(LinkContext.Random, kind);
        _lastUsed = context.Now;
        _timer = context.Time.CreateTimer(static channel => ((RadiusChannel)channel!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RadiusSecret Secret { get; }

    public IPEndPoint Local { get; }

    public IPEndPoint Remote { get; }

    /// <summary>How many requests are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _port.Count;
            }
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    protected RadiusLink Link { get; }

    protected LinkContext Context { get; }

    /// <summary>Whether a reply must carry a Message-Authenticator.</summary>
    protected virtual bool RequireMessageAuthenticator => Link.Server.RequireMessageAuthenticator;

    /// <summary>Takes an identifier for a request, if there is one to spare.</summary>
    public bool TryReserve(LinkRequest request)
    {
        lock (_gate)
        {
            if (_closed || _port.TryReserve(request, request.IsProbe) is not { } exchange)
            {
                return false;
            }

            request.Begin(this, exchange);
            return true;
        }
    }

    /// <summary>Begins an exchange.</summary>
    /// <returns>Whether it is to be sent: not where the connection was lost, or the server given up, while the request was built.</returns>
    public bool Start(RadiusExchange exchange, byte[] octets, RadiusRetransmission retransmission, TimeSpan now)
    {
        lock (_gate)
        {
            // A sign of life that the client itself asks for is no use of the channel.
            _lastUsed = octets[0] == (byte)RadiusCode.StatusServer ? _lastUsed : now;
            _port.Start(exchange, octets, Secret, retransmission, RequireMessageAuthenticator, now);
            if (exchange.State != RadiusExchangeState.Waiting)
            {
                return false;
            }

            SetTimer(exchange.Deadline, now);
            return true;
        }
    }

    public void Cancel(RadiusExchange exchange)
    {
        lock (_gate)
        {
            _port.Cancel(exchange);
        }
    }

    /// <summary>Whether nothing is under way, and nothing was for that long.</summary>
    public bool IsIdle(TimeSpan time)
    {
        lock (_gate)
        {
            return _port.Count == 0 && Context.Now - _lastUsed >= time;
        }
    }

    /// <summary>Ends what may go to another server.</summary>
    public void GiveUp() => End(LinkOutcome.GivenUp, static request => request.CanMove);

    /// <summary>Sends the request, or sends it again.</summary>
    public void Transmit(RadiusExchange exchange)
    {
        RadiusClientMetrics.Sent(Link.Server, exchange);
        if (Context.Logger.IsEnabled(LogLevel.Debug) && RadiusPacket.TryParse(exchange.Request.Span, out RadiusPacket packet, out _))
        {
            RadiusLog.MessageSent(Context.Logger, "RADIUS", Local, Remote, RadiusDescribe.Packet(packet) + (exchange.Sent > 1 ? " again" : ""));
        }

        Write(exchange.Request.Span);
    }

    public virtual ValueTask DisposeAsync()
    {
        Close(LinkOutcome.Unreachable);
        return _timer.DisposeAsync();
    }

    /// <summary>Puts a packet on the wire; one that cannot be sent is one that is not answered.</summary>
    protected abstract void Write(ReadOnlySpan<byte> packet);

    /// <summary>Takes what came from the server.</summary>
    protected RadiusReplyDrop Handle(ReadOnlySpan<byte> packet)
    {
        RadiusExchange? exchange;
        RadiusReplyDrop drop;
        lock (_gate)
        {
            exchange = _port.Handle(packet, out drop);
        }

        if (exchange is null)
        {
            Context.Drops.Add(Remote.Address, LinkContext.Reason(drop));
        }
        else
        {
            LinkRequest.Of(exchange).TryEnd(exchange, LinkOutcome.Answered);
        }

        return drop;
    }

    /// <summary>Takes no more requests, and ends those under way.</summary>
    protected void Close(LinkOutcome outcome)
    {
        lock (_gate)
        {
            _closed = true;
        }

        End(outcome, static _ => true);
    }

    private void End(LinkOutcome outcome, Func<LinkRequest, bool> which)
    {
        List<RadiusExchange> ended = [];
        lock (_gate)
        {
            _port.Abandon(ended, e => which(LinkRequest.Of(e)));
        }

        foreach (RadiusExchange exchange in ended)
        {
            if (Context.Stopping.IsCancellationRequested)
            {
                LinkRequest.Of(exchange).TryCancel(Context.Stopping);
            }
            else
            {
                LinkRequest.Of(exchange).EndElsewhere(exchange, outcome);
            }
        }
    }

    // Asked for with the gate held.
    private void SetTimer(TimeSpan at, TimeSpan now)
    {
        if (at < _timerAt)
        {
            // Timers know whole milliseconds: rounded up, lest it fires a little before its time.
            _timerAt = at;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((at - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
    }

    private void Tick()
    {
        List<RadiusExchange> resend = [];
        List<RadiusExchange> timedOut = [];
        lock (_gate)
        {
            TimeSpan now = Context.Now;
            _timerAt = TimeSpan.MaxValue;
            _port.HandleTimeout(now, resend, timedOut);
            if (!_closed && _port.NextTimeout() is { } next)
            {
                SetTimer(next, now);
            }
        }

        foreach (RadiusExchange exchange in resend)
        {
            Link.OnSilent?.Invoke(exchange.Started);
            Transmit(exchange);
        }

        foreach (RadiusExchange exchange in timedOut)
        {
            Link.OnSilent?.Invoke(exchange.Started);
            Link.Forget();
            LinkRequest.Of(exchange).EndElsewhere(exchange, LinkOutcome.Silent);
        }
    }
}
