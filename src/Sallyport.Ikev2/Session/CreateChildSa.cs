using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The CREATE_CHILD_SA exchange as responder (RFC 7296 §1.3): a session has one IKE SA and one Child SA, so every request is answered with
/// NO_ADDITIONAL_SAS, as a minimal implementation does (RFC 7296 §4), and the tunnel stays.
/// </summary>
internal static class CreateChildSa
{
    public static void Handle(IkeSession session, in IkeOpenedMessage message)
    {
        Span<byte> inner = stackalloc byte[32];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(IkeNotifyType.NoAdditionalSas);
        session.Answer(message.Header.ExchangeType, ref writer, inner);
    }
}
