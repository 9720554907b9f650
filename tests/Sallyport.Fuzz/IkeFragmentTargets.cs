using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Fuzz;

/// <summary>Fragments of IKE messages (RFC 7383): their payload, their seals, and how they become a message again.</summary>
internal static class IkeFragmentTargets
{
    private static readonly IkeFragmentation Limits = new() { MaximumFragments = 12, MaximumOctets = 300 };
    private static readonly Lazy<SkProtection[]> LazyProtections = new(() =>
    [
        Protection(new IkeSuite(EncryptionAlgorithm.AesGcm16, 128, PrfAlgorithm.HmacSha256, IntegrityAlgorithm.None, KeyExchangeMethod.Ecp256)),
        Protection(new IkeSuite(EncryptionAlgorithm.AesCbc, 128, PrfAlgorithm.HmacSha256, IntegrityAlgorithm.HmacSha256Trunc128, KeyExchangeMethod.Ecp256)),
    ]);

    /// <summary>A datagram; and two numbers with a content, which come out of the seal as they went in, and not at all where an octet was changed.</summary>
    public static void Fragment(byte[] octets)
    {
        byte[] buffer = new byte[octets.Length + 200];
        foreach (SkProtection protection in LazyProtections.Value)
        {
            if (IkeMessage.TryParse(octets, out IkeMessage message, out _) && protection.TryOpenFragment(message, buffer, out IkeOpenedFragment opened, out _))
            {
                Require(opened.Number >= 1 && opened.Number <= opened.Total && opened.Content.Length < octets.Length, "a fragment outside its message");
            }

            if (octets.Length >= 2 && octets[0] >= 1 && octets[0] <= octets[1] && octets.Length < 4096)
            {
                Seal(protection, octets[0], octets[1], octets[2..], buffer);
            }
        }
    }

    /// <summary>Fragments of one message: number, total, first payload's type and length in an octet each, then the content. A plain model says what must come of it.</summary>
    public static void Reassembly(byte[] octets)
    {
        FragmentStore store = new(Limits);
        SortedDictionary<int, byte[]> model = [];
        int modelTotal = 0;
        for (int at = 0; at + 4 <= octets.Length;)
        {
            (byte number, byte total, IkePayloadType first) = (octets[at], octets[at + 1], (IkePayloadType)octets[at + 2]);
            int length = Math.Min(octets[at + 3], octets.Length - at - 4);
            byte[] content = octets[(at + 4)..(at + 4 + length)];
            at += 4 + length;
            bool valid = EncryptedFragmentPayload.TryParse([0, number, 0, total], out EncryptedFragmentPayload payload, out _);
            Require(valid == (number >= 1 && number <= total), "numbers that make no sense");
            if (!valid)
            {
                continue;
            }

            bool taken = store.Judge(payload) is null;
            Require(taken == (total <= Limits.MaximumFragments && total >= modelTotal && !(total == modelTotal && model.ContainsKey(number))), "another fragment was taken than should be");
            if (!taken)
            {
                continue;
            }

            if (total > modelTotal)
            {
                model.Clear();
                modelTotal = total;
            }

            bool fits = model.Values.Sum(c => c.Length) + length <= Limits.MaximumOctets;
            Require(fits == store.Add(new IkeOpenedFragment(default, first, number, total, content), out byte[]? whole, out first) is null, "the limit is another");
            model[number] = content;
            if (!fits || model.Count == total)
            {
                Require((whole is null) == !fits && whole?.SequenceEqual(model.Values.SelectMany(c => c)) != false, "the message is not what was sent");
                SkProtection.TryRead(default, first, whole, out _, out _);
                model.Clear();
                modelTotal = 0;
            }

            Require(store.Octets == model.Values.Sum(c => c.Length), "octets were lost, or kept");
        }
    }

    private static void Seal(SkProtection protection, int number, int total, byte[] content, byte[] buffer)
    {
        byte[] datagram = new byte[protection.FragmentSize(content.Length)];
        IkeHeader header = new(1, 2, IkePayloadType.EncryptedFragment, 2, 0, IkeExchangeType.IkeAuth, IkeHeaderBits.Initiator, 1, 0);
        Require(protection.TrySealFragment(header, IkePayloadType.Nonce, number, total, content, datagram, out int length) && length == datagram.Length, "it does not fit");
        Require(
            IkeMessage.TryParse(datagram, out IkeMessage message, out _)
            && protection.TryOpenFragment(message, buffer, out IkeOpenedFragment opened, out _)
            && opened.Number == number && opened.Total == total && opened.Content.SequenceEqual(content),
            "what was opened is not what was sealed");
        datagram[content.Length == 0 ? ^1 : content[0] % datagram.Length] ^= 1;
        Require(!IkeMessage.TryParse(datagram, out message, out _) || !protection.TryOpenFragment(message, buffer, out _, out _), "a changed fragment was opened");
    }

    // Made on first use, as the others are: under AFL++ nothing may run before.
    private static SkProtection Protection(IkeSuite suite)
    {
        IkeKeys keys = IkeKeys.Derive(suite, new byte[32], new byte[32], new byte[32], 1, 2);
        return new SkProtection(suite, keys.Ei, keys.Ai, s => s.Clear());
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
