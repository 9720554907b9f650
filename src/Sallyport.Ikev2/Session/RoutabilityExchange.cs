using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// An INFORMATIONAL exchange that only a peer can answer that gets what is sent by a path: COOKIE2 comes back as it was, or the IKE SA is closed
/// (RFC 4555 §3.7).
/// </summary>
/// <param name="session">The session.</param>
/// <param name="path">The path.</param>
internal abstract class RoutabilityExchange(IkeSession session, IkePath path) : IkeExchange(session)
{
    private const int CookieSize = 16;
    private readonly byte[] _cookie = new byte[CookieSize];

    public IkePath Path => path;

    public sealed override void Answered(in IkeOpenedMessage message, TimeSpan now)
    {
        if (Session.State != IkeSessionState.Established)
        {
            return;
        }

        // A refusal need not bring it back (RFC 4555 §3.5); what comes back must be it.
        IkeNotifyType error = Error(message.Payloads);
        bool isThere = message.Payloads.TryGetNotify(IkeNotifyType.Cookie2, out NotifyPayload returned);
        bool isOurs = isThere && CryptographicOperations.FixedTimeEquals(returned.Data, _cookie);
        if (isThere ? !isOurs : error == IkeNotifyType.None)
        {
            Session.Fail(IkeCloseReason.Protocol, "the peer does not return COOKIE2", now);
        }
        else
        {
            Take(message.Payloads, error, now);
        }
    }

    /// <summary>Takes the answer of a peer that has proven that it got the request, unless it refuses.</summary>
    protected abstract void Take(IkePayloads payloads, IkeNotifyType error, TimeSpan now);

    protected void Send(ref IkePayloadWriter writer, ReadOnlySpan<byte> inner, TimeSpan now)
    {
        Session.Host.Random(_cookie);
        writer.AddNotify(IkeNotifyType.Cookie2, _cookie);
        Session.Sa.SendRequest(IkeExchangeType.Informational, ref writer, inner, Session.Policy.Retransmission, now, path);
    }

    private static IkeNotifyType Error(IkePayloads payloads)
    {
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _) && notify.IsError)
            {
                return notify.Type;
            }
        }

        return IkeNotifyType.None;
    }
}

/// <summary>Asks a peer whether it gets what is sent to its new address (RFC 4555 §3.7).</summary>
internal sealed class RoutabilityCheck(IkeSession session, IkePath path) : RoutabilityExchange(session, path)
{
    public override bool TrySend(TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[64];
        IkePayloadWriter writer = new(inner);
        Send(ref writer, inner, now);
        return true;
    }

    protected override void Take(IkePayloads payloads, IkeNotifyType error, TimeSpan now) => Session.Mobike.Checked(this, error == IkeNotifyType.None, now);
}
