using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>A request for one server.</summary>
/// <param name="Code">The request's code.</param>
/// <param name="Write">Adds its attributes.</param>
/// <param name="CanMove">Whether it may go to another server.</param>
/// <param name="IsProbe">Whether it is a sign of life that the client itself wants.</param>
internal sealed record LinkRequest(RadiusCode Code, RadiusRequestWriter Write, bool CanMove, bool IsProbe = false);

/// <summary>The way to one server: its source ports, or its connections.</summary>
internal abstract class RadiusLink(RadiusUpstream server, LinkContext context) : IAsyncDisposable
{
    /// <summary>The server.</summary>
    public RadiusUpstream Server { get; } = server;

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

        try
        {
            RadiusHop hop = new(Server, channel.Secret, channel.Local, channel.Remote, exchange.Identifier);
            byte[] octets = Build(request, hop, exchange.Token);
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingRequest)state!).TrySetCanceled(token), pending);
            if (channel.Start(exchange, octets, retransmission))
            {
                await channel.TransmitAsync(exchange).ConfigureAwait(false);
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
            RandomNumberGenerator.Fill(authenticator);
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, request.Code, hop.Identifier, authenticator);
        request.Write(ref writer, hop);
        return writer.TryComplete(hop.Secret, out int length)
            ? buffer[..length].ToArray()
            : throw new InvalidOperationException($"the request would have {length} octets, or a value that does not fit its attribute");
    }
}
