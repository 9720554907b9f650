using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Samples.VpnClient;

namespace Sallyport.Samples.Tests.VpnClient;

public class EspProposalTests
{
    [Theory]
    [InlineData("aes256gcm16", EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None, false)]
    [InlineData("aes192gcm12", EncryptionAlgorithm.AesGcm12, 192, IntegrityAlgorithm.None, false)]
    [InlineData("AES128GCM8-ESN", EncryptionAlgorithm.AesGcm8, 128, IntegrityAlgorithm.None, true)]
    [InlineData("aes256gmac", EncryptionAlgorithm.AesGmac, 256, IntegrityAlgorithm.None, false)]
    [InlineData("chacha20poly1305-esn", EncryptionAlgorithm.ChaCha20Poly1305, 256, IntegrityAlgorithm.None, true)]
    [InlineData("aes128-sha256", EncryptionAlgorithm.AesCbc, 128, IntegrityAlgorithm.HmacSha256Trunc128, false)]
    [InlineData("aes192-sha384", EncryptionAlgorithm.AesCbc, 192, IntegrityAlgorithm.HmacSha384Trunc192, false)]
    [InlineData("aes256-sha512-esn", EncryptionAlgorithm.AesCbc, 256, IntegrityAlgorithm.HmacSha512Trunc256, true)]
    public void Words_are_an_offer_that_ESP_has(string words, EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity, bool extended)
    {
        Assert.True(EspProposal.TryParse(words, out EspOffer? offer));
        Assert.Equal((new IkeCipher(cipher, bits), integrity, extended), (offer!.Cipher, offer.Integrity, offer.ExtendedSequenceNumbers));
        Assert.True(offer.IsSupported);
    }

    [Theory]
    [InlineData("")]
    [InlineData("aes256")]
    [InlineData("aes512gcm16")]
    [InlineData("aes256gcm16-sha256")]
    [InlineData("aes256-sha1")]
    [InlineData("aes256gcm16 ")]
    [InlineData("aes256gcm16\n")]
    [InlineData("null")]
    public void Other_words_are_none(string words)
    {
        Assert.False(EspProposal.TryParse(words, out EspOffer? offer));
        Assert.Null(offer);
    }
}
