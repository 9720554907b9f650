using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>How a request to one server ended.</summary>
internal enum LinkOutcome
{
    /// <summary>A genuine reply came.</summary>
    Answered,

    /// <summary>None came in all tries.</summary>
    Silent,

    /// <summary>The server cannot be reached, or the connection to it was lost.</summary>
    Unreachable,

    /// <summary>The server was given up meanwhile, and another one can be asked.</summary>
    GivenUp,
}

/// <summary>
/// A request on its way to one server, and then perhaps to another. Whoever waits for the end of it goes on where the end is told: for a
/// reply on the thread that has read it. One object for the whole way, since a proxy makes one for each request.
/// </summary>
/// <param name="code">The request's code.</param>
/// <param name="isProbe">Whether it is a sign of life that the client itself wants.</param>
internal abstract class LinkRequest(RadiusCode code, bool isProbe = false) : IValueTaskSource<LinkOutcome>
{
    private ManualResetValueTaskSourceCore<LinkOutcome> _end;
    private RadiusExchange? _waitingFor;
    private RadiusExchange? _exchange;
    private RadiusChannel? _channel;
    private RadiusHop _hop;
    private CancellationTokenRegistration _registration;

    /// <summary>The request's code.</summary>
    public RadiusCode Code => code;

    /// <summary>Whether it is a sign of life that the client itself wants.</summary>
    public bool IsProbe => isProbe;

    /// <summary>Whether it may go to another server.</summary>
    public bool CanMove { get; set; }

    /// <summary>The reply, where it was answered.</summary>
    public RadiusReply Reply => new(_exchange!.Reply, _exchange.Request, _hop);

    public static LinkRequest Of(RadiusExchange exchange) => (LinkRequest)exchange.Tag!;

    /// <summary>It has an identifier of a channel. Asked for before anybody else can know the exchange.</summary>
    public void Begin(RadiusChannel channel, RadiusExchange exchange)
    {
        _end.Reset();
        (_channel, _exchange) = (channel, exchange);
        Volatile.Write(ref _waitingFor, exchange);
    }

    /// <summary>Builds and sends it.</summary>
    /// <returns>The end of it; <see cref="Release"/> follows, whatever it is.</returns>
    /// <exception cref="InvalidOperationException">It does not fit a packet.</exception>
    public ValueTask<LinkOutcome> StartAsync(RadiusUpstream server, RadiusRetransmission retransmission, TimeSpan now, CancellationToken cancellationToken)
    {
        RadiusChannel channel = _channel!;
        _hop = new RadiusHop(server, channel.Secret, channel.Local, channel.Remote, _exchange!.Identifier);
        byte[] octets = Build(_exchange.Token);
        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((LinkRequest)state!).TryCancel(token), this);
        if (channel.Start(_exchange, octets, retransmission, now))
        {
            channel.Transmit(_exchange);
        }

        return new ValueTask<LinkOutcome>(this, _end.Version);
    }

    /// <summary>Tells the end of an exchange, unless it has been told.</summary>
    public void TryEnd(RadiusExchange exchange, LinkOutcome outcome)
    {
        if (Interlocked.CompareExchange(ref _waitingFor, null, exchange) == exchange)
        {
            _end.SetResult(outcome);
        }
    }

    /// <summary>The same on a thread that has nothing else to do.</summary>
    public void EndElsewhere(RadiusExchange exchange, LinkOutcome outcome) =>
        ThreadPool.UnsafeQueueUserWorkItem(static end => end.Request.TryEnd(end.Exchange, end.Outcome), (Request: this, Exchange: exchange, Outcome: outcome), preferLocal: false);

    /// <summary>Nobody waits any longer.</summary>
    public void TryCancel(CancellationToken token)
    {
        if (Interlocked.Exchange(ref _waitingFor, null) is not null)
        {
            _end.SetException(new OperationCanceledException(token));
        }
    }

    /// <summary>However it ended, nobody waits any more: the identifier is free. Where it was answered or timed out, it already is.</summary>
    public void Release()
    {
        _registration.Dispose();
        _registration = default;
        if (_exchange is { State: RadiusExchangeState.Reserved or RadiusExchangeState.Waiting } exchange)
        {
            _channel!.Cancel(exchange);
        }
    }

    LinkOutcome IValueTaskSource<LinkOutcome>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<LinkOutcome>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<LinkOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);

    /// <summary>Adds the request's attributes.</summary>
    protected abstract void Write(ref RadiusPacketWriter writer, RadiusHop hop);

    // What the buffer held before does not matter, and clearing it would cost more than most packets do.
    [SkipLocalsInit]
    private byte[] Build(uint token)
    {
        Span<byte> authenticator = stackalloc byte[RadiusAuthenticators.Size];
        if (_hop.Secret.IsNone)
        {
            authenticator.Clear();
            BinaryPrimitives.WriteUInt32BigEndian(authenticator, token);
        }
        else
        {
            RadiusRandom.Fill(authenticator);
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, _hop.Identifier, authenticator);
        Write(ref writer, _hop);
        return writer.TryComplete(_hop.Secret, out int length)
            ? buffer[..length].ToArray()
            : throw new InvalidOperationException($"the request would have {length} octets, or a value that does not fit its attribute");
    }
}

/// <summary>A request whose attributes a delegate adds.</summary>
internal sealed class WrittenRequest(RadiusCode code, RadiusRequestWriter write) : LinkRequest(code)
{
    protected override void Write(ref RadiusPacketWriter writer, RadiusHop hop) => write(ref writer, hop);
}

/// <summary>A Status-Server (RFC 5997 §3): Message-Authenticator, which the writer adds, and whatever names the client.</summary>
internal sealed class ProbeRequest() : LinkRequest(RadiusCode.StatusServer, isProbe: true)
{
    protected override void Write(ref RadiusPacketWriter writer, RadiusHop hop) => writer.Add(Rfc2865.NasIdentifier, "status"u8);
}
