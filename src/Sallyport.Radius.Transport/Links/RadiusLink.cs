using System.Buffers.Binary;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>A request for one server.</summary>
/// <param name="Code">The request's code.</param>
/// <param name="Write">Adds its attributes.</param>
/// <param name="CanMove">Whether it may go to another server.</param>
/// <param name="IsProbe">Whether it is a sign of life that the client itself wants.</param>
internal sealed record LinkRequest(RadiusCode Code, RadiusRequestWriter Write, bool CanMove, bool IsProbe = false)
{
    /// <summary>A Status-Server (RFC 5997 §3): Message-Authenticator, which the writer adds, and whatever names the client.</summary>
    public static LinkRequest Probe { get; } = new(
        RadiusCode.StatusServer, (ref RadiusPacketWriter writer, RadiusHop _) => writer.Add(Rfc2865.NasIdentifier, "status"u8), CanMove: false, IsProbe: true);
}

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

    /// <summary>Sends a request and waits for the end of it.</summary>
    public async Task<(LinkOutcome Outcome, RadiusReply? Reply)> SendAsync(LinkRequest request, RadiusRetransmission retransmission, CancellationToken cancellationToken)
    {
        PendingRequest pending = new(request.CanMove);
        (RadiusChannel Channel, RadiusExchange Exchange)? reserved = await ReserveAsync(pending, request.IsProbe, cancellationToken).ConfigureAwait(false);
        if (reserved is not var (channel, exchange))
        {
            return (WithoutChannel, null);
        }

        return await SendOnAsync(channel, exchange, pending, request, retransmission, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks over one channel for a sign of life.</summary>
    public async Task<LinkOutcome> ProbeAsync(RadiusChannel channel, RadiusRetransmission retransmission)
    {
        PendingRequest pending = new(canMove: false);
        try
        {
            return channel.TryReserve(pending, isProbe: true) is { } exchange
                ? (await SendOnAsync(channel, exchange, pending, LinkRequest.Probe, retransmission, Context.Stopping).ConfigureAwait(false)).Outcome
                : LinkOutcome.Silent;
        }
        catch (OperationCanceledException)
        {
            return LinkOutcome.GivenUp;
        }
    }

    /// <summary>Ends what may go to another server.</summary>
    public abstract void GiveUp();

    public abstract ValueTask DisposeAsync();

    /// <summary>Takes an identifier on a channel that has one to spare, opening one where need be.</summary>
    /// <returns>Both, or <see langword="null"/> where the server cannot be reached.</returns>
    /// <exception cref="InvalidOperationException">Too many requests are under way.</exception>
    protected abstract ValueTask<(RadiusChannel Channel, RadiusExchange Exchange)?> ReserveAsync(PendingRequest pending, bool isProbe, CancellationToken cancellationToken);

    /// <summary>The server was silent: its name may stand for another address by now.</summary>
    protected virtual void Forget()
    {
    }

    private async Task<(LinkOutcome Outcome, RadiusReply? Reply)> SendOnAsync(
        RadiusChannel channel, RadiusExchange exchange, PendingRequest pending, LinkRequest request, RadiusRetransmission retransmission, CancellationToken cancellationToken)
    {
        try
        {
            RadiusHop hop = new(Server, channel.Secret, channel.Local, channel.Remote, exchange.Identifier);
            byte[] octets = Build(request, hop, exchange.Token);
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingRequest)state!).TrySetCanceled(token), pending);
            if (channel.Start(exchange, octets, retransmission))
            {
                channel.Transmit(exchange);
            }

            LinkOutcome outcome = await pending.Task.ConfigureAwait(false);
            if (outcome == LinkOutcome.Silent)
            {
                Forget();
            }

            return (outcome, outcome == LinkOutcome.Answered ? new RadiusReply(exchange.Reply, exchange.Request, hop) : null);
        }
        finally
        {
            // However it ended, nobody waits any more: the identifier is free. Where it was answered or timed out, it already is.
            channel.Cancel(exchange);
        }
    }

    private static TimeSpan Bounded(TimeSpan time) => time < TimeSpan.FromDays(1) ? time : TimeSpan.FromDays(1);

    private static byte[] Build(LinkRequest request, RadiusHop hop, uint token)
    {
        Span<byte> authenticator = stackalloc byte[RadiusAuthenticators.Size];
        if (hop.Secret.IsNone)
        {
            authenticator.Clear();
            BinaryPrimitives.WriteUInt32BigEndian(authenticator, token);
        }
        else
        {
            RadiusRandom.Fill(authenticator);
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, request.Code, hop.Identifier, authenticator);
        request.Write(ref writer, hop);
        return writer.TryComplete(hop.Secret, out int length)
            ? buffer[..length].ToArray()
            : throw new InvalidOperationException($"the request would have {length} octets, or a value that does not fit its attribute");
    }
}
