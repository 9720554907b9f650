using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The CREATE_CHILD_SA exchange as responder (RFC 7296 §1.3): a session has one IKE SA and one Child SA for as long as it lasts, so every
/// request is refused, with the notification after which the peer keeps what it has.
/// </summary>
internal static class CreateChildSa
{
    public static void Handle(IkeSession session, in IkeOpenedMessage message)
    {
        Span<byte> inner = stackalloc byte[32];
        IkePayloadWriter writer = new(inner);
        if (Rekeyed(message.Payloads) is { } child && child != session.CurrentChild?.OutboundSpi)
        {
            // RFC 7296 §2.25: the notification names the SA as the request did.
            Span<byte> spi = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(spi, child);
            writer.AddNotify(IkeNotifyType.ChildSaNotFound, [], IkeProtocolId.Esp, spi);
        }
        else
        {
            // RFC 7296 §1.3: NO_ADDITIONAL_SAS, which would make a peer that wants new keys give the tunnel up and log in anew; so that one, and
            // whoever crosses our Delete (§2.25.2), gets TEMPORARY_FAILURE.
            bool later = session.State == IkeSessionState.Deleting || IsRekey(message.Payloads);
            writer.AddNotify(later ? IkeNotifyType.TemporaryFailure : IkeNotifyType.NoAdditionalSas);
        }

        session.Answer(message.Header.ExchangeType, ref writer, inner);
    }

    /// <summary>Whether new keys are asked for, of the Child SA or of the IKE SA (RFC 7296 §1.3.2, §1.3.3).</summary>
    private static bool IsRekey(IkePayloads payloads) =>
        payloads.TryGetNotify(IkeNotifyType.RekeySa, out _)
        || (payloads.TryGet(IkePayloadType.SecurityAssociation, out IkePayload payload) && SaPayload.TryParse(payload.Body, out SaPayload sa, out _) && OffersIke(sa));

    private static bool OffersIke(SaPayload sa)
    {
        foreach (IkeProposalView proposal in sa)
        {
            return proposal.Protocol == IkeProtocolId.Ike;
        }

        return false;
    }

    /// <summary>The SPI of the Child SA whose keys are to be replaced: the peer's inbound one.</summary>
    private static uint? Rekeyed(IkePayloads payloads) =>
        payloads.TryGetNotify(IkeNotifyType.RekeySa, out NotifyPayload notify) && notify.Spi.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(notify.Spi) : null;
}
