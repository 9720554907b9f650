using System.Buffers.Binary;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>A cipher and the length of its key.</summary>
/// <param name="Algorithm">The cipher.</param>
/// <param name="KeyBits">Its key in bits.</param>
public readonly record struct IkeCipher(EncryptionAlgorithm Algorithm, int KeyBits);

/// <summary>What may protect an IKE SA: one proposal with its alternatives, in order of preference (RFC 7296 §2.7).</summary>
/// <param name="Encryption">Ciphers: all AEAD or none.</param>
/// <param name="Prf">Pseudorandom functions.</param>
/// <param name="Integrity">Integrity algorithms; empty with AEAD ciphers.</param>
/// <param name="KeyExchange">Key exchange methods.</param>
public sealed record IkeOffer(
    IReadOnlyList<IkeCipher> Encryption, IReadOnlyList<PrfAlgorithm> Prf, IReadOnlyList<IntegrityAlgorithm> Integrity, IReadOnlyList<KeyExchangeMethod> KeyExchange)
{
    /// <summary>Chooses the suite that this side prefers among what the peer offers.</summary>
    internal static bool TryChoose(IReadOnlyList<IkeOffer> ours, SaPayload offered, out IkeSuite suite, out byte number)
    {
        foreach (IkeOffer offer in ours)
        {
            foreach (IkeProposalView proposal in offered)
            {
                if (proposal.Protocol == IkeProtocolId.Ike && proposal.Spi.IsEmpty && offer.TryMatch(proposal, out suite))
                {
                    number = proposal.Number;
                    return true;
                }
            }
        }

        suite = null!;
        number = 0;
        return false;
    }

    internal static void Write(ref IkePayloadWriter writer, IReadOnlyList<IkeOffer> offers)
    {
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        for (int i = 0; i < offers.Count; i++)
        {
            IkeOffer o = offers[i];
            List<IkeTransformView> transforms =
            [
                .. o.Encryption.Select(c => new IkeTransformView(IkeTransformType.Encryption, (ushort)c.Algorithm, (ushort)c.KeyBits, false)),
                .. o.Prf.Select(p => new IkeTransformView(IkeTransformType.PseudorandomFunction, (ushort)p, 0, false)),
                .. o.Integrity.Select(a => new IkeTransformView(IkeTransformType.Integrity, (ushort)a, 0, false)),
                .. o.KeyExchange.Select(k => new IkeTransformView(IkeTransformType.KeyExchange, (ushort)k, 0, false)),
            ];
            WriteProposal(ref writer, (byte)(i + 1), IkeProtocolId.Ike, default, transforms, i + 1 == offers.Count);
        }

        writer.EndPayload();
    }

    internal static void WriteChoice(ref IkePayloadWriter writer, IkeSuite suite, byte number)
    {
        List<IkeTransformView> transforms =
        [
            new(IkeTransformType.Encryption, (ushort)suite.Encryption, (ushort)suite.KeyBits, false),
            new(IkeTransformType.PseudorandomFunction, (ushort)suite.Prf, 0, false),
        ];
        if (suite.Integrity != IntegrityAlgorithm.None)
        {
            transforms.Add(new(IkeTransformType.Integrity, (ushort)suite.Integrity, 0, false));
        }

        transforms.Add(new(IkeTransformType.KeyExchange, (ushort)suite.KeyExchange, 0, false));
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        WriteProposal(ref writer, number, IkeProtocolId.Ike, default, transforms, true);
        writer.EndPayload();
    }

    internal static void WriteProposal(
        ref IkePayloadWriter writer, byte number, IkeProtocolId protocol, scoped ReadOnlySpan<byte> spi, List<IkeTransformView> transforms, bool last)
    {
        int start = writer.BeginProposal(number, protocol, spi, transforms.Count, last);
        for (int i = 0; i < transforms.Count; i++)
        {
            writer.AddTransform(transforms[i].Type, transforms[i].Id, transforms[i].KeyBits, i + 1 == transforms.Count);
        }

        writer.EndProposal(start);
    }

    // RFC 7296 §3.3.6: one transform of each type that the proposal has; a type that we do not know cannot be satisfied.
    private bool TryMatch(IkeProposalView proposal, out IkeSuite suite)
    {
        suite = null!;
        List<IkeTransformView> transforms = [];
        foreach (IkeTransformView transform in proposal)
        {
            if (!transform.HasUnknownAttributes)
            {
                transforms.Add(transform);
            }

            if (transform.Type is < IkeTransformType.Encryption or > IkeTransformType.KeyExchange)
            {
                return false;
            }
        }

        bool Offers(IkeTransformType type, ushort id, int bits = 0) => transforms.Exists(t => t.Type == type && t.Id == id && t.KeyBits == bits);
        bool OffersIntegrity = transforms.Exists(t => t.Type == IkeTransformType.Integrity && t.Id != 0);

        IkeCipher? cipher = Encryption.Cast<IkeCipher?>().FirstOrDefault(c => Offers(IkeTransformType.Encryption, (ushort)c!.Value.Algorithm, c.Value.KeyBits));
        PrfAlgorithm prf = Prf.FirstOrDefault(p => Offers(IkeTransformType.PseudorandomFunction, (ushort)p));
        IntegrityAlgorithm integrity = Integrity.FirstOrDefault(a => Offers(IkeTransformType.Integrity, (ushort)a));
        KeyExchangeMethod method = KeyExchange.FirstOrDefault(k => Offers(IkeTransformType.KeyExchange, (ushort)k));
        if (cipher is null || prf == default || method == KeyExchangeMethod.None || (integrity == IntegrityAlgorithm.None) != (Integrity.Count == 0)
            || (Integrity.Count == 0 && OffersIntegrity))
        {
            return false;
        }

        suite = new IkeSuite(cipher.Value.Algorithm, cipher.Value.KeyBits, prf, integrity, method);
        return suite.IsSupported;
    }
}

/// <summary>What may protect ESP: AES-GCM with a 16-octet ICV (RFC 4106).</summary>
/// <param name="KeyBits">The key in bits: 128, 192 or 256.</param>
/// <param name="ExtendedSequenceNumbers">Whether 64-bit sequence numbers are wanted; a peer without them is met with 32 bits.</param>
public sealed record EspOffer(int KeyBits, bool ExtendedSequenceNumbers = false)
{
    /// <summary>Chooses among what the peer offers.</summary>
    internal static bool TryChoose(IReadOnlyList<EspOffer> ours, SaPayload offered, out EspChoice choice)
    {
        foreach (EspOffer offer in ours)
        {
            foreach (IkeProposalView proposal in offered)
            {
                if (proposal.Protocol == IkeProtocolId.Esp && proposal.Spi.Length == 4 && offer.Matches(proposal, out bool esn))
                {
                    choice = new EspChoice(proposal.Number, BinaryPrimitives.ReadUInt32BigEndian(proposal.Spi), offer.KeyBits, esn);
                    return true;
                }
            }
        }

        choice = default;
        return false;
    }

    internal static void Write(ref IkePayloadWriter writer, IReadOnlyList<EspOffer> offers, uint spi)
    {
        Span<byte> spiOctets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(spiOctets, spi);
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        for (int i = 0; i < offers.Count; i++)
        {
            List<IkeTransformView> transforms = [new(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesGcm16, (ushort)offers[i].KeyBits, false)];
            if (offers[i].ExtendedSequenceNumbers)
            {
                transforms.Add(new(IkeTransformType.ExtendedSequenceNumbers, 1, 0, false));
            }

            transforms.Add(new(IkeTransformType.ExtendedSequenceNumbers, 0, 0, false));
            IkeOffer.WriteProposal(ref writer, (byte)(i + 1), IkeProtocolId.Esp, spiOctets, transforms, i + 1 == offers.Count);
        }

        writer.EndPayload();
    }

    internal static void WriteChoice(ref IkePayloadWriter writer, EspChoice choice, uint spi)
    {
        Span<byte> spiOctets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(spiOctets, spi);
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        IkeOffer.WriteProposal(
            ref writer,
            choice.Number,
            IkeProtocolId.Esp,
            spiOctets,
            [
                new(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesGcm16, (ushort)choice.KeyBits, false),
                new(IkeTransformType.ExtendedSequenceNumbers, choice.ExtendedSequenceNumbers ? (ushort)1 : (ushort)0, 0, false),
            ],
            true);
        writer.EndPayload();
    }

    private bool Matches(IkeProposalView proposal, out bool esn)
    {
        bool cipher = false, without = false, with = false, known = true, mentioned = false;
        foreach (IkeTransformView t in proposal)
        {
            switch (t.Type)
            {
                case IkeTransformType.Encryption:
                    cipher |= t.Id == (ushort)EncryptionAlgorithm.AesGcm16 && t.KeyBits == KeyBits && !t.HasUnknownAttributes;
                    break;
                case IkeTransformType.ExtendedSequenceNumbers:
                    mentioned = true;
                    with |= t.Id == 1;
                    without |= t.Id == 0;
                    break;
                case IkeTransformType.KeyExchange:
                    // The first Child SA makes no key exchange of its own: IKE_AUTH has no KE payload (RFC 7296 §1.2), so groups do not matter.
                    break;
                case IkeTransformType.Integrity:
                    known &= t.Id == 0;
                    break;
                default:
                    known = false;
                    break;
            }
        }

        esn = with && (ExtendedSequenceNumbers || !without);
        return cipher && known && (with || without || !mentioned);
    }
}

/// <summary>What was chosen for ESP.</summary>
/// <param name="Number">The proposal's number.</param>
/// <param name="PeerSpi">The SPI under which the peer receives.</param>
/// <param name="KeyBits">The AES key in bits.</param>
/// <param name="ExtendedSequenceNumbers">Whether sequence numbers have 64 bits.</param>
internal readonly record struct EspChoice(byte Number, uint PeerSpi, int KeyBits, bool ExtendedSequenceNumbers);
