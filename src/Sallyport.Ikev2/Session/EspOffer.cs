using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>What may protect ESP: one proposal (RFC 7296 §3.3).</summary>
/// <param name="Cipher">The cipher and its key: AES-GCM with 8, 12 or 16 octets of check value, ChaCha20-Poly1305, AES-GMAC, or AES-CBC.</param>
/// <param name="Integrity">The integrity algorithm, with AES-CBC alone.</param>
/// <param name="ExtendedSequenceNumbers">Whether 64-bit sequence numbers are wanted; a peer without them is met with 32 bits.</param>
public sealed record EspOffer(IkeCipher Cipher, IntegrityAlgorithm Integrity = IntegrityAlgorithm.None, bool ExtendedSequenceNumbers = false)
{
    /// <summary>AES-GCM with a check value of 16 octets (RFC 4106).</summary>
    /// <param name="keyBits">The key in bits: 128, 192 or 256.</param>
    /// <param name="extendedSequenceNumbers">Whether 64-bit sequence numbers are wanted.</param>
    public EspOffer(int keyBits, bool extendedSequenceNumbers = false)
        : this(new IkeCipher(EncryptionAlgorithm.AesGcm16, keyBits), IntegrityAlgorithm.None, extendedSequenceNumbers)
    {
    }

    /// <summary>With which methods new keys are exchanged anew, in order of preference (perfect forward secrecy, RFC 7296 §1.3.1). Where there are
    /// none, keys come from those of the IKE SA, unless the peer offers an exchange.</summary>
    public IReadOnlyList<KeyExchangeMethod> KeyExchange { get; init; } = [];

    /// <summary>Whether it is something that ESP has, with a key of the right length.</summary>
    public bool IsSupported => new IkeChildSuite(Cipher.Algorithm, Cipher.KeyBits, Integrity, ExtendedSequenceNumbers).IsSupported && KeyExchange.All(IkeKeyExchange.IsSupported);

    // RFC 7634 §4: the one key length of ChaCha20-Poly1305 is not said.
    private ushort SaidKeyBits => Cipher.Algorithm == EncryptionAlgorithm.ChaCha20Poly1305 ? (ushort)0 : (ushort)Cipher.KeyBits;

    /// <summary>Chooses among what the peer offers.</summary>
    /// <param name="ours">What may be chosen, in order of preference.</param>
    /// <param name="offered">The peer's offer.</param>
    /// <param name="exchange">The method by which the peer has exchanged keys already; <see langword="null"/> in IKE_AUTH, where none can be (RFC 7296 §1.2).</param>
    /// <param name="choice">What was chosen.</param>
    internal static bool TryChoose(IReadOnlyList<EspOffer> ours, SaPayload offered, KeyExchangeMethod? exchange, out EspChoice choice)
    {
        foreach (EspOffer offer in ours)
        {
            foreach (IkeProposalView proposal in offered)
            {
                if (proposal.Protocol == IkeProtocolId.Esp && proposal.Spi.Length == sizeof(uint) && offer.TryMatch(proposal, exchange, out IkeChildSuite suite, out KeyExchangeMethod method))
                {
                    choice = new EspChoice(proposal.Number, BinaryPrimitives.ReadUInt32BigEndian(proposal.Spi), suite, method);
                    return true;
                }
            }
        }

        choice = default;
        return false;
    }

    /// <summary>Reads the peer's choice among what was offered; false where it is none of that.</summary>
    /// <param name="ours">What was offered.</param>
    /// <param name="answer">The peer's answer.</param>
    /// <param name="exchange">The method by which keys were exchanged, <see cref="KeyExchangeMethod.None"/> for none; <see langword="null"/> in IKE_AUTH.</param>
    /// <param name="choice">The choice.</param>
    internal static bool TryAccept(IReadOnlyList<EspOffer> ours, SaPayload answer, KeyExchangeMethod? exchange, out EspChoice choice)
    {
        if (!TryChoose(ours, answer, exchange, out choice))
        {
            return false;
        }

        IkeChildSuite suite = choice.Suite;
        return choice.KeyExchange == (exchange ?? KeyExchangeMethod.None)
            && (!suite.ExtendedSequenceNumbers || ours.Any(o => o.ExtendedSequenceNumbers && o.Cipher == new IkeCipher(suite.Encryption, suite.KeyBits)));
    }

    /// <summary>Writes an SA payload with all offers.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="offers">The offers.</param>
    /// <param name="spi">The SPI under which we would receive.</param>
    /// <param name="withKeyExchange">Whether the exchange can carry keys: not IKE_AUTH (RFC 7296 §1.2).</param>
    internal static void Write(ref IkePayloadWriter writer, IReadOnlyList<EspOffer> offers, uint spi, bool withKeyExchange)
    {
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        for (int i = 0; i < offers.Count; i++)
        {
            EspOffer o = offers[i];
            List<IkeTransformView> transforms = [new(IkeTransformType.Encryption, (ushort)o.Cipher.Algorithm, o.SaidKeyBits, false)];
            if (o.Integrity != IntegrityAlgorithm.None)
            {
                transforms.Add(new(IkeTransformType.Integrity, (ushort)o.Integrity, 0, false));
            }

            if (withKeyExchange)
            {
                transforms.AddRange(o.KeyExchange.Select(k => new IkeTransformView(IkeTransformType.KeyExchange, (ushort)k, 0, false)));
            }

            if (o.ExtendedSequenceNumbers)
            {
                transforms.Add(new(IkeTransformType.ExtendedSequenceNumbers, 1, 0, false));
            }

            transforms.Add(new(IkeTransformType.ExtendedSequenceNumbers, 0, 0, false));
            WriteProposal(ref writer, (byte)(i + 1), spi, transforms, i + 1 == offers.Count);
        }

        writer.EndPayload();
    }

    /// <summary>Writes an SA payload with what was chosen.</summary>
    internal static void WriteChoice(ref IkePayloadWriter writer, EspChoice choice, uint spi)
    {
        IkeChildSuite suite = choice.Suite;
        ushort bits = suite.Encryption == EncryptionAlgorithm.ChaCha20Poly1305 ? (ushort)0 : (ushort)suite.KeyBits;
        List<IkeTransformView> transforms = [new(IkeTransformType.Encryption, (ushort)suite.Encryption, bits, false)];
        if (suite.Integrity != IntegrityAlgorithm.None)
        {
            transforms.Add(new(IkeTransformType.Integrity, (ushort)suite.Integrity, 0, false));
        }

        if (choice.KeyExchange != KeyExchangeMethod.None)
        {
            transforms.Add(new(IkeTransformType.KeyExchange, (ushort)choice.KeyExchange, 0, false));
        }

        transforms.Add(new(IkeTransformType.ExtendedSequenceNumbers, suite.ExtendedSequenceNumbers ? (ushort)1 : (ushort)0, 0, false));
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        WriteProposal(ref writer, choice.Number, spi, transforms, last: true);
        writer.EndPayload();
    }

    private static void WriteProposal(ref IkePayloadWriter writer, byte number, uint spi, List<IkeTransformView> transforms, bool last)
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(octets, spi);
        IkeOffer.WriteProposal(ref writer, number, IkeProtocolId.Esp, octets, transforms, last);
    }

    // RFC 7296 §3.3.6: one transform of each type that the proposal has; a type that we do not know cannot be satisfied.
    private bool TryMatch(IkeProposalView proposal, KeyExchangeMethod? exchange, out IkeChildSuite suite, out KeyExchangeMethod method)
    {
        bool cipher = false, without = false, with = false, mentioned = false, known = true, integrity = false, anyIntegrity = false, withoutExchange = false;
        List<KeyExchangeMethod> methods = [];
        foreach (IkeTransformView t in proposal)
        {
            switch (t.Type)
            {
                case IkeTransformType.Encryption:
                    cipher |= t.Id == (ushort)Cipher.Algorithm && t.KeyBits == SaidKeyBits && !t.HasUnknownAttributes;
                    break;
                case IkeTransformType.Integrity:
                    integrity |= t.Id == (ushort)Integrity;
                    anyIntegrity |= t.Id != (ushort)IntegrityAlgorithm.None;
                    break;
                case IkeTransformType.KeyExchange when t.Id == (ushort)KeyExchangeMethod.None:
                    withoutExchange = true;
                    break;
                case IkeTransformType.KeyExchange:
                    methods.Add((KeyExchangeMethod)t.Id);
                    break;
                case IkeTransformType.ExtendedSequenceNumbers:
                    mentioned = true;
                    with |= t.Id == 1;
                    without |= t.Id == 0;
                    break;
                default:
                    known = false;
                    break;
            }
        }

        bool esn = with && (ExtendedSequenceNumbers || !without);
        suite = new IkeChildSuite(Cipher.Algorithm, Cipher.KeyBits, Integrity, esn);
        bool sound = cipher && known && (Integrity == IntegrityAlgorithm.None ? !anyIntegrity || integrity : integrity) && (with || without || !mentioned) && suite.IsSupported;
        return TryExchange(methods, withoutExchange, exchange, out method) && sound;
    }

    // The peer's own choice, for which it has sent its public value, saves a round; else ours (RFC 7296 §1.3).
    private bool TryExchange(List<KeyExchangeMethod> offered, bool orNone, KeyExchangeMethod? exchange, out KeyExchangeMethod method)
    {
        method = KeyExchangeMethod.None;
        if (exchange is null)
        {
            return true;
        }

        List<KeyExchangeMethod> common = [.. KeyExchange.Count == 0 ? offered.Where(IkeKeyExchange.IsSupported) : KeyExchange.Where(offered.Contains)];
        if (common.Count == 0)
        {
            return KeyExchange.Count == 0 && (offered.Count == 0 || orNone);
        }

        method = common.Contains(exchange.Value) ? exchange.Value : common[0];
        return true;
    }
}

/// <summary>What was chosen for ESP.</summary>
/// <param name="Number">The proposal's number.</param>
/// <param name="PeerSpi">The SPI under which the peer receives.</param>
/// <param name="Suite">The algorithms.</param>
/// <param name="KeyExchange">How keys are exchanged anew, if at all.</param>
internal readonly record struct EspChoice(byte Number, uint PeerSpi, IkeChildSuite Suite, KeyExchangeMethod KeyExchange);
