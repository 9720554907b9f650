using Sallyport.Esp.Aead;

namespace Sallyport.Esp;

/// <summary>What encrypts and authenticates.</summary>
public enum EspAlgorithm
{
    /// <summary>AES-GCM (RFC 4106).</summary>
    AesGcm,

    /// <summary>ChaCha20-Poly1305 (RFC 7634).</summary>
    ChaCha20Poly1305,

    /// <summary>AES-GMAC, which authenticates and hides nothing (RFC 4543).</summary>
    AesGmac,

    /// <summary>AES-CBC (RFC 3602), authenticated by HMAC-SHA-256 cut to 128 bits (RFC 4868).</summary>
    AesCbcHmacSha256,

    /// <summary>AES-CBC (RFC 3602), authenticated by HMAC-SHA-384 cut to 192 bits (RFC 4868).</summary>
    AesCbcHmacSha384,

    /// <summary>AES-CBC (RFC 3602), authenticated by HMAC-SHA-512 cut to 256 bits (RFC 4868).</summary>
    AesCbcHmacSha512,
}

/// <summary>What stands in front of an ESP packet on its path.</summary>
public enum EspEncapsulation
{
    /// <summary>An IPv4 header without options.</summary>
    IPv4,

    /// <summary>An IPv4 header without options, and a UDP header (RFC 3948).</summary>
    IPv4Udp,

    /// <summary>An IPv6 header.</summary>
    IPv6,

    /// <summary>An IPv6 header, and a UDP header (RFC 3948).</summary>
    IPv6Udp,
}

/// <summary>How the packets of an SA are protected, and what that costs in octets.</summary>
public sealed record EspSuite
{
    // RFC 4106 §8.1, RFC 7634 §2, RFC 4543 §5: four octets of salt stand behind the key of a combined mode.
    private const int SaltSize = 4;

    private EspSuite(EspAlgorithm algorithm, int icvSize, int integrityKeySize = 0)
    {
        Algorithm = algorithm;
        IcvSize = icvSize;
        IntegrityKeySize = integrityKeySize;
        IvSize = IsCbc ? 16 : 8;
        Alignment = IsCbc ? 16 : 4;
        TextOffset = EspPacket.HeaderSize + IvSize;
    }

    /// <summary>AES-GCM with a check value of 16 octets.</summary>
    public static EspSuite AesGcm16 { get; } = new(EspAlgorithm.AesGcm, 16);

    /// <summary>AES-GCM with a check value of 12 octets.</summary>
    public static EspSuite AesGcm12 { get; } = new(EspAlgorithm.AesGcm, 12);

    /// <summary>AES-GCM with a check value of 8 octets.</summary>
    public static EspSuite AesGcm8 { get; } = new(EspAlgorithm.AesGcm, 8);

    /// <summary>ChaCha20-Poly1305.</summary>
    public static EspSuite ChaCha20Poly1305 { get; } = new(EspAlgorithm.ChaCha20Poly1305, 16);

    /// <summary>AES-GMAC: authentic, not secret.</summary>
    public static EspSuite AesGmac { get; } = new(EspAlgorithm.AesGmac, 16);

    /// <summary>AES-CBC with HMAC-SHA-256-128.</summary>
    public static EspSuite AesCbcHmacSha256 { get; } = new(EspAlgorithm.AesCbcHmacSha256, 16, 32);

    /// <summary>AES-CBC with HMAC-SHA-384-192.</summary>
    public static EspSuite AesCbcHmacSha384 { get; } = new(EspAlgorithm.AesCbcHmacSha384, 24, 48);

    /// <summary>AES-CBC with HMAC-SHA-512-256.</summary>
    public static EspSuite AesCbcHmacSha512 { get; } = new(EspAlgorithm.AesCbcHmacSha512, 32, 64);

    /// <summary>What encrypts and authenticates.</summary>
    public EspAlgorithm Algorithm { get; }

    /// <summary>The integrity check value in octets.</summary>
    public int IcvSize { get; }

    /// <summary>The key of the integrity algorithm in octets, which stands behind the cipher's; 0 where both are one.</summary>
    public int IntegrityKeySize { get; }

    /// <summary>What computes AES-GCM and AES-GMAC.</summary>
    public AesGcmProvider Provider { get; init; }

    /// <summary>The initialization vector in octets.</summary>
    public int IvSize { get; }

    /// <summary>The text is a multiple of so many octets (RFC 4303 §2.4).</summary>
    public int Alignment { get; }

    /// <summary>Where the text begins in a packet: behind SPI, sequence number and initialization vector.</summary>
    public int TextOffset { get; }

    internal bool IsCbc => IntegrityKeySize > 0;

    /// <summary>Whether key material of a length serves: the cipher's key, then the salt or the integrity algorithm's key.</summary>
    public bool IsKeySize(int octets) => (octets - (IsCbc ? IntegrityKeySize : SaltSize)) is var key
        && (Algorithm == EspAlgorithm.ChaCha20Poly1305 ? key == 32 : key is 16 or 24 or 32);

    /// <summary>The length of a sealed packet in octets.</summary>
    /// <param name="innerLength">The inner packet in octets, traffic flow confidentiality padding included.</param>
    public int SealedSize(int innerLength) => TextOffset + ((innerLength + 2 + Alignment - 1) & -Alignment) + IcvSize;

    /// <summary>How long an inner packet may be for its sealed packet to have no more than so many octets; 0 where none fits.</summary>
    /// <param name="sealedLength">The sealed packet in octets: a path's MTU less what is outside of ESP.</param>
    public int LargestInner(int sealedLength) => Math.Max(0, ((sealedLength - TextOffset - IcvSize) & -Alignment) - 2);

    /// <summary>The MTU of a tunnel: how long an inner packet may be for its outer packet to pass a path whole (RFC 4301 §8.2); 0 where none fits. A tunnel that
    /// carries IPv6 must offer 1280 octets, whatever its path does (RFC 8200 §5).</summary>
    /// <param name="pathMtu">The path's MTU in octets: an outer packet, its IP header included.</param>
    /// <param name="encapsulation">What stands in front of the ESP packet.</param>
    public int LargestInner(int pathMtu, EspEncapsulation encapsulation) => LargestInner(pathMtu - OuterSize(encapsulation));

    /// <summary>The length of the outer packet in octets, its IP header included.</summary>
    /// <param name="innerLength">The inner packet in octets, traffic flow confidentiality padding included.</param>
    /// <param name="encapsulation">What stands in front of the ESP packet.</param>
    public int OuterLength(int innerLength, EspEncapsulation encapsulation) => OuterSize(encapsulation) + SealedSize(innerLength);

    private static int OuterSize(EspEncapsulation encapsulation) => encapsulation switch
    {
        EspEncapsulation.IPv4 => 20,
        EspEncapsulation.IPv4Udp => 20 + 8,
        EspEncapsulation.IPv6 => 40,
        EspEncapsulation.IPv6Udp => 40 + 8,
        _ => throw new ArgumentOutOfRangeException(nameof(encapsulation)),
    };
}
