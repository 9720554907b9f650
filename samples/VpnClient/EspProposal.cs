using System.Globalization;
using System.Text.RegularExpressions;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Samples.VpnClient;

/// <summary>What may protect the tunnel's packets, in the words of strongSwan's <c>esp_proposals</c>: <c>aes256gcm16</c>, <c>aes128gmac</c>,
/// <c>chacha20poly1305</c>, <c>aes256-sha512</c>, each with or without <c>-esn</c>.</summary>
public static partial class EspProposal
{
    /// <summary>What may be written, for people.</summary>
    public const string Known = "aes128, aes192 or aes256 with gcm8, gcm12, gcm16, gmac, -sha256, -sha384 or -sha512 behind it, or chacha20poly1305; then -esn for sequence numbers of 64 bits";

    /// <summary>Reads a proposal.</summary>
    /// <param name="text">The words.</param>
    /// <param name="offer">The offer.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out EspOffer? offer)
    {
        Match match = Words().Match(text);
        if (!match.Success)
        {
            offer = null;
            return false;
        }

        int bits = match.Groups["bits"].Success ? int.Parse(match.Groups["bits"].Value, CultureInfo.InvariantCulture) : 256;
        (EncryptionAlgorithm cipher, IntegrityAlgorithm integrity) = match.Groups["mode"].Value.ToLowerInvariant() switch
        {
            "gcm8" => (EncryptionAlgorithm.AesGcm8, IntegrityAlgorithm.None),
            "gcm12" => (EncryptionAlgorithm.AesGcm12, IntegrityAlgorithm.None),
            "gcm16" => (EncryptionAlgorithm.AesGcm16, IntegrityAlgorithm.None),
            "gmac" => (EncryptionAlgorithm.AesGmac, IntegrityAlgorithm.None),
            "-sha256" => (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha256Trunc128),
            "-sha384" => (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha384Trunc192),
            "-sha512" => (EncryptionAlgorithm.AesCbc, IntegrityAlgorithm.HmacSha512Trunc256),
            _ => (EncryptionAlgorithm.ChaCha20Poly1305, IntegrityAlgorithm.None),
        };
        offer = new EspOffer(new IkeCipher(cipher, bits), integrity, match.Groups["esn"].Success);
        return true;
    }

    [GeneratedRegex("^(?:aes(?<bits>128|192|256)(?<mode>gcm8|gcm12|gcm16|gmac|-sha256|-sha384|-sha512)|chacha20poly1305)(?<esn>-esn)?\\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
