using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Tests.Endpoint;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Session;

public class EspOfferTests
{
    private static readonly EspOffer Gcm256 = new(256);
    private static readonly EspOffer Gcm12 = new(new IkeCipher(EncryptionAlgorithm.AesGcm12, 128));
    private static readonly EspOffer ChaCha = new(new IkeCipher(EncryptionAlgorithm.ChaCha20Poly1305, 256));
    private static readonly EspOffer Gmac = new(new IkeCipher(EncryptionAlgorithm.AesGmac, 192));
    private static readonly EspOffer Cbc = new(new IkeCipher(EncryptionAlgorithm.AesCbc, 256), IntegrityAlgorithm.HmacSha512Trunc256);

    /// <summary>The offer, the numbers on the wire, and one direction's keys in octets (RFC 7296 §2.17).</summary>
    public static TheoryData<EspOffer, string, int> Wire => new()
    {
        { Gcm256, "1:20/256 5:0", 36 },
        { Gcm12, "1:19/128 5:0", 20 },
        { new(new IkeCipher(EncryptionAlgorithm.AesGcm8, 256), ExtendedSequenceNumbers: true), "1:18/256 5:1 5:0", 36 },
        { ChaCha, "1:28 5:0", 36 },
        { Gmac, "1:21/192 5:0", 28 },
        { Cbc, "1:12/256 3:14 5:0", 96 },
        { new(new IkeCipher(EncryptionAlgorithm.AesCbc, 128), IntegrityAlgorithm.HmacSha256Trunc128), "1:12/128 3:12 5:0", 48 },
    };

    [Theory]
    [MemberData(nameof(Wire))]
    public void An_offer_is_written_with_its_numbers_and_chosen_by_one_like_it(EspOffer offer, string numbers, int keySize)
    {
        ArgumentNullException.ThrowIfNull(offer);
        SaPayload sa = Payload(Write([offer], withKeyExchange: false));
        Assert.Equal(numbers, Words(sa));
        Assert.True(EspOffer.TryChoose([Gcm256 with { Cipher = new(EncryptionAlgorithm.AesGcm16, 192) }, offer], sa, null, out EspChoice choice));
        Assert.Equal((1, 0x01020304u), (choice.Number, choice.PeerSpi));
        Assert.Equal(new IkeChildSuite(offer.Cipher.Algorithm, offer.Cipher.KeyBits, offer.Integrity, offer.ExtendedSequenceNumbers), choice.Suite);
        Assert.Equal(keySize, choice.Suite.KeySize);
        Assert.True(offer.IsSupported);
    }

    [Fact]
    public void Our_order_decides_and_what_is_not_configured_is_not_chosen()
    {
        SaPayload all = Payload(Write([Gcm256, ChaCha, Cbc, Gmac], withKeyExchange: false));
        Assert.True(EspOffer.TryChoose([Cbc, Gcm256], all, null, out EspChoice choice));
        Assert.Equal((3, EncryptionAlgorithm.AesCbc), (choice.Number, choice.Suite.Encryption));
        Assert.False(EspOffer.TryChoose([Gcm12], all, null, out _));
        Assert.False(EspOffer.TryChoose([], all, null, out _));
    }

    [Theory]
    [InlineData(false, false, true, false)]
    [InlineData(true, true, true, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, true, false)]
    public void Extended_sequence_numbers_are_taken_where_both_want_them(bool ours, bool theirs, bool agreed, bool extended)
    {
        SaPayload sa = Payload(Write([Gcm256 with { ExtendedSequenceNumbers = theirs }], withKeyExchange: false));
        Assert.Equal(agreed, EspOffer.TryChoose([Gcm256 with { ExtendedSequenceNumbers = ours }], sa, null, out EspChoice choice));
        Assert.Equal(extended, choice.Suite.ExtendedSequenceNumbers);
    }

    [Theory]
    [InlineData(new int[0], new int[0], KeyExchangeMethod.None, true, KeyExchangeMethod.None)]
    [InlineData(new int[0], new[] { 19, 20 }, KeyExchangeMethod.Ecp384, true, KeyExchangeMethod.Ecp384)]
    [InlineData(new int[0], new[] { 19, 20 }, KeyExchangeMethod.None, true, KeyExchangeMethod.Ecp256)]
    [InlineData(new int[0], new[] { 99 }, (KeyExchangeMethod)99, false, KeyExchangeMethod.None)]
    [InlineData(new[] { 20 }, new[] { 19, 20 }, KeyExchangeMethod.Ecp256, true, KeyExchangeMethod.Ecp384)]
    [InlineData(new[] { 20, 19 }, new[] { 19, 20 }, KeyExchangeMethod.Ecp256, true, KeyExchangeMethod.Ecp256)]
    [InlineData(new[] { 20 }, new int[0], KeyExchangeMethod.None, false, KeyExchangeMethod.None)]
    public void A_key_exchange_is_made_where_either_side_wants_one(int[] ours, int[] theirs, KeyExchangeMethod sent, bool agreed, KeyExchangeMethod method)
    {
        SaPayload sa = Payload(Write([Gcm256 with { KeyExchange = [.. theirs.Select(t => (KeyExchangeMethod)t)] }], withKeyExchange: true));
        Assert.Equal(agreed, EspOffer.TryChoose([Gcm256 with { KeyExchange = [.. ours.Select(t => (KeyExchangeMethod)t)] }], sa, sent, out EspChoice choice));
        Assert.Equal(method, choice.KeyExchange);

        // In IKE_AUTH none can be made (RFC 7296 §1.2).
        Assert.True(EspOffer.TryChoose([Gcm256], sa, null, out choice));
        Assert.Equal(KeyExchangeMethod.None, choice.KeyExchange);
    }

    [Fact]
    public void A_choice_that_was_not_offered_is_not_accepted()
    {
        EspChoice choice = new(1, 7, new IkeChildSuite(EncryptionAlgorithm.AesGcm16, 256, ExtendedSequenceNumbers: true), KeyExchangeMethod.Ecp256);
        byte[] answer = Write(choice);
        Assert.False(EspOffer.TryAccept([Gcm256], Payload(answer), KeyExchangeMethod.Ecp256, out _));
        EspOffer extended = Gcm256 with { ExtendedSequenceNumbers = true };
        Assert.True(EspOffer.TryAccept([extended], Payload(answer), KeyExchangeMethod.Ecp256, out _));
        Assert.False(EspOffer.TryAccept([extended], Payload(answer), KeyExchangeMethod.Ecp384, out _));
        Assert.False(EspOffer.TryAccept([extended], Payload(answer), KeyExchangeMethod.None, out _));
    }

    [Fact]
    public void Offers_that_ESP_does_not_have_say_so()
    {
        Assert.False(new EspOffer(512).IsSupported);
        Assert.False(new EspOffer(new IkeCipher(EncryptionAlgorithm.AesCbc, 256)).IsSupported);
        Assert.False(new EspOffer(new IkeCipher(EncryptionAlgorithm.AesGcm16, 256), IntegrityAlgorithm.HmacSha256Trunc128).IsSupported);
        Assert.False((Gcm256 with { KeyExchange = [(KeyExchangeMethod)1] }).IsSupported);
        Assert.Equal("ESP AES-CBC-256 with HmacSha512Trunc256 in 0x00000001 out 0x00000002", new IkeChildSa(1, 2, new(Cbc.Cipher.Algorithm, 256, Cbc.Integrity), [], [], [], []).ToString());
    }

    [Fact]
    public void Every_suite_logs_in_and_renews_its_keys()
    {
        foreach (EspOffer offer in (EspOffer[])[Gcm256, Gcm12, ChaCha, Gmac, Cbc])
        {
            using Pair pair = RekeyTests.Established(out _, gateway: [offer], client: [new EspOffer(192), offer]);
            Assert.Equal(offer.Cipher.Algorithm, pair.Single<SessionEstablishedEvent>(false).Child.Suite.Encryption);
            RekeyTests.StaysUp(pair);
        }
    }

    private static byte[] Write(IReadOnlyList<EspOffer> offers, bool withKeyExchange)
    {
        byte[] buffer = new byte[1024];
        IkePayloadWriter writer = new(buffer);
        EspOffer.Write(ref writer, offers, 0x01020304, withKeyExchange);
        Assert.True(writer.TryComplete(out int length));
        return buffer[4..length];
    }

    private static byte[] Write(EspChoice choice)
    {
        byte[] buffer = new byte[1024];
        IkePayloadWriter writer = new(buffer);
        EspOffer.WriteChoice(ref writer, choice, 0x01020304);
        Assert.True(writer.TryComplete(out int length));
        return buffer[4..length];
    }

    private static SaPayload Payload(byte[] body)
    {
        Assert.True(SaPayload.TryParse(body, out SaPayload sa, out _));
        return sa;
    }

    private static string Words(SaPayload sa)
    {
        List<string> words = [];
        foreach (IkeProposalView proposal in sa)
        {
            foreach (IkeTransformView t in proposal)
            {
                words.Add($"{(byte)t.Type}:{t.Id}" + (t.KeyBits == 0 ? "" : $"/{t.KeyBits}"));
            }
        }

        return string.Join(' ', words);
    }
}
