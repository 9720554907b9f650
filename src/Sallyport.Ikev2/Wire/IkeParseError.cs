namespace Sallyport.Ikev2.Wire;

/// <summary>Why octets are not a well-formed IKE message or payload.</summary>
public enum IkeParseError
{
    /// <summary>They are.</summary>
    None,

    /// <summary>Shorter than the fixed header asks for.</summary>
    TooShort,

    /// <summary>The length in the IKE header is not the datagram's.</summary>
    LengthMismatch,

    /// <summary>The major version is not 2 (RFC 7296 §2.5).</summary>
    UnsupportedVersion,

    /// <summary>The initiator's SPI is zero (RFC 7296 §3.1).</summary>
    ZeroInitiatorSpi,

    /// <summary>A payload's length is below its header's or beyond the message's end.</summary>
    PayloadLength,

    /// <summary>An Encrypted payload is not the last one (RFC 7296 §3.14).</summary>
    PayloadAfterEncrypted,

    /// <summary>Octets follow the last payload.</summary>
    TrailingOctets,

    /// <summary>More payloads, proposals, transforms, selectors or attributes than the limit.</summary>
    TooMany,

    /// <summary>A field of the payload has a value that its syntax does not allow.</summary>
    Malformed,
}

/// <summary>How much a message may hold. The defaults are far above what peers send.</summary>
/// <param name="Payloads">Payloads in one chain.</param>
/// <param name="Proposals">Proposals in an SA payload.</param>
/// <param name="Transforms">Transforms in a proposal.</param>
/// <param name="Items">Traffic selectors or configuration attributes in a payload, SPIs in a Delete.</param>
public readonly record struct IkeLimits(int Payloads, int Proposals, int Transforms, int Items)
{
    /// <summary>48 payloads, 32 proposals, 64 transforms, 256 items.</summary>
    public static IkeLimits Default => new(48, 32, 64, 256);
}
