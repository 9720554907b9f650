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
    /// <param name="ours">What may be chosen, in order of preference.</param>
    /// <param name="offered">The peer's offer.</param>
    /// <param name="spiSize">The SPI's octets: none in the first exchange, eight where an IKE SA replaces another (RFC 7296 §3.3.1).</param>
    /// <param name="suite">What was chosen.</param>
    /// <param name="number">The proposal's number.</param>
    /// <param name="peerSpi">The peer's SPI; 0 in the first exchange, where the header has it.</param>
    internal static bool TryChoose(IReadOnlyList<IkeOffer> ours, SaPayload offered, int spiSize, out IkeSuite suite, out byte number, out ulong peerSpi)
    {
        foreach (IkeOffer offer in ours)
        {
            foreach (IkeProposalView proposal in offered)
            {
                if (proposal.Protocol == IkeProtocolId.Ike && proposal.Spi.Length == spiSize && offer.TryMatch(proposal, out suite))
                {
                    number = proposal.Number;
                    peerSpi = spiSize == sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(proposal.Spi) : 0;
                    return true;
                }
            }
        }

        suite = null!;
        number = 0;
        peerSpi = 0;
        return false;
    }

    internal static void Write(ref IkePayloadWriter writer, IReadOnlyList<IkeOffer> offers, scoped ReadOnlySpan<byte> spi = default)
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
            WriteProposal(ref writer, (byte)(i + 1), IkeProtocolId.Ike, spi, transforms, i + 1 == offers.Count);
        }

        writer.EndPayload();
    }

    internal static void WriteChoice(ref IkePayloadWriter writer, IkeSuite suite, byte number, scoped ReadOnlySpan<byte> spi = default)
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
        WriteProposal(ref writer, number, IkeProtocolId.Ike, spi, transforms, true);
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
