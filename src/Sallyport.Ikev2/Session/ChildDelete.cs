using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>Deletes one Child SA in an INFORMATIONAL exchange of ours (RFC 7296 §1.4.1).</summary>
internal sealed class ChildDelete(IkeSession session, ChildSa child) : IkeExchange(session)
{
    public ChildSa Child => child;

    public override bool TrySend(TimeSpan now)
    {
        if (child.State != ChildSaState.Deleting)
        {
            // The peer was first.
            return false;
        }

        Span<byte> inner = stackalloc byte[16];
        IkePayloadWriter writer = new(inner);
        writer.AddDeleteEsp(child.InboundSpi);
        Session.Sa.SendRequest(IkeExchangeType.Informational, ref writer, inner, Session.Policy.Retransmission, now);
        return true;
    }

    public override void Answered(in IkeOpenedMessage message, TimeSpan now) => Session.Children.Retire(child, now);
}
