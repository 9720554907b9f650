using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport.Links;

/// <summary>The way to one server: its source ports, or its connections.</summary>
internal abstract class RadiusLink(RadiusUpstream server, LinkContext context) : IAsyncDisposable
{
    /// <summary>The server.</summary>
    public RadiusUpstream Server { get; } = server;

    /// <summary>When a request is sent again, and how long it may take: over a stream once, and as long as over UDP.</summary>
    public RadiusRetransmission Retransmission { get; } =
        server.Transport == RadiusTransport.Udp ? server.Retransmission : RadiusRetransmission.Every(Bounded(server.Retransmission.Total), 1);

    /// <summary>Told when a request that was sent at that time is still unanswered.</summary>
    public Action<TimeSpan>? OnSilent { get; set; }

    /// <summary>Told when a connection stands.</summary>
    public Action? OnConnected { get; set; }

    /// <summary>Told when no connection can be had.</summary>
    public Action? OnUnreachable { get; set; }

    protected LinkContext Context { get; } = context;

    /// <summary>What it means that no channel can be had.</summary>
    protected virtual LinkOutcome WithoutChannel => LinkOutcome.Unreachable;

    /// <summary>Sends a request.</summary>
    /// <returns>The end of it; <see cref="LinkRequest.Release"/> follows, whatever it is.</returns>
    /// <exception cref="InvalidOperationException">Too many requests are under way, or this one does not fit a packet.</exception>
    public ValueTask<LinkOutcome> SendAsync(LinkRequest request, RadiusRetransmission retransmission, TimeSpan now, CancellationToken cancellationToken) =>
        TryReserve(request, now) ? request.StartAsync(Server, retransmission, now, cancellationToken) : SendSoonAsync(request, retransmission, cancellationToken);

    /// <summary>Asks over one channel for a sign of life.</summary>
    public async Task<LinkOutcome> ProbeAsync(RadiusChannel channel, RadiusRetransmission retransmission)
    {
        ProbeRequest request = new();
        try
        {
            return channel.TryReserve(request) ? await request.StartAsync(Server, retransmission, Context.Now, Context.Stopping).ConfigureAwait(false) : LinkOutcome.Silent;
        }
        catch (OperationCanceledException)
        {
            return LinkOutcome.GivenUp;
        }
        finally
        {
            request.Release();
        }
    }

    /// <summary>The server was silent: its name may stand for another address by now.</summary>
    public virtual void Forget()
    {
    }

    /// <summary>Ends what may go to another server.</summary>
    public abstract void GiveUp();

    public abstract ValueTask DisposeAsync();

    /// <summary>Takes an identifier on a channel that has one to spare.</summary>
    /// <returns>Whether there is one; where not, <see cref="ReserveAsync"/> may open another channel.</returns>
    protected abstract bool TryReserve(LinkRequest request, TimeSpan now);

    /// <summary>Takes an identifier on a channel that has one to spare, opening one where need be.</summary>
    /// <returns>Whether the server can be reached.</returns>
    /// <exception cref="InvalidOperationException">Too many requests are under way.</exception>
    protected abstract ValueTask<bool> ReserveAsync(LinkRequest request, CancellationToken cancellationToken);

    private static TimeSpan Bounded(TimeSpan time) => time < TimeSpan.FromDays(1) ? time : TimeSpan.FromDays(1);

    private async ValueTask<LinkOutcome> SendSoonAsync(LinkRequest request, RadiusRetransmission retransmission, CancellationToken cancellationToken) =>
        await ReserveAsync(request, cancellationToken).ConfigureAwait(false)
            ? await request.StartAsync(Server, retransmission, Context.Now, cancellationToken).ConfigureAwait(false)
            : WithoutChannel;
}
