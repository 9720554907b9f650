using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// Asks for new keys for a Child SA (RFC 7296 §1.3.3). Both sides may do so at once, and make two successors; then the one of the exchange with
/// the lowest of the four nonces is deleted again by the side that made it (RFC 7296 §2.8.1).
/// </summary>
/// <param name="session">The session.</param>
/// <param name="old">The SA to be replaced.</param>
/// <param name="method">The key exchange method that the peer wants; <see langword="null"/> where it was not asked yet.</param>
internal sealed class ChildRekey(IkeSession session, ChildSa old, KeyExchangeMethod? method) : IkeExchange(session)
{
    private readonly byte[] _nonce = new byte[IkeSaInit.NonceSize];
    private IkeKeyExchange? _exchange;
    private uint _spi;

    private IReadOnlyList<EspOffer> Offers => Session.Policy.EspOffers;

    public override bool TrySend(TimeSpan now)
    {
        if (old.State != ChildSaState.InUse)
        {
            // The peer was first.
            old.IsRekeying = false;
            return false;
        }

        KeyExchangeMethod wanted = method ?? Offers.SelectMany(o => o.KeyExchange).FirstOrDefault();
        _exchange = wanted == KeyExchangeMethod.None ? null : IkeKeyExchange.Create(wanted);
        _spi = Session.Host.AllocateEspSpi();
        Session.Host.Random(_nonce);

        byte[] inner = new byte[16384];
        Span<byte> spi = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(spi, old.InboundSpi);
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, spi);
        EspOffer.Write(ref writer, Offers, _spi, withKeyExchange: true);
        writer.Add(IkePayloadType.Nonce, _nonce);
        if (_exchange is not null)
        {
            writer.AddKeyExchange(wanted, _exchange.PublicValue.Span);
        }

        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorInitiator, old.Local);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorResponder, old.Remote);
        Session.Sa.SendRequest(IkeExchangeType.CreateChildSa, ref writer, inner, Session.Policy.Retransmission, now);
        return true;
    }

    public override void Answered(in IkeOpenedMessage message, TimeSpan now)
    {
        CreateChildSaContent content = CreateChildSaContent.Read(message.Payloads);
        old.IsRekeying = false;
        if (Session.State != IkeSessionState.Established)
        {
            Abandon();
        }
        else if (content.Error != IkeNotifyType.None)
        {
            Abandon();
            HandleError(content, now);
        }
        else if (TryMake(content, out IkeChildSa child))
        {
            Take(child, CreateChildSa.Lower(_nonce, content.Nonce!), now);
        }
        else
        {
            // The peer has made an SA that is not what was asked for (RFC 7296 §2.9.2): it goes again, unused.
            Session.Children.Discard(child, now);
            Session.Children.RekeyLater(old, now);
        }

        _exchange?.Dispose();
    }

    public override void Abandon()
    {
        Session.Host.ReleaseEspSpi(_spi);
        _exchange?.Dispose();
    }

    private void HandleError(CreateChildSaContent content, TimeSpan now)
    {
        if (content.Error == IkeNotifyType.ChildSaNotFound)
        {
            // RFC 7296 §2.25: the peer has it no more. With it the session carries nothing, unless the peer has replaced it.
            Session.ChildGone(old, now);
        }
        else if (content.Error == IkeNotifyType.InvalidKePayload
            && method is null
            && content.ErrorData.Length == 2
            && (KeyExchangeMethod)BinaryPrimitives.ReadUInt16BigEndian(content.ErrorData) is var wanted
            && Offers.Any(o => o.KeyExchange.Contains(wanted)))
        {
            Session.Children.Rekey(old, now, wanted);
        }
        else
        {
            Session.Children.RekeyLater(old, now);
        }
    }

    private bool TryMake(CreateChildSaContent content, out IkeChildSa child)
    {
        KeyExchangeMethod exchanged = _exchange?.Method ?? KeyExchangeMethod.None;
        byte[] secret = [];
        child = new IkeChildSa(_spi, 0, old.Suite, [], [], old.Local, old.Remote);
        if (!content.IsWholeChild
            || !SaPayload.TryParse(content.Sa, out SaPayload sa, out _)
            || !EspOffer.TryAccept(Offers, sa, exchanged, out EspChoice choice)
            || content.KeyExchange != exchanged
            || !IkeTrafficSelector.Cover(content.Initiator!, old.Local)
            || !IkeTrafficSelector.Cover(content.Responder!, old.Remote)
            || _exchange?.TryDerive(content.PublicValue, out secret) == false)
        {
            return false;
        }

        (byte[] outbound, byte[] inbound) = Session.Sa.Keys!.DeriveChild(_nonce, content.Nonce, choice.Suite.KeySize, secret);
        CryptographicOperations.ZeroMemory(secret);
        child = new IkeChildSa(_spi, choice.PeerSpi, choice.Suite, inbound, outbound, old.Local, old.Remote);
        return true;
    }

    private void Take(IkeChildSa sa, byte[] lowestNonce, TimeSpan now)
    {
        bool lost = old.Collision is { } theirs && lowestNonce.AsSpan().SequenceCompareTo(theirs.LowestNonce) < 0;
        ChildSa fresh = Session.Children.AddSuccessor(sa, old, sendAtOnce: !lost, now);
        if (lost)
        {
            Session.Children.Delete(fresh, now);
            return;
        }

        if (old.Collision is { } redundant)
        {
            Session.Children.Supersede(redundant.Child, now);
        }

        Session.Children.Delete(old, now);
    }
}
