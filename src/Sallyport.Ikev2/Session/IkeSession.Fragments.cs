using System.Buffers;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>Messages that come in fragments (RFC 7383 §2.6): kept until they are whole, then handled like any other.</content>
public abstract partial class IkeSession
{
    /// <summary>Whether both sides have agreed on fragmentation (RFC 7383 §2.3): messages too long for a datagram are then cut. It holds for the session, whatever its keys.</summary>
    public bool IsFragmentationAgreed { get; private protected set; }

    /// <summary>How long a message may be that goes a way in one datagram, in octets.</summary>
    internal int MessageSize(IkePath path) => IsFragmentationAgreed ? Policy.Fragmentation!.MessageSize(path) : int.MaxValue;

    private void HandleFragment(IkeSa sa, in IkeMessage message, IkePayload payload, IkePath path, TimeSpan now)
    {
        // RFC 7383 §2.6: by its numbers alone first, so that what has no place costs no more; nothing is kept, or changed, before the check value holds.
        IkeHeader header = message.Header;
        bool valid = EncryptedFragmentPayload.TryParse(payload.Body, out EncryptedFragmentPayload numbers, out _);
        FragmentStore store = sa.FragmentsOf(header.IsResponse);
        if (!valid)
        {
            Host.Drop(IkeDropReason.Malformed);
        }
        else if (!IsFragmentationAgreed)
        {
            Host.Drop(IkeDropReason.UnexpectedFragment);
        }
        else if (!header.IsResponse && header.MessageId + 1 == sa.ExpectedRequestId)
        {
            ResendTo(sa, message, numbers, path);
        }
        else if (State == IkeSessionState.Closed || !sa.Awaits(header))
        {
            Host.Drop(IkeDropReason.MessageId);
        }
        else if (!header.IsResponse && _pending is not null)
        {
            Host.Drop(IkeDropReason.Pending);
        }
        else if (store.Judge(numbers) is { } reason)
        {
            Host.Drop(reason);
        }
        else
        {
            Take(sa, store, message, path, now);
        }
    }

    private void ResendTo(IkeSa sa, in IkeMessage message, EncryptedFragmentPayload numbers, IkePath path)
    {
        // RFC 7383 §2.6.1: of a request that is answered the first fragment asks for the answer again, the others are ignored.
        if (numbers.Number != 1)
        {
            Host.Drop(IkeDropReason.UnexpectedFragment);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(message.Span.Length);
        if (sa.TryOpenFragment(message, buffer, out _, out IkeOpenError error))
        {
            Follow(path);
            ReplyPath = path;
            sa.Resend();
        }
        else
        {
            DropUnopened(error);
        }

        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
    }

    private void Take(IkeSa sa, FragmentStore store, in IkeMessage message, IkePath path, TimeSpan now)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(message.Span.Length);
        IkeDropReason? refused = null;
        byte[]? whole = null;
        IkePayloadType first = IkePayloadType.None;
        if (sa.TryOpenFragment(message, buffer, out IkeOpenedFragment fragment, out IkeOpenError error))
        {
            refused = store.Add(fragment, out whole, out first);
        }
        else
        {
            DropUnopened(error);
        }

        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        if (refused is { } reason)
        {
            Host.Drop(reason);
        }
        else if (whole is not null)
        {
            Handle(sa, message.Header, SkProtection.TryRead(message.Header, first, whole, out IkeOpenedMessage opened, out error), opened, error, path, now);
            CryptographicOperations.ZeroMemory(whole);
        }
    }

    private void DropUnopened(IkeOpenError error) => Host.Drop(error == IkeOpenError.IntegrityCheck ? IkeDropReason.IntegrityCheck : IkeDropReason.Malformed);
}
