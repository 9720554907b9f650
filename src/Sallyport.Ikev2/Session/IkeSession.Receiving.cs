using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>What comes in: a message finds its IKE SA, is opened, and is a response to our request or a request in its turn (RFC 7296 §2.2, §2.3).</content>
public abstract partial class IkeSession
{
    internal void Handle(in IkeMessage message, IkePath path, TimeSpan now)
    {
        if (message.Header.ExchangeType == IkeExchangeType.IkeSaInit)
        {
            HandleInit(message, path, now);
            return;
        }

        IkeHeader header = message.Header;
        IkeSa sa = _sas.Find(a => a.Owns(header))!;
        if (message.Payloads.TryGet(IkePayloadType.EncryptedFragment, out IkePayload fragment))
        {
            HandleFragment(sa, message, fragment, path, now);
            return;
        }

        bool? isOpen = sa.TryOpen(message, new byte[message.Span.Length], out IkeOpenedMessage opened, out IkeOpenError error);
        Handle(sa, header, isOpen, opened, error, path, now);
    }

    private void Handle(IkeSa sa, IkeHeader header, bool? isOpen, in IkeOpenedMessage opened, IkeOpenError error, IkePath path, TimeSpan now)
    {
        switch (isOpen)
        {
            case null:
                Host.Drop(IkeDropReason.UnexpectedExchange);
                break;
            case false:
                HandleUnopened(sa, header, error, path, now);
                break;
            case true when header.IsResponse:
                HandleResponse(sa, opened, path, now);
                break;
            case true:
                HandleRequest(sa, opened, path, now);
                break;
        }
    }

    /// <summary>Whether a message is of one of the session's IKE SAs.</summary>
    internal bool Owns(IkeHeader header) => _sas.Exists(a => a.Owns(header));

    /// <summary>The first payload of an unknown type that must not be skipped (RFC 7296 §2.5), or <see langword="null"/>.</summary>
    internal static IkePayloadType? UnknownCriticalPayload(IkePayloads payloads)
    {
        foreach (IkePayload payload in payloads)
        {
            if (payload.IsCritical && payload.Type is < IkePayloadType.SecurityAssociation or > IkePayloadType.ExtensibleAuthentication)
            {
                return payload.Type;
            }
        }

        return null;
    }

    private void HandleUnopened(IkeSa sa, IkeHeader header, IkeOpenError error, IkePath path, TimeSpan now)
    {
        // RFC 7296 §2.21: what is not authenticated changes nothing.
        if (error != IkeOpenError.InvalidSyntax)
        {
            DropUnopened(error);
        }
        else if (!header.IsResponse && header.MessageId == sa.ExpectedRequestId && _pending is null && State != IkeSessionState.Closed)
        {
            Follow(path);
            ReplyPath = path;
            EndBySyntax(sa, header.ExchangeType, "a genuine message with invalid syntax", now);
        }
        else
        {
            Host.Drop(IkeDropReason.Malformed);
        }
    }

    private void HandleResponse(IkeSa sa, in IkeOpenedMessage message, IkePath path, TimeSpan now)
    {
        if (!sa.Awaits(message.Header))
        {
            Host.Drop(IkeDropReason.MessageId);
            return;
        }

        Follow(path);
        NoteInbound(now);
        Mobike.Heard();
        sa.RequestAnswered();
        if (sa != Sa)
        {
            if (sa.IsDeleting)
            {
                Forget(sa);
            }

            return;
        }

        if (message.Header.ExchangeType == IkeExchangeType.IkeAuth)
        {
            HandleAuthResponse(message, now);
            return;
        }

        IkeExchange? done = _underWay;
        _underWay = null;
        if (done is null)
        {
            Mobike.Probed(message.Payloads);
        }

        done?.Answered(message, now);
        if (_deleteWaits)
        {
            _deleteWaits = false;
            SendDelete(now);
        }
        else if (State == IkeSessionState.Deleting && done is null)
        {
            End(_ending.Reason, _ending.Detail, now);
        }
        else if (State == IkeSessionState.Established && _dpd is not null)
        {
            SetTimer(IkeTimer.DeadPeer, now + _dpd.Interval);
        }

        SendNext(now);
    }

    private void HandleRequest(IkeSa sa, in IkeOpenedMessage message, IkePath path, TimeSpan now)
    {
        uint id = message.Header.MessageId;
        if (id + 1 == sa.ExpectedRequestId)
        {
            // RFC 7296 §2.1: a retransmission gets the same octets again.
            Follow(path);
            ReplyPath = path;
            sa.Resend();
            return;
        }

        if (id != sa.ExpectedRequestId || State == IkeSessionState.Closed)
        {
            Host.Drop(IkeDropReason.MessageId);
            return;
        }

        if (_pending is not null)
        {
            // The answer is being decided; it will go out once it is.
            Host.Drop(IkeDropReason.Pending);
            return;
        }

        Follow(path);
        ReplyPath = path;
        NoteInbound(now);
        if (UnknownCriticalPayload(message.Payloads) is { } critical)
        {
            sa.Refuse(message.Header.ExchangeType, IkeNotifyType.UnsupportedCriticalPayload, [(byte)critical]);
            return;
        }

        switch (message.Header.ExchangeType)
        {
            case IkeExchangeType.IkeAuth when sa == Sa:
                HandleAuthRequest(message, now);
                break;
            case IkeExchangeType.Informational when State is IkeSessionState.Established or IkeSessionState.Deleting:
                Informational.Handle(this, sa, message, now);
                break;
            case IkeExchangeType.Informational when !IsInitiator && State != IkeSessionState.Closed && Informational.GivesUp(message.Payloads):
                Informational.Acknowledge(sa);
                End(IkeCloseReason.Peer, "the peer gives up", now);
                break;
            case IkeExchangeType.CreateChildSa when State is IkeSessionState.Established or IkeSessionState.Deleting:
                CreateChildSa.Handle(this, sa, message, now);
                break;
            default:
                Host.Drop(IkeDropReason.UnexpectedExchange);
                break;
        }
    }
}
