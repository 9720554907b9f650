using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The INFORMATIONAL exchange as responder (RFC 7296 §1.4): an empty request asks whether we live; Delete ends SAs; an address change by
/// MOBIKE, which was not agreed, is refused and the tunnel stays.
/// </summary>
internal static class Informational
{
    public static void Handle(IkeSession session, in IkeOpenedMessage message, TimeSpan now)
    {
        bool deleteIke = false;
        bool deleteChild = false;
        bool updateAddresses = false;
        foreach (IkePayload payload in message.Payloads)
        {
            if (payload.Type == IkePayloadType.Delete && DeletePayload.TryParse(payload.Body, out DeletePayload delete, out _))
            {
                deleteIke |= delete.Protocol == IkeProtocolId.Ike;
                deleteChild |= NamesOurChild(session, delete);
            }

            updateAddresses |= payload.Type == IkePayloadType.Notify
                && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _)
                && notify.Type == IkeNotifyType.UpdateSaAddresses;
        }

        Span<byte> inner = stackalloc byte[64];
        IkePayloadWriter writer = new(inner);
        if (!deleteIke && deleteChild)
        {
            // RFC 7296 §1.4.1: the answer names the other half of the pair.
            writer.AddDeleteEsp(session.CurrentChild!.InboundSpi);
        }
        else if (updateAddresses)
        {
            writer.AddNotify(IkeNotifyType.UnacceptableAddresses);
        }

        session.Answer(IkeExchangeType.Informational, ref writer, inner);
        if (deleteIke)
        {
            session.DeletedByPeer(now);
        }
        else if (deleteChild)
        {
            session.ChildDeletedByPeer(now);
        }
    }

    /// <summary>Whether a request that comes before the login is done ends it: by Delete, or by telling that the peer could not be authenticated
    /// (RFC 7296 §2.21.2).</summary>
    public static bool GivesUp(IkePayloads payloads)
    {
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Delete && DeletePayload.TryParse(payload.Body, out DeletePayload delete, out _) && delete.Protocol == IkeProtocolId.Ike)
            {
                return true;
            }
        }

        return payloads.TryGetNotify(IkeNotifyType.AuthenticationFailed, out _);
    }

    /// <summary>Answers with nothing but the answer (RFC 7296 §1.4).</summary>
    public static void Acknowledge(IkeSession session)
    {
        IkePayloadWriter writer = new([]);
        session.Answer(IkeExchangeType.Informational, ref writer, []);
    }

    private static bool NamesOurChild(IkeSession session, DeletePayload delete)
    {
        if (delete.Protocol != IkeProtocolId.Esp || session.CurrentChild is null)
        {
            return false;
        }

        for (int i = 0; i < delete.Count; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(delete.Spi(i)) == session.CurrentChild.OutboundSpi)
            {
                return true;
            }
        }

        return false;
    }
}
