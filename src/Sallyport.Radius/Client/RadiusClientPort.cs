using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Client;

/// <summary>Builds a request into a span, for the identifier given.</summary>
/// <param name="identifier">The identifier to write.</param>
/// <param name="buffer">Where the packet goes.</param>
/// <returns>Its octets, or 0 where it cannot be built.</returns>
public delegate int RadiusRequestBuilder(byte identifier, Span<byte> buffer);

/// <summary>Why a datagram is no reply to any request under way.</summary>
public enum RadiusReplyDrop
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Not a well-formed packet.</summary>
    Malformed,

    /// <summary>No request with that identifier is under way.</summary>
    Unexpected,

    /// <summary>It is no kind of reply to that kind of request (RFC 2865 §4.1, RFC 2866 §4.1, RFC 5176 §2.1, RFC 5997 §3).</summary>
    Code,

    /// <summary>Its authenticator does not fit the secret.</summary>
    Authenticator,

    /// <summary>Its Message-Authenticator is missing or does not fit the secret.</summary>
    MessageAuthenticator,
}

/// <summary>
/// The requests under way from one source port to one server, without socket or clock: identifiers, retransmission, matching of replies.
/// A port has 256 identifiers; one that was used rests as long as any other is free. Not safe for concurrent use.
/// </summary>
public sealed class RadiusClientPort
{
    private readonly RadiusExchange?[] _waiting = new RadiusExchange?[256];
    private readonly Queue<byte> _free = new(Enumerable.Range(0, 256).Select(i => (byte)i));

    /// <summary>How many requests are under way.</summary>
    public int Count => 256 - _free.Count;

    /// <summary>Whether every identifier is in use.</summary>
    public bool IsFull => _free.Count == 0;

    /// <summary>Begins a request; the caller sends <see cref="RadiusExchange.Request"/> at once.</summary>
    /// <param name="build">Builds it.</param>
    /// <param name="secret">The secret shared with the server.</param>
    /// <param name="retransmission">When to send it again.</param>
    /// <param name="requireMessageAuthenticator">Whether the reply must carry a Message-Authenticator (CVE-2024-3596).</param>
    /// <param name="now">The time.</param>
    /// <param name="tag">Whatever the caller keeps with it.</param>
    /// <returns>The exchange, or <see langword="null"/> where every identifier is in use.</returns>
    /// <exception cref="InvalidOperationException">The request cannot be built.</exception>
    public RadiusExchange? TryBegin(
        RadiusRequestBuilder build, RadiusSecret secret, RadiusRetransmission retransmission, bool requireMessageAuthenticator, TimeSpan now, object? tag = null)
    {
        Guard.NotNull(build);
        Guard.NotNull(retransmission);
        if (_free.Count == 0)
        {
            return null;
        }

        byte identifier = _free.Peek();
        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        int length = build(identifier, buffer);
        if (length < RadiusPacket.HeaderSize || buffer[1] != identifier)
        {
            throw new InvalidOperationException("the request does not fit a packet");
        }

        _free.Dequeue();
        RadiusExchange exchange = new(identifier, buffer[..length].ToArray(), secret, retransmission, requireMessageAuthenticator, tag) { Sent = 1 };
        exchange.Deadline = now + retransmission.WaitOf(1);
        _waiting[identifier] = exchange;
        return exchange;
    }

    /// <summary>Takes a datagram from the server. One that is not genuine changes nothing.</summary>
    /// <returns>The exchange that it answers, or <see langword="null"/>.</returns>
    public RadiusExchange? Handle(ReadOnlySpan<byte> datagram, out RadiusReplyDrop drop)
    {
        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _))
        {
            drop = RadiusReplyDrop.Malformed;
            return null;
        }

        RadiusExchange? exchange = _waiting[packet.Identifier];
        if (exchange is null)
        {
            drop = RadiusReplyDrop.Unexpected;
            return null;
        }

        if (!Answers(packet.Code, exchange.Code))
        {
            drop = RadiusReplyDrop.Code;
            return null;
        }

        drop = RadiusAuthenticators.VerifyReply(packet, exchange.Authenticator, exchange.Secret, exchange.RequireMessageAuthenticator) switch
        {
            RadiusVerification.Genuine => RadiusReplyDrop.None,
            RadiusVerification.Authenticator => RadiusReplyDrop.Authenticator,
            _ => RadiusReplyDrop.MessageAuthenticator,
        };
        if (drop != RadiusReplyDrop.None)
        {
            return null;
        }

        exchange.Reply = packet.Span.ToArray();
        End(exchange, RadiusExchangeState.Answered);
        return exchange;
    }

    /// <summary>Gives a request up; its identifier becomes free.</summary>
    public void Cancel(RadiusExchange exchange)
    {
        Guard.NotNull(exchange);
        if (_waiting[exchange.Identifier] == exchange)
        {
            End(exchange, RadiusExchangeState.Cancelled);
        }
    }

    /// <summary>When <see cref="HandleTimeout"/> is wanted next, if ever.</summary>
    public TimeSpan? NextTimeout()
    {
        TimeSpan? next = null;
        foreach (RadiusExchange? exchange in _waiting)
        {
            if (exchange is not null && (next is null || exchange.Deadline < next))
            {
                next = exchange.Deadline;
            }
        }

        return next;
    }

    /// <summary>Collects what is due: requests to send again, and those that have timed out.</summary>
    public void HandleTimeout(TimeSpan now, ICollection<RadiusExchange> resend, ICollection<RadiusExchange> timedOut)
    {
        Guard.NotNull(resend);
        Guard.NotNull(timedOut);
        foreach (RadiusExchange? exchange in _waiting)
        {
            if (exchange is null || exchange.Deadline > now)
            {
                continue;
            }

            if (exchange.Sent >= exchange.Retransmission.Tries)
            {
                End(exchange, RadiusExchangeState.TimedOut);
                timedOut.Add(exchange);
            }
            else
            {
                exchange.Sent++;
                exchange.Deadline = now + exchange.Retransmission.WaitOf(exchange.Sent);
                resend.Add(exchange);
            }
        }
    }

    // Only replies to Access-Requests must carry a Message-Authenticator: another kind would be a way around it (CVE-2024-3596).
    private static bool Answers(RadiusCode reply, RadiusCode request) => request switch
    {
        RadiusCode.AccessRequest => reply is RadiusCode.AccessAccept or RadiusCode.AccessReject or RadiusCode.AccessChallenge or RadiusCode.ProtocolError,
        RadiusCode.AccountingRequest => reply is RadiusCode.AccountingResponse or RadiusCode.ProtocolError,
        RadiusCode.StatusServer => reply is RadiusCode.AccessAccept or RadiusCode.AccountingResponse or RadiusCode.ProtocolError,
        RadiusCode.DisconnectRequest => reply is RadiusCode.DisconnectAck or RadiusCode.DisconnectNak or RadiusCode.ProtocolError,
        RadiusCode.CoaRequest => reply is RadiusCode.CoaAck or RadiusCode.CoaNak or RadiusCode.ProtocolError,
        _ => true,
    };

    private void End(RadiusExchange exchange, RadiusExchangeState state)
    {
        exchange.State = state;
        _waiting[exchange.Identifier] = null;
        _free.Enqueue(exchange.Identifier);
    }
}
