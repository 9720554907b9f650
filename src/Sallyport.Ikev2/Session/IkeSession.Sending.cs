using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>
/// What goes out: one request at a time, sent again until it is answered, and one response, kept to be given again to a request that comes
/// again (RFC 7296 §2.1).
/// </content>
public abstract partial class IkeSession
{
    private static readonly IkeRetransmission Farewell = new(TimeSpan.FromSeconds(1), 1.5, 3);
    private byte[]? _lastResponse;
    private string _lastResponseDescription = "";
    private byte[]? _request;
    private string _requestDescription = "";
    private IkeExchangeType _requestExchange;
    private int _sent;
    private IkeRetransmission _retransmission = IkeRetransmission.Default;

    /// <summary>Sends a first message, which is in the clear, and keeps sending it until it is answered.</summary>
    private protected void SendClearRequest(byte[] datagram, string description, IkeRetransmission retransmission, TimeSpan now) =>
        Send(datagram, description, IkeExchangeType.IkeSaInit, retransmission, now);

    /// <summary>Seals and sends a request, and keeps sending it until it is answered.</summary>
    private protected void SendRequest(
        IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner, IkeRetransmission retransmission, TimeSpan now)
    {
        (byte[] datagram, string description) = Seal(exchange, IkeHeaderBits.None, NextRequestId, ref writer, inner);
        Send(datagram, description, exchange, retransmission, now);
    }

    /// <summary>Seals, sends and remembers the response to the request at hand (RFC 7296 §2.1).</summary>
    private protected void SendResponse(IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner)
    {
        (byte[] datagram, string description) = Seal(exchange, IkeHeaderBits.Response, ExpectedRequestId, ref writer, inner);
        ExpectedRequestId++;
        SendResponse(datagram, description);
    }

    private protected void SendResponse(byte[] datagram, string description)
    {
        _lastResponse = datagram;
        _lastResponseDescription = description;
        Host.Transmit(datagram, Path, description);
    }

    private protected void Resend()
    {
        if (_lastResponse is not null)
        {
            Host.Transmit(_lastResponse, Path, _lastResponseDescription + " again");
        }
    }

    private protected void SendNotifyResponse(IkeExchangeType exchange, IkeNotifyType type, ReadOnlySpan<byte> data = default)
    {
        Span<byte> inner = stackalloc byte[64];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(type, data);
        SendResponse(exchange, ref writer, inner);
    }

    /// <summary>The request is answered: the next one may go.</summary>
    private protected void RequestAnswered()
    {
        _request = null;
        NextRequestId++;
        SetTimer(IkeTimer.Retransmit, null);
    }

    /// <summary>The first request is answered by one that asks for another (cookie, other group): the message id stays.</summary>
    private protected void RequestReplaced()
    {
        _request = null;
        SetTimer(IkeTimer.Retransmit, null);
    }

    internal void Answer(IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner) => SendResponse(exchange, ref writer, inner);

    private void Send(byte[] datagram, string description, IkeExchangeType exchange, IkeRetransmission retransmission, TimeSpan now)
    {
        _request = datagram;
        _requestDescription = description;
        _requestExchange = exchange;
        _retransmission = retransmission;
        _sent = 1;
        Host.Transmit(datagram, Path, description);
        SetTimer(IkeTimer.Retransmit, now + retransmission.Wait(1));
    }

    private void SendDelete(TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[16];
        IkePayloadWriter writer = new(inner);
        writer.AddDeleteIke();
        SendRequest(IkeExchangeType.Informational, ref writer, inner, Farewell, now);
    }

    private void SendAuthenticationFailed(TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[16];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(IkeNotifyType.AuthenticationFailed);
        SendRequest(IkeExchangeType.Informational, ref writer, inner, Farewell, now);
    }

    private void Retransmit(TimeSpan now)
    {
        if (_request is null)
        {
            return;
        }

        if (_sent >= _retransmission.Tries)
        {
            bool ending = State == IkeSessionState.Deleting;
            End(ending ? _ending.Reason : IkeCloseReason.Timeout, ending ? _ending.Detail : "the peer does not answer", now);
            return;
        }

        _sent++;
        Host.Transmit(_request, Path, _requestDescription + " again");
        SetTimer(IkeTimer.Retransmit, now + _retransmission.Wait(_sent));
    }

    private (byte[] Datagram, string Description) Seal(
        IkeExchangeType exchange, IkeHeaderBits direction, uint id, ref IkePayloadWriter writer, ReadOnlySpan<byte> buffer)
    {
        if (!writer.TryComplete(out int length))
        {
            throw new InvalidOperationException($"the payloads need {length} octets");
        }

        ReadOnlySpan<byte> inner = buffer[..length];
        IkeHeader header = new(InitiatorSpi, ResponderSpi, IkePayloadType.Encrypted, 2, 0, exchange, direction | (IsInitiator ? IkeHeaderBits.Initiator : 0), id, 0);
        byte[] datagram = new byte[_outbound!.SealedSize(length)];
        if (!_outbound.TrySeal(header, writer.First, inner, datagram, out _) || !IkePayloads.TryParse(writer.First, inner, IkeLimits.Default, out IkePayloads payloads, out _))
        {
            throw new InvalidOperationException($"a message of {datagram.Length} octets cannot be sealed");
        }

        return (datagram, IkeDescribe.Message(header, payloads));
    }
}
