using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The INFORMATIONAL exchange as responder (RFC 7296 §1.4): an empty request asks whether we live; Delete ends SAs; MOBIKE moves them, or is refused
/// and the tunnel stays where it is.
/// </summary>
internal static class Informational
{
    public static void Handle(IkeSession session, IkeSa sa, in IkeOpenedMessage message, TimeSpan now)
    {
        bool deleteIke = false;
        List<ChildSa> gone = [];
        foreach (IkePayload payload in message.Payloads)
        {
            if (payload.Type == IkePayloadType.Delete && DeletePayload.TryParse(payload.Body, out DeletePayload delete, out _))
            {
                deleteIke |= delete.Protocol == IkeProtocolId.Ike;
                Collect(session, delete, gone);
            }
        }

        IkePath path = session.ReplyPath;
        MobikeRequest mobike = MobikeRequest.Read(message.Payloads);
        IkeNotifyType refusal = session.Mobike.Judge(mobike, path);
        Span<byte> inner = stackalloc byte[1024];
        IkePayloadWriter writer = new(inner);
        if (!deleteIke)
        {
            foreach (ChildSa child in gone)
            {
                // RFC 7296 §1.4.1: the answer names the other half of the pair.
                writer.AddDeleteEsp(child.InboundSpi);
            }

            session.Mobike.WriteAnswer(ref writer, mobike, refusal, path);
        }

        sa.SendResponse(IkeExchangeType.Informational, ref writer, inner);
        if (deleteIke)
        {
            session.DeletedByPeer(sa, now);
            return;
        }

        if (refusal == IkeNotifyType.None && sa == session.Sa && session.State == IkeSessionState.Established)
        {
            session.Mobike.Act(mobike, path, now);
        }

        foreach (ChildSa child in gone)
        {
            session.ChildGone(child, now);
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
    public static void Acknowledge(IkeSa sa)
    {
        IkePayloadWriter writer = new([]);
        sa.SendResponse(IkeExchangeType.Informational, ref writer, []);
    }

    // RFC 7296 §1.4.1: an SA whose Delete by us is under way goes with the answer to that one, and is named there alone.
    private static void Collect(IkeSession session, DeletePayload delete, List<ChildSa> gone)
    {
        for (int i = 0; delete.Protocol == IkeProtocolId.Esp && i < delete.Count; i++)
        {
            if (session.Children.ByOutboundSpi(BinaryPrimitives.ReadUInt32BigEndian(delete.Spi(i))) is { } child
                && !(session.UnderWay is ChildDelete ours && ours.Child == child)
                && !gone.Contains(child))
            {
                gone.Add(child);
            }
        }
    }
}
