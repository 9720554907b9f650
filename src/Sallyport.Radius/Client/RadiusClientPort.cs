using System.Buffers.Binary;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Client;

/// <summary>Why a datagram is no reply to any request under way.</summary>
public enum RadiusReplyDrop
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Not a well-formed packet.</summary>
    Malformed,

    /// <summary>No request with that identifier or token is under way.</summary>
    Unexpected,

    /// <summary>It is no kind of reply to that kind of request (RFC 2865 §4.1, RFC 2866 §4.1, RFC 5176 §2.1, RFC 5997 §3).</summary>
    Code,

    /// <summary>Its authenticator does not fit the secret.</summary>
    Authenticator,

    /// <summary>Its Message-Authenticator is missing or does not fit the secret.</summary>
    MessageAuthenticator,
}

/// <summary>What a port is, which says how its requests are told apart.</summary>
public enum RadiusPortKind
{
    /// <summary>A UDP source port: 256 identifiers.</summary>
    Datagrams,

    /// <summary>A TCP or TLS connection: 255 identifiers, and 0 for Status-Server alone (RFC 6613 §2.6.5).</summary>
    Stream,

    /// <summary>A TLS connection that speaks RADIUS/1.1: tokens (RFC 9765 §4.2), and <see cref="RadiusClientPort.MostTokens"/> requests at once.</summary>
    Tokens,
}

/// <summary>
/// The requests under way from one source port or connection to one server, without socket or clock: identifiers, retransmission, matching
/// of replies. An identifier that was used rests as long as any other is free. Not safe for concurrent use.
/// </summary>
public sealed class RadiusClientPort
{
    /// <summary>How many requests one RADIUS/1.1 connection carries at once; a bound of ours, the RFC has none.</summary>
    public const int MostTokens = 4096;

    private const int Probe = 0;
    private readonly RadiusPortKind _kind;
    private readonly Func<double> _random;
    private readonly RadiusExchange?[] _waiting;
    private readonly Queue<int> _free;
    private readonly int _capacity;
    private uint _tokens;

    /// <summary>A port without requests.</summary>
    /// <param name="random">Chance, from 0 to 1, for the waits of retransmission.</param>
    /// <param name="kind">What the port is.</param>
    public RadiusClientPort(Func<double> random, RadiusPortKind kind = RadiusPortKind.Datagrams)
    {
        Guard.NotNull(random);
        _random = random;
        _kind = kind;
        int slots = kind == RadiusPortKind.Tokens ? MostTokens : 256;
        int reserved = kind == RadiusPortKind.Stream ? 1 : 0;
        _waiting = new RadiusExchange?[slots];
        _free = new Queue<int>(Enumerable.Range(reserved, slots - reserved));
        _capacity = _free.Count;
    }

    /// <summary>How many requests are under way.</summary>
    public int Count => _capacity - _free.Count;

    /// <summary>Whether every identifier is in use.</summary>
    public bool IsFull => _free.Count == 0;

    /// <summary>Takes an identifier for a request that is about to be built; <see cref="Start"/> or <see cref="Cancel"/> follows.</summary>
    /// <param name="tag">Whatever the caller keeps with it.</param>
    /// <param name="probe">Whether the request is the connection's own Status-Server, which has identifier 0 on a stream.</param>
    /// <returns>The exchange, or <see langword="null"/> where every identifier is in use.</returns>
    public RadiusExchange? TryReserve(object? tag = null, bool probe = false)
    {
        int slot;
        if (probe && _kind == RadiusPortKind.Stream)
        {
            if (_waiting[slot = Probe] is not null)
            {
                return null;
            }
        }
        else if (_free.Count == 0)
        {
            return null;
        }
        else
        {
            slot = _free.Dequeue();
        }

        // RFC 9765 §4.2.1: a counter of the connection's. The lower bits find the slot again, the upper make the token new.
        uint token = _kind == RadiusPortKind.Tokens ? (_tokens++ * MostTokens) + (uint)slot : 0;
        RadiusExchange exchange = new(slot, _kind == RadiusPortKind.Tokens ? (byte)0 : (byte)slot, token, tag);
        _waiting[slot] = exchange;
        return exchange;
    }

    /// <summary>Begins an exchange that was reserved; the caller sends the request at once.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="request">The request's octets, with the exchange's identifier or token.</param>
    /// <param name="secret">The secret shared with the server.</param>
    /// <param name="retransmission">When to send it again.</param>
    /// <param name="requireMessageAuthenticator">Whether the reply must carry a Message-Authenticator (CVE-2024-3596).</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentException">The request is none of this exchange's.</exception>
    public void Start(
        RadiusExchange exchange, ReadOnlyMemory<byte> request, RadiusSecret secret, RadiusRetransmission retransmission, bool requireMessageAuthenticator, TimeSpan now)
    {
        Guard.NotNull(exchange);
        Guard.NotNull(secret);
        Guard.NotNull(retransmission);
        if (request.Length < RadiusPacket.HeaderSize || request.Span[1] != exchange.Identifier
            || (_kind == RadiusPortKind.Tokens && BinaryPrimitives.ReadUInt32BigEndian(request.Span[4..]) != exchange.Token))
        {
            throw new ArgumentException("the request has another identifier than its exchange", nameof(request));
        }

        // One that was cancelled while it was built stays so.
        if (_waiting[exchange.Slot] == exchange)
        {
            exchange.Start(request, secret, retransmission, requireMessageAuthenticator, now, _random());
        }
    }

    /// <summary>Takes a packet from the server. One that is not genuine changes nothing.</summary>
    /// <returns>The exchange that it answers, or <see langword="null"/>.</returns>
    public RadiusExchange? Handle(ReadOnlySpan<byte> datagram, out RadiusReplyDrop drop)
    {
        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _))
        {
            drop = RadiusReplyDrop.Malformed;
            return null;
        }

        RadiusExchange? exchange = Find(packet);
        if (exchange is null || exchange.State != RadiusExchangeState.Waiting)
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
        if (_waiting[exchange.Slot] == exchange)
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
            if (exchange is { State: RadiusExchangeState.Waiting } && (next is null || exchange.Deadline < next))
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
            if (exchange is not { State: RadiusExchangeState.Waiting } || exchange.Deadline > now)
            {
                continue;
            }

            // RFC 6613 §2.6.1, RFC 9765 §4.2.1: nothing is sent twice over one connection.
            if (_kind == RadiusPortKind.Datagrams && exchange.HasTries(now))
            {
                exchange.SendAt(now, _random());
                resend.Add(exchange);
            }
            else
            {
                End(exchange, RadiusExchangeState.TimedOut);
                timedOut.Add(exchange);
            }
        }
    }

    /// <summary>Ends requests under way, as where the connection is lost.</summary>
    /// <param name="ended">Takes what was under way.</param>
    /// <param name="which">Says of each whether it ends.</param>
    public void Abandon(ICollection<RadiusExchange> ended, Func<RadiusExchange, bool> which)
    {
        Guard.NotNull(ended);
        Guard.NotNull(which);
        foreach (RadiusExchange? exchange in _waiting)
        {
            if (exchange is not null && which(exchange))
            {
                End(exchange, RadiusExchangeState.Cancelled);
                ended.Add(exchange);
            }
        }
    }

    private RadiusExchange? Find(RadiusPacket packet)
    {
        if (_kind != RadiusPortKind.Tokens)
        {
            return _waiting[packet.Identifier];
        }

        uint token = BinaryPrimitives.ReadUInt32BigEndian(packet.Authenticator);
        RadiusExchange? exchange = _waiting[token % MostTokens];
        return exchange?.Token == token ? exchange : null;
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
        _waiting[exchange.Slot] = null;
        if (_kind != RadiusPortKind.Stream || exchange.Slot != Probe)
        {
            _free.Enqueue(exchange.Slot);
        }
    }
}
