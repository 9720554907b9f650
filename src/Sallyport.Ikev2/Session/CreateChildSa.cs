using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// The CREATE_CHILD_SA exchange as responder (RFC 7296 §1.3): new keys for the Child SA and for the IKE SA are given; a second Child SA beside
/// the first is not.
/// </summary>
internal static class CreateChildSa
{
    private const int LargestMessage = 16384;

    public static void Handle(IkeSession session, IkeSa sa, in IkeOpenedMessage message, TimeSpan now)
    {
        CreateChildSaContent content = CreateChildSaContent.Read(message.Payloads);
        if (content.Rekeys is { } spi && session.Children.ByOutboundSpi(spi) is null)
        {
            RefuseUnknown(sa, spi);
        }
        else if (session.State == IkeSessionState.Deleting || sa != session.Sa)
        {
            // RFC 7296 §2.25.2: whoever crosses our Delete, or comes by an SA that is replaced.
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.TemporaryFailure);
        }
        else if (content.Rekeys is { } known)
        {
            RekeyChild(session, sa, session.Children.ByOutboundSpi(known)!, content, now);
        }
        else if (content.IsIke)
        {
            IkeRekey.Respond(session, sa, content, now);
        }
        else
        {
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.NoAdditionalSas);
        }
    }

    /// <summary>Whether an exchange of keys was asked for by another method than the one agreed on, and the answer that says so (RFC 7296 §1.3).</summary>
    public static bool RefuseKeyExchange(IkeSa sa, KeyExchangeMethod agreed, KeyExchangeMethod sent)
    {
        if (agreed == sent || agreed == KeyExchangeMethod.None)
        {
            return false;
        }

        sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.InvalidKePayload, [(byte)((ushort)agreed >> 8), (byte)agreed]);
        return true;
    }

    /// <summary>The lower of two nonces, octet by octet; of two that begin alike the shorter (RFC 7296 §2.8.1).</summary>
    public static byte[] Lower(byte[] one, byte[] other) => one.AsSpan().SequenceCompareTo(other) <= 0 ? one : other;

    private static void RefuseUnknown(IkeSa sa, uint spi)
    {
        // RFC 7296 §2.25: the notification names the SA as the request did.
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(octets, spi);
        Span<byte> inner = stackalloc byte[32];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(IkeNotifyType.ChildSaNotFound, [], IkeProtocolId.Esp, octets);
        sa.SendResponse(IkeExchangeType.CreateChildSa, ref writer, inner);
    }

    private static void RekeyChild(IkeSession session, IkeSa sa, ChildSa old, CreateChildSaContent content, TimeSpan now)
    {
        // RFC 7296 §2.25.1: not of an SA that is being deleted, nor while the IKE SA's keys are renewed; and the second time only once the first
        // successor's predecessor is gone.
        if (old.State != ChildSaState.InUse || session.UnderWay is IkeRekey || session.Children.Count >= ChildSas.Most)
        {
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.TemporaryFailure);
        }
        else if (!content.IsWholeChild)
        {
            session.EndBySyntax(sa, IkeExchangeType.CreateChildSa, "a request for new keys lacks a payload", now);
        }
        else if (!SaPayload.TryParse(content.Sa, out SaPayload offered, out _) || !EspOffer.TryChoose(session.Policy.EspOffers, offered, content.KeyExchange, out EspChoice choice))
        {
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.NoProposalChosen);
        }
        else if (!RefuseKeyExchange(sa, choice.KeyExchange, content.KeyExchange))
        {
            Answer(session, sa, old, content, choice, now);
        }
    }

    private static void Answer(IkeSession session, IkeSa sa, ChildSa old, CreateChildSaContent content, EspChoice choice, TimeSpan now)
    {
        // RFC 7296 §2.9.2: what the SA carries stays as it is; an offer that has no room for it is none.
        if (!IkeTrafficSelector.Cover(content.Initiator!, old.Remote) || !IkeTrafficSelector.Cover(content.Responder!, old.Local))
        {
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.TsUnacceptable);
            return;
        }

        using IkeKeyExchange? exchange = choice.KeyExchange == KeyExchangeMethod.None ? null : IkeKeyExchange.Create(choice.KeyExchange);
        byte[] secret = [];
        if (exchange?.TryDerive(content.PublicValue, out secret) == false)
        {
            session.EndBySyntax(sa, IkeExchangeType.CreateChildSa, "a public value that is none of its group", now);
            return;
        }

        byte[] nonce = new byte[IkeSaInit.NonceSize];
        session.Host.Random(nonce);
        uint spi = session.Host.AllocateEspSpi();
        (byte[] inbound, byte[] outbound) = sa.Keys!.DeriveChild(content.Nonce, nonce, choice.Suite.KeySize, secret);
        CryptographicOperations.ZeroMemory(secret);
        ChildSa fresh = session.Children.AddSuccessor(new IkeChildSa(spi, choice.PeerSpi, choice.Suite, inbound, outbound, old.Local, old.Remote), old, sendAtOnce: false, now);
        session.Children.Supersede(old, now);
        old.Collision = (Lower(content.Nonce!, nonce), fresh);

        byte[] inner = new byte[LargestMessage];
        IkePayloadWriter writer = new(inner);
        EspOffer.WriteChoice(ref writer, choice, spi);
        writer.Add(IkePayloadType.Nonce, nonce);
        if (exchange is not null)
        {
            writer.AddKeyExchange(exchange.Method, exchange.PublicValue.Span);
        }

        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorInitiator, old.Remote);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorResponder, old.Local);
        sa.SendResponse(IkeExchangeType.CreateChildSa, ref writer, inner);
    }
}
