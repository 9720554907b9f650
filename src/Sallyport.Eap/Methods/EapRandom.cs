namespace Sallyport.Eap.Methods;

/// <summary>Fills a span with random octets of cryptographic quality.</summary>
/// <param name="destination">Filled whole.</param>
public delegate void EapRandom(Span<byte> destination);

/// <summary>The longest packet that a method here writes, in octets; no lower layer carries less (RFC 3748 §3.1 asks for 1020).</summary>
internal static class EapLimits
{
    public const int LargestPacket = 1020;
}
