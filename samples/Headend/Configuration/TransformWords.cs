using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The words of a transform set: a cipher with its key's length, and with AES-CBC a hash, in any order.</summary>
internal static class TransformWords
{
    private const string Right = "'esp-gcm 256', 'esp-gmac 256' or 'esp-aes 256 esp-sha256-hmac' should stand here, with 128, 192 or 256 for the key";

    private static readonly Dictionary<string, EncryptionAlgorithm> Ciphers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["esp-gcm"] = EncryptionAlgorithm.AesGcm16,
        ["esp-gmac"] = EncryptionAlgorithm.AesGmac,
        ["esp-aes"] = EncryptionAlgorithm.AesCbc,
    };

    private static readonly Dictionary<string, IntegrityAlgorithm> Hashes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["esp-sha256-hmac"] = IntegrityAlgorithm.HmacSha256Trunc128,
        ["esp-sha384-hmac"] = IntegrityAlgorithm.HmacSha384Trunc192,
        ["esp-sha512-hmac"] = IntegrityAlgorithm.HmacSha512Trunc256,
    };

    public static TransformSet Read(IosLine line, int at)
    {
        IkeCipher? cipher = null;
        IntegrityAlgorithm hash = IntegrityAlgorithm.None;
        line.Word(at, Right);
        for (int i = at; i < line.Words.Count; i++)
        {
            if (cipher is null && Ciphers.TryGetValue(line.Words[i], out EncryptionAlgorithm algorithm))
            {
                bool sized = i + 1 < line.Words.Count && char.IsAsciiDigit(line.Words[i + 1][0]);
                cipher = new IkeCipher(algorithm, sized ? KeyBits(line, ++i) : 128);
            }
            else if (hash != IntegrityAlgorithm.None || !Hashes.TryGetValue(line.Words[i], out hash))
            {
                throw line.Error($"the transform '{line.Words[i]}' is not supported; {Right}");
            }
        }

        return (cipher, hash) switch
        {
            (null, _) => throw line.Error($"no cipher; {Right}"),
            ({ Algorithm: EncryptionAlgorithm.AesCbc }, IntegrityAlgorithm.None) =>
                throw line.Error("'esp-aes' alone protects nobody from changed packets (RFC 8221 §4); name 'esp-sha256-hmac', 'esp-sha384-hmac' or 'esp-sha512-hmac' too"),
            ({ Algorithm: not EncryptionAlgorithm.AesCbc }, not IntegrityAlgorithm.None) => throw line.Error("a hash goes with 'esp-aes' only: 'esp-gcm' and 'esp-gmac' authenticate by themselves"),
            _ => new TransformSet(line, cipher.Value, hash),
        };
    }

    /// <summary><c>group19</c>: a group of key exchange.</summary>
    public static KeyExchangeMethod Group(IosLine line, int at)
    {
        string word = line.Word(at, "a group, such as group19");
        return word.StartsWith("group", StringComparison.OrdinalIgnoreCase) && CryptoKeywords.Groups.TryGetValue(word[5..], out KeyExchangeMethod method)
            ? method
            : throw line.Error($"'{word}' is not supported; one of {string.Join(", ", CryptoKeywords.Groups.Keys.Select(g => "group" + g))} should stand here");
    }

    private static int KeyBits(IosLine line, int at)
    {
        int bits = IosValues.Number(line, at, "a key length in bits", 128, 256);
        return bits is 128 or 192 or 256 ? bits : throw line.Error($"AES has no key of {bits} bits; 128, 192 or 256 should stand here");
    }
}
