using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// One IKE SA of a session: SPIs, keys, and the windows of one request each way (RFC 7296 §2.1 to §2.3). Our request is sent again until it is
/// answered; the response to the peer's last request is kept, to be given again to a request that comes again.
/// </summary>
internal sealed partial class IkeSa(IkeSession session, ISessionHost host, bool isInitiator, ulong initiatorSpi, ulong responderSpi)
{
    private SkProtection? _outbound;
    private SkProtection? _inbound;
    private byte[][] _lastResponse = [];
    private string _lastResponseDescription = "";
    private byte[][] _request = [];
    private string _requestDescription = "";
    private int _sent;
    private IkeRetransmission _retransmission = IkeRetransmission.Default;

    /// <summary>Whether this side began this SA: by logging in, or by asking for its keys (RFC 7296 §2.18).</summary>
    public bool IsInitiator { get; } = isInitiator;

    public ulong InitiatorSpi { get; } = initiatorSpi;

    public ulong ResponderSpi { get; set; } = responderSpi;

    public ulong LocalSpi => IsInitiator ? InitiatorSpi : ResponderSpi;

    public ulong RemoteSpi => IsInitiator ? ResponderSpi : InitiatorSpi;

    public IkeKeys? Keys { get; private set; }

    public uint NextRequestId { get; private set; }

    public uint ExpectedRequestId { get; set; }

    /// <summary>Whether a request of ours waits for its answer.</summary>
    public bool IsBusy => _request.Length > 0;

    /// <summary>What kind of request that is.</summary>
    public IkeExchangeType RequestExchange { get; private set; }

    /// <summary>Whether the request is its Delete, after which nothing follows.</summary>
    public bool IsDeleting { get; set; }

    /// <summary>When the request is to be sent again.</summary>
    public TimeSpan? RetransmitAt { get; private set; }

    /// <summary>When an SA that was replaced is forgotten, with what it would still answer.</summary>
    public TimeSpan? ForgetAt { get; set; }

    public TimeSpan? Deadline => RetransmitAt is { } r && (ForgetAt is not { } f || r < f) ? r : ForgetAt;

    public void SetKeys(IkeKeys keys)
    {
        Keys = keys;
        SkProtection fromInitiator = new(keys.Suite, keys.Ei, keys.Ai, host.Random);
        SkProtection fromResponder = new(keys.Suite, keys.Er, keys.Ar, host.Random);
        (_outbound, _inbound) = IsInitiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
    }

    /// <summary>Whether a message belongs to this SA.</summary>
    public bool Owns(in IkeHeader header)
    {
        (ulong local, ulong remote) = header.IsFromInitiator ? (header.ResponderSpi, header.InitiatorSpi) : (header.InitiatorSpi, header.ResponderSpi);
        return IsInitiator != header.IsFromInitiator && local == LocalSpi && (remote == RemoteSpi || RemoteSpi == 0);
    }

    /// <summary>Opens a message; <see langword="null"/> before there are keys.</summary>
    public bool? TryOpen(in IkeMessage message, Span<byte> buffer, out IkeOpenedMessage opened, out IkeOpenError error)
    {
        opened = default;
        error = IkeOpenError.NotEncrypted;
        return _inbound?.TryOpen(message, buffer, out opened, out error);
    }

    /// <summary>Sends a request that is in the clear, and keeps sending it until it is answered.</summary>
    public void SendClear(byte[] datagram, string description, IkeRetransmission retransmission, TimeSpan now) =>
        Send([datagram], description, IkeExchangeType.IkeSaInit, retransmission, now);

    /// <summary>Seals and sends a request, and keeps sending it until it is answered.</summary>
    /// <param name="exchange">Its kind.</param>
    /// <param name="writer">Its payloads.</param>
    /// <param name="inner">Their octets.</param>
    /// <param name="retransmission">How often it is sent.</param>
    /// <param name="now">The time.</param>
    /// <param name="via">The path that it is to try first; the session's where none is given.</param>
    public void SendRequest(
        IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner, IkeRetransmission retransmission, TimeSpan now, IkePath? via = null)
    {
        (byte[][] datagrams, string description) = Seal(exchange, IkeHeaderBits.None, NextRequestId, ref writer, inner);
        Send(datagrams, description, exchange, retransmission, now, via);
    }

    /// <summary>Seals, sends and remembers the response to the request at hand (RFC 7296 §2.1).</summary>
    public void SendResponse(IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner)
    {
        (byte[][] datagrams, string description) = Seal(exchange, IkeHeaderBits.Response, ExpectedRequestId, ref writer, inner);
        ExpectedRequestId++;
        ForgetRequest();
        SendResponse(datagrams, description);
    }

    /// <summary>Sends and remembers the response to a request in the clear.</summary>
    public void SendResponse(byte[] datagram, string description) => SendResponse([datagram], description);

    public void Refuse(IkeExchangeType exchange, IkeNotifyType type, ReadOnlySpan<byte> data = default)
    {
        Span<byte> inner = stackalloc byte[64];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(type, data);
        SendResponse(exchange, ref writer, inner);
    }

    public void Resend() => Transmit(_lastResponse, session.ReplyPath, _lastResponseDescription, again: true);

    /// <summary>The request is answered: the next one may go.</summary>
    public void RequestAnswered()
    {
        RequestReplaced();
        NextRequestId++;
    }

    /// <summary>The request is answered by one that asks for another (cookie, other group), or no longer matters: the message id stays.</summary>
    public void RequestReplaced()
    {
        _request = [];
        _responseFragments.Clear();
        RetransmitAt = null;
        host.Reschedule(session);
    }

    /// <summary>Sends the request again.</summary>
    /// <returns>False where it was sent as often as it may be.</returns>
    public bool TryRetransmit(TimeSpan now)
    {
        if (_sent >= _retransmission.Tries)
        {
            return false;
        }

        _sent++;
        Transmit(_request, NextPath(), _requestDescription, again: true);
        RetransmitAt = now + _retransmission.Wait(_sent);
        return true;
    }

    /// <summary>Clears the keys.</summary>
    public void ReleaseKeys()
    {
        _outbound?.Dispose();
        _inbound?.Dispose();
        Keys?.Dispose();
    }

    private void SendResponse(byte[][] datagrams, string description)
    {
        _lastResponse = datagrams;
        _lastResponseDescription = description;
        Transmit(datagrams, session.ReplyPath, description, again: false);
    }

    private void Send(byte[][] datagrams, string description, IkeExchangeType exchange, IkeRetransmission retransmission, TimeSpan now, IkePath? via = null)
    {
        _request = datagrams;
        _requestDescription = description;
        RequestExchange = exchange;
        _retransmission = retransmission;
        _sent = 1;
        Transmit(datagrams, FirstPath(via), description, again: false);
        RetransmitAt = now + retransmission.Wait(1);
        host.Reschedule(session);
    }

    // Of a message in fragments all are sent again, octet by octet the same.
    private void Transmit(byte[][] datagrams, IkePath path, string description, bool again)
    {
        for (int i = 0; i < datagrams.Length; i++)
        {
            string part = datagrams.Length == 1 ? "" : $", fragment {i + 1} of {datagrams.Length}";
            host.Transmit(datagrams[i], path, description + part + (again ? " again" : ""));
        }
    }

    private (byte[][] Datagrams, string Description) Seal(
        IkeExchangeType exchange, IkeHeaderBits direction, uint id, ref IkePayloadWriter writer, ReadOnlySpan<byte> buffer)
    {
        if (!writer.TryComplete(out int length))
        {
            throw new InvalidOperationException($"the payloads need {length} octets");
        }

        ReadOnlySpan<byte> inner = buffer[..length];
        IkeHeader header = new(InitiatorSpi, ResponderSpi, IkePayloadType.Encrypted, 2, 0, exchange, direction | (IsInitiator ? IkeHeaderBits.Initiator : 0), id, 0);
        byte[][] datagrams = FragmentedMessage.Seal(_outbound!, header, writer.First, inner, session.MessageSize(header.IsResponse ? session.ReplyPath : session.Path));
        if (!IkePayloads.TryParse(writer.First, inner, IkeLimits.Default, out IkePayloads payloads, out _))
        {
            throw new InvalidOperationException("the payloads are more than a message may hold");
        }

        return (datagrams, IkeDescribe.Message(header, payloads));
    }
}
