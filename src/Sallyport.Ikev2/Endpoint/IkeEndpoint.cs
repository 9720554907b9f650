using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Endpoint;

/// <summary>
/// Any number of IKE sessions in both roles, without sockets or clock: datagrams go in, datagrams and events come out. Time is a monotonic
/// <see cref="TimeSpan"/> of the caller's. Not safe for concurrent use.
/// </summary>
public sealed class IkeEndpoint : IDisposable
{
    private readonly IkeEndpointOptions _options;
    private readonly Host _host;
    private readonly CookieJar _cookies;
    private readonly HashSet<IkeSession> _sessions = [];
    private readonly Dictionary<ulong, IkeSession> _bySpi = [];
    private readonly Dictionary<(ulong Spi, System.Net.IPEndPoint Remote), ResponderSession> _halfOpen = [];
    private readonly Queue<(byte[] Datagram, IkePath Path, string Description)> _transmits = new();
    private readonly Queue<IkeEvent> _events = new();
    private readonly PriorityQueue<IkeSession, TimeSpan> _timers = new();
    private readonly HashSet<uint> _espSpis = [];
    private readonly long[] _drops = new long[Enum.GetValues<IkeDropReason>().Length];

    /// <summary>Creates an endpoint.</summary>
    public IkeEndpoint(IkeEndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _host = new Host(this);
        _cookies = new CookieJar(options.Random);
    }

    /// <summary>The sessions, those included that ended a moment ago.</summary>
    public IReadOnlyCollection<IkeSession> Sessions => _sessions;

    /// <summary>How many clients have begun and are not authenticated yet.</summary>
    public int HalfOpenCount => _halfOpen.Count;

    /// <summary>How many times of sessions wait in the queue, those among them that no longer hold.</summary>
    internal int WaitingTimes => _timers.Count;

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long Dropped(IkeDropReason reason) => _drops[(int)reason];

    /// <summary>Begins a session as a client.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="path">The way to the gateway's port 500.</param>
    /// <param name="now">The time.</param>
    public IkeSession Connect(IkeInitiatorOptions options, IkePath path, TimeSpan now)
    {
        InitiatorSession session = new(_host, options, path);
        Add(session);
        session.Start(now);
        return session;
    }

    /// <summary>Takes a datagram in.</summary>
    /// <param name="datagram">An IKE message without non-ESP marker.</param>
    /// <param name="path">The way it came: <see cref="IkePath.Remote"/> sent it.</param>
    /// <param name="now">The time.</param>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, IkePath path, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IkeMessage.TryParse(datagram, out IkeMessage message, out IkeParseError error))
        {
            HandleMalformed(datagram, error, path);
            return;
        }

        IkeHeader header = message.Header;
        if (header.ExchangeType == IkeExchangeType.IkeSaInit && !header.IsResponse && header.ResponderSpi == 0)
        {
            HandleInitRequest(message, path, now);
            return;
        }

        ulong ourSpi = header.IsFromInitiator ? header.ResponderSpi : header.InitiatorSpi;
        if (!_bySpi.TryGetValue(ourSpi, out IkeSession? session) || !session.Owns(header))
        {
            // RFC 7296 §2.21.4: INVALID_IKE_SPI may be sent; it would only help those who probe.
            _host.Drop(IkeDropReason.UnknownSpi);
            return;
        }

        session.Handle(message, path, now);

        // What was waited for may have come, so that something else is due next.
        _host.Reschedule(session);
    }

    /// <summary>Hands out the next datagram to send.</summary>
    /// <param name="buffer">Where it goes; 65,535 octets hold any.</param>
    /// <param name="transmit">Its length and way.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    public bool TryGetTransmit(Span<byte> buffer, out IkeTransmit transmit)
    {
        transmit = default;
        if (!_transmits.TryPeek(out (byte[] Datagram, IkePath Path, string Description) next))
        {
            return false;
        }

        if (next.Datagram.Length > buffer.Length)
        {
            throw new ArgumentException($"the datagram has {next.Datagram.Length} octets", nameof(buffer));
        }

        _transmits.Dequeue();
        next.Datagram.CopyTo(buffer);
        transmit = new IkeTransmit(next.Datagram.Length, next.Path, next.Description);
        return true;
    }

    /// <summary>Hands out the next event.</summary>
    public bool TryGetEvent(out IkeEvent news) => _events.TryDequeue(out news!);

    /// <summary>When <see cref="HandleTimeout"/> is wanted next.</summary>
    public bool TryGetTimeout(out TimeSpan at)
    {
        while (_timers.TryPeek(out IkeSession? session, out at))
        {
            if (session.Deadline == at && _sessions.Contains(session))
            {
                return true;
            }

            Dequeue();
        }

        return false;
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(TimeSpan now)
    {
        while (TryGetTimeout(out TimeSpan at) && at <= now)
        {
            Dequeue().HandleTimeout(now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IkeSession session in _sessions)
        {
            session.ReleaseKeys();
        }

        _sessions.Clear();
        _bySpi.Clear();
    }

    private void HandleMalformed(ReadOnlySpan<byte> datagram, IkeParseError error, IkePath path)
    {
        _host.Drop(IkeDropReason.Malformed);
        if (error == IkeParseError.UnsupportedVersion && IkeHeader.TryParse(datagram, out IkeHeader header, out _) is false && header.MajorVersion > 2 && !header.IsResponse)
        {
            // RFC 7296 §2.5: a higher major version is answered, in the clear, with the highest that we speak.
            Notify(header, path, IkeNotifyType.InvalidMajorVersion, []);
        }
    }

    private void HandleInitRequest(in IkeMessage message, IkePath path, TimeSpan now)
    {
        IkeHeader header = message.Header;
        if (_options.Responder is not { } options)
        {
            _host.Drop(IkeDropReason.NotResponder);
            return;
        }

        if (header.MessageId != 0 || !header.IsFromInitiator)
        {
            _host.Drop(IkeDropReason.MessageId);
            return;
        }

        if (_halfOpen.TryGetValue((header.InitiatorSpi, path.Remote), out ResponderSession? known))
        {
            known.Handle(message, path, now);
            return;
        }

        if (IkeSession.UnknownCriticalPayload(message.Payloads) is { } critical)
        {
            Notify(header, path, IkeNotifyType.UnsupportedCriticalPayload, [(byte)critical]);
            return;
        }

        IkeSaInitContent? content = IkeSaInit.Read(message.Payloads);
        if (_halfOpen.Count >= options.CookieThreshold && content?.Nonce is not null
            && (content.Cookie is null || !_cookies.Verify(content.Cookie, content.Nonce, path.Remote.Address, header.InitiatorSpi)))
        {
            Span<byte> cookie = stackalloc byte[CookieJar.CookieSize];
            _cookies.Write(content.Nonce, path.Remote.Address, header.InitiatorSpi, now, cookie);
            Notify(header, path, IkeNotifyType.Cookie, cookie);
            return;
        }

        if (_halfOpen.Count >= options.MaximumHalfOpen || _sessions.Count >= options.MaximumSessions)
        {
            _host.Drop(IkeDropReason.Overload);
            return;
        }

        (ResponderSession? session, IkeNotifyType error, byte[] data) = ResponderSession.TryCreate(_host, options, message, content, path, now);
        if (session is null)
        {
            Notify(header, path, error, data);
            return;
        }

        Add(session);
        _halfOpen[(header.InitiatorSpi, path.Remote)] = session;
        session.HalfOpenKey = (header.InitiatorSpi, path.Remote);
    }

    private void Notify(IkeHeader request, IkePath path, IkeNotifyType type, ReadOnlySpan<byte> data)
    {
        byte[] datagram = new byte[IkeHeader.Size + 8 + data.Length];
        IkePayloadWriter writer = new(datagram.AsSpan(IkeHeader.Size));
        writer.AddNotify(type, data);
        new IkeHeader(request.InitiatorSpi, request.ResponderSpi, IkePayloadType.Notify, 2, 0, request.ExchangeType, IkeHeaderBits.Response, request.MessageId, datagram.Length).Write(datagram);
        _transmits.Enqueue((datagram, path, $"{request.ExchangeType} response {request.MessageId} {{N({type})}}"));
    }

    private IkeSession Dequeue()
    {
        _timers.TryDequeue(out IkeSession? session, out TimeSpan at);
        session!.ScheduledAt = session.ScheduledAt == at ? null : session.ScheduledAt;
        return session;
    }

    private void Add(IkeSession session)
    {
        _sessions.Add(session);
        session.Closed = () => _sessions.Remove(session);
        _host.Reschedule(session);
    }

    private sealed class Host(IkeEndpoint endpoint) : ISessionHost
    {
        public IkeRandom Random => endpoint._options.Random;

        public bool ForceUdpEncapsulation => endpoint._options.ForceUdpEncapsulation;

        public void Transmit(byte[] datagram, IkePath path, string description) => endpoint._transmits.Enqueue((datagram, path, description));

        public void Raise(IkeEvent news)
        {
            if (news is SessionClosedEvent)
            {
                Established(news.Session);
            }

            endpoint._events.Enqueue(news);
        }

        public void Drop(IkeDropReason reason) => endpoint._drops[(int)reason]++;

        public void Reschedule(IkeSession session)
        {
            // Once for each time: datagrams that change nothing may not fill the queue.
            if (session.Deadline is { } at && session.ScheduledAt != at)
            {
                endpoint._timers.Enqueue(session, at);
                session.ScheduledAt = at;
            }
        }

        public ulong AllocateIkeSpi(IkeSession session)
        {
            Span<byte> octets = stackalloc byte[sizeof(ulong)];
            ulong spi;
            do
            {
                endpoint._options.Random(octets);
                spi = BinaryPrimitives.ReadUInt64BigEndian(octets);
            }
            while (spi == 0 || !endpoint._bySpi.TryAdd(spi, session));
            return spi;
        }

        public void ReleaseIkeSpi(ulong spi) => endpoint._bySpi.Remove(spi);

        public uint AllocateEspSpi()
        {
            Span<byte> octets = stackalloc byte[4];
            uint spi;
            do
            {
                // RFC 4303 §2.1: 1 to 255 are reserved, 0 is for local use; so is everything that looks like a non-ESP marker.
                endpoint._options.Random(octets);
                spi = BinaryPrimitives.ReadUInt32BigEndian(octets);
            }
            while (spi <= 255 || !endpoint._espSpis.Add(spi));
            return spi;
        }

        public void ReleaseEspSpi(uint spi) => endpoint._espSpis.Remove(spi);

        public void Established(IkeSession session)
        {
            if (session is ResponderSession { HalfOpenKey: { } key } responder)
            {
                responder.HalfOpenKey = null;
                endpoint._halfOpen.Remove(key);
            }
        }
    }
}
