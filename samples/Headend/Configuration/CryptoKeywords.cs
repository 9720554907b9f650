namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The router's words for algorithms, and what they mean in IKEv2.</summary>
public static class CryptoKeywords
{
    /// <summary><c>encryption</c>: whether it is AEAD, and its key in bits.</summary>
    public static IReadOnlyDictionary<string, (bool Aead, int KeyBits)> Encryption { get; } = new Dictionary<string, (bool, int)>
    {
        ["aes-cbc-128"] = (false, 128),
        ["aes-cbc-192"] = (false, 192),
        ["aes-cbc-256"] = (false, 256),
        ["aes-gcm-128"] = (true, 128),
        ["aes-gcm-256"] = (true, 256),
    };

    /// <summary><c>integrity</c>: the hash's size in bits.</summary>
    public static IReadOnlyDictionary<string, int> Integrity { get; } = new Dictionary<string, int> { ["sha256"] = 256, ["sha384"] = 384, ["sha512"] = 512 };

    /// <summary><c>prf</c>: the hash's size in bits.</summary>
    public static IReadOnlyDictionary<string, int> Prf => Integrity;

    /// <summary><c>group</c>: MODP 2048 and the NIST curves.</summary>
    public static IReadOnlyDictionary<string, int> Groups { get; } = new Dictionary<string, int> { ["14"] = 14, ["19"] = 19, ["20"] = 20, ["21"] = 21 };
}
