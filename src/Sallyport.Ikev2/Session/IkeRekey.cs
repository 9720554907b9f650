using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// Replaces the IKE SA by one with new keys (RFC 7296 §1.3.2, §2.18), asked for by either side. Where both ask at once, the SA of the exchange
/// with the lowest of the four nonces is deleted again by the side that made it (RFC 7296 §2.8.2).
/// </summary>
/// <param name="session">The session.</param>
/// <param name="method">The key exchange method that the peer wants; <see langword="null"/> where it was not asked yet.</param>
internal sealed class IkeRekey(IkeSession session, KeyExchangeMethod? method) : IkeExchange(session)
{
    private const int LargestMessage = 4096;
    private readonly byte[] _nonce = new byte[IkeSaInit.NonceSize];
    private IkeKeyExchange? _exchange;
    private ulong _spi;

    private IReadOnlyList<IkeOffer> Offers => Session.Policy.IkeOffers;

    /// <summary>The exchange of the peer's that was answered meanwhile: its lowest nonce, and the SA that it made.</summary>
    public (byte[] LowestNonce, IkeSa Sa)? Collision { get; private set; }

    /// <summary>Answers the peer's request for new keys.</summary>
    public static void Respond(IkeSession session, IkeSa sa, CreateChildSaContent content, TimeSpan now)
    {
        IkeRekey? ours = session.UnderWay as IkeRekey;
        if (ours?.Collision is not null || (session.UnderWay is not null && ours is null))
        {
            // RFC 7296 §2.25.2: not while an SA of ESP is being made or deleted.
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.TemporaryFailure);
        }
        else if (!content.IsWhole)
        {
            session.EndBySyntax(sa, IkeExchangeType.CreateChildSa, "a request for new keys lacks a payload", now);
        }
        else if (!SaPayload.TryParse(content.Sa, out SaPayload offered, out _)
            || !IkeOffer.TryChoose(session.Policy.IkeOffers, offered, sizeof(ulong), out IkeSuite suite, out byte number, out ulong peerSpi)
            || peerSpi == 0)
        {
            sa.Refuse(IkeExchangeType.CreateChildSa, IkeNotifyType.NoProposalChosen);
        }
        else if (!CreateChildSa.RefuseKeyExchange(sa, suite.KeyExchange, content.KeyExchange))
        {
            Answer(session, sa, content, suite, number, peerSpi, ours, now);
        }
    }

    public override bool TrySend(TimeSpan now)
    {
        KeyExchangeMethod wanted = method ?? Session.Suite!.KeyExchange;
        _exchange = IkeKeyExchange.Create(wanted);
        _spi = Session.Host.AllocateIkeSpi(Session);
        Session.Host.Random(_nonce);

        byte[] inner = new byte[LargestMessage];
        Span<byte> spi = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(spi, _spi);
        IkePayloadWriter writer = new(inner);
        IkeOffer.Write(ref writer, Offers, spi);
        writer.Add(IkePayloadType.Nonce, _nonce);
        writer.AddKeyExchange(wanted, _exchange.PublicValue.Span);
        Session.Sa.SendRequest(IkeExchangeType.CreateChildSa, ref writer, inner, Session.Policy.Retransmission, now);
        return true;
    }

    public override void Answered(in IkeOpenedMessage message, TimeSpan now)
    {
        CreateChildSaContent content = CreateChildSaContent.Read(message.Payloads);
        if (content.Error != IkeNotifyType.None)
        {
            Abandon();
            HandleError(content, now);
        }
        else if (TryMake(content, out IkeSa fresh))
        {
            Take(fresh, CreateChildSa.Lower(_nonce, content.Nonce!), now);
        }
        else
        {
            Abandon();
            Session.Fail(IkeCloseReason.Protocol, "the peer's answer makes no IKE SA", now);
        }

        _exchange?.Dispose();
    }

    public override void Abandon()
    {
        Session.Host.ReleaseIkeSpi(_spi);
        _exchange?.Dispose();
    }

    /// <summary>The peer has deleted the SA under it: what the peer has made meanwhile takes its place, where there is any.</summary>
    public bool TryGiveWay(TimeSpan now)
    {
        Abandon();
        if (Collision is not { } theirs)
        {
            return false;
        }

        Session.SwitchTo(theirs.Sa, now);
        return true;
    }

    private static void Answer(
        IkeSession session, IkeSa sa, CreateChildSaContent content, IkeSuite suite, byte number, ulong peerSpi, IkeRekey? ours, TimeSpan now)
    {
        using IkeKeyExchange exchange = IkeKeyExchange.Create(suite.KeyExchange);
        if (!exchange.TryDerive(content.PublicValue, out byte[] secret))
        {
            session.EndBySyntax(sa, IkeExchangeType.CreateChildSa, "a public value that is none of its group", now);
            return;
        }

        byte[] nonce = new byte[IkeSaInit.NonceSize];
        session.Host.Random(nonce);
        ulong localSpi = session.Host.AllocateIkeSpi(session);
        IkeSa fresh = new(session, session.Host, isInitiator: false, peerSpi, localSpi);
        fresh.SetKeys(sa.Keys!.DeriveNext(suite, secret, content.Nonce, nonce, peerSpi, localSpi));
        CryptographicOperations.ZeroMemory(secret);

        byte[] inner = new byte[LargestMessage];
        Span<byte> spi = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(spi, localSpi);
        IkePayloadWriter writer = new(inner);
        IkeOffer.WriteChoice(ref writer, suite, number, spi);
        writer.Add(IkePayloadType.Nonce, nonce);
        writer.AddKeyExchange(suite.KeyExchange, exchange.PublicValue.Span);
        sa.SendResponse(IkeExchangeType.CreateChildSa, ref writer, inner);
        if (ours is null)
        {
            session.SwitchTo(fresh, now);
        }
        else
        {
            ours.Collision = (CreateChildSa.Lower(content.Nonce!, nonce), fresh);
            session.AddSa(fresh);
        }
    }

    private void HandleError(CreateChildSaContent content, TimeSpan now)
    {
        if (Collision is { } theirs)
        {
            Session.SwitchTo(theirs.Sa, now);
        }
        else if (content.Error == IkeNotifyType.InvalidKePayload
            && method is null
            && content.ErrorData.Length == 2
            && (KeyExchangeMethod)BinaryPrimitives.ReadUInt16BigEndian(content.ErrorData) is var wanted
            && Offers.Any(o => o.KeyExchange.Contains(wanted)))
        {
            Session.Begin(new IkeRekey(Session, wanted), now);
        }
        else
        {
            Session.RekeyIkeLater(now);
        }
    }

    private bool TryMake(CreateChildSaContent content, out IkeSa fresh)
    {
        fresh = null!;
        if (!content.IsWhole
            || !SaPayload.TryParse(content.Sa, out SaPayload sa, out _)
            || !IkeOffer.TryChoose(Offers, sa, sizeof(ulong), out IkeSuite suite, out _, out ulong peerSpi)
            || peerSpi == 0
            || suite.KeyExchange != _exchange!.Method
            || content.KeyExchange != _exchange.Method
            || !_exchange.TryDerive(content.PublicValue, out byte[] secret))
        {
            return false;
        }

        fresh = new IkeSa(Session, Session.Host, isInitiator: true, _spi, peerSpi);
        fresh.SetKeys(Session.Sa.Keys!.DeriveNext(suite, secret, _nonce, content.Nonce, _spi, peerSpi));
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    private void Take(IkeSa fresh, byte[] lowestNonce, TimeSpan now)
    {
        IkeSa old = Session.Sa;
        if (Collision is { } theirs && lowestNonce.AsSpan().SequenceCompareTo(theirs.LowestNonce) < 0)
        {
            // The peer deletes the old one.
            Session.AddSa(fresh);
            Session.SwitchTo(theirs.Sa, now);
            IkeSession.DeleteReplaced(fresh, now);
        }
        else
        {
            Session.SwitchTo(fresh, now);
            IkeSession.DeleteReplaced(old, now);
        }
    }
}
