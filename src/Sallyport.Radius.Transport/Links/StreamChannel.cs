using System.Net;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>
/// One connection over TCP or TLS. A reply that is not genuine is dropped and the connection stays; octets that are no packets end it
/// (RFC 6613 §2.6.4). Where nothing came for a while, Status-Server asks whether the server is still there (RFC 6613 §2.6.6, RFC 3539 §3.4).
/// </summary>
internal sealed class StreamChannel : RadiusChannel
{
    private const int MostQueued = 1 << 20;
    private readonly PacketStream _packets;
    private readonly RadiusTransport _transport;
    private readonly ITimer _watchdog;
    private readonly RadiusRetransmission _once;
    private readonly Task _loop;
    private long _heard;
    private int _asking;
    private int _ended;

    public StreamChannel(StreamLink link, LinkContext context, Stream stream, RadiusPortKind kind, RadiusSecret secret, IPEndPoint local, IPEndPoint remote)
        : base(link, context, kind, secret, local, remote)
    {
        _transport = link.Server.Transport;
        _packets = new PacketStream(stream, MostQueued);
        TimeSpan interval = context.Options.WatchdogInterval;
        _once = RadiusRetransmission.Every(interval, 1);
        _heard = context.Now.Ticks;
        _watchdog = context.Time.CreateTimer(static channel => _ = ((StreamChannel)channel!).WatchAsync(), this, interval, interval);
        _loop = Task.Run(ReadAsync);
    }

    /// <summary>Whether anything came from the server yet.</summary>
    public bool WasHeard { get; private set; }

    // RFC 6614 §2.3: TLS does what Message-Authenticator is for.
    protected override bool RequireMessageAuthenticator => _transport != RadiusTransport.Tls && base.RequireMessageAuthenticator;

    public override async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Write(ReadOnlySpan<byte> packet) => _packets.TryWrite(packet);

    private async Task ReadAsync()
    {
        string reason = await _packets.ReadAsync(packet =>
        {
            Volatile.Write(ref _heard, Context.Now.Ticks);
            WasHeard = true;
            return Handle(packet) != RadiusReplyDrop.Malformed || IsFramed(packet);
        }).ConfigureAwait(false);
        await EndAsync(reason).ConfigureAwait(false);
    }

    // RFC 6613 §2.6.4: attributes that do not fill the packet show that the peer is broken; anything else wrong with a reply is the reply's own.
    private static bool IsFramed(ReadOnlySpan<byte> packet) =>
        RadiusPacket.TryParse(packet, out _, out RadiusParseError error) || error is RadiusParseError.MessageAuthenticator or RadiusParseError.TooManyAttributes;

    private async Task WatchAsync()
    {
        if (IsIdle(Context.Options.IdleTimeout))
        {
            await EndAsync().ConfigureAwait(false);
        }
        else if (Silence >= Context.Options.WatchdogInterval && Interlocked.Exchange(ref _asking, 1) == 0)
        {
            bool lost = await Link.ProbeAsync(this, _once).ConfigureAwait(false) != LinkOutcome.Answered && Silence >= Context.Options.WatchdogInterval;
            Volatile.Write(ref _asking, 0);
            if (lost)
            {
                await EndAsync("no sign of life").ConfigureAwait(false);
            }
        }
    }

    private TimeSpan Silence => Context.Now - TimeSpan.FromTicks(Volatile.Read(ref _heard));

    private async Task EndAsync(string? reason = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        ((StreamLink)Link).Remove(this, lost: reason is not null);
        if (!Context.Stopping.IsCancellationRequested)
        {
            if (reason is null)
            {
                RadiusClientLog.ConnectionClosed(Context.Logger, Link.Server);
            }
            else
            {
                RadiusClientLog.ConnectionLost(Context.Logger, Link.Server, reason);
            }
        }

        await base.DisposeAsync().ConfigureAwait(false);
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        await _packets.DisposeAsync().ConfigureAwait(false);
    }
}
