using System.Buffers.Binary;

namespace Sallyport.Eap.Wire;

/// <summary>EAP codes (RFC 3748 §4). An open set.</summary>
public enum EapCode : byte
{
    /// <summary>From the authenticator.</summary>
    Request = 1,

    /// <summary>From the peer.</summary>
    Response = 2,

    /// <summary>The authenticator lets the peer in.</summary>
    Success = 3,

    /// <summary>The authenticator does not.</summary>
    Failure = 4,
}

/// <summary>EAP method types (RFC 3748 §5 and IANA). An open set.</summary>
public enum EapMethodType : byte
{
    /// <summary>None: Success and Failure have no type.</summary>
    None = 0,

    /// <summary>Identity (RFC 3748 §5.1).</summary>
    Identity = 1,

    /// <summary>Notification (RFC 3748 §5.2).</summary>
    Notification = 2,

    /// <summary>Legacy Nak (RFC 3748 §5.3.1), in responses only.</summary>
    Nak = 3,

    /// <summary>MD5-Challenge (RFC 3748 §5.4).</summary>
    Md5Challenge = 4,

    /// <summary>One-Time Password (RFC 3748 §5.5).</summary>
    OneTimePassword = 5,

    /// <summary>Generic Token Card (RFC 3748 §5.6).</summary>
    GenericTokenCard = 6,

    /// <summary>EAP-TLS (RFC 5216).</summary>
    Tls = 13,

    /// <summary>EAP-TTLS (RFC 5281).</summary>
    Ttls = 21,

    /// <summary>PEAP.</summary>
    Peap = 25,

    /// <summary>EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2).</summary>
    MsChapV2 = 26,

    /// <summary>Expanded types (RFC 3748 §5.7).</summary>
    Expanded = 254,
}

/// <summary>Why octets are not a well-formed EAP packet.</summary>
public enum EapParseError
{
    /// <summary>They are.</summary>
    None,

    /// <summary>Shorter than the header.</summary>
    TooShort,

    /// <summary>The Length field is below the header's or beyond the octets.</summary>
    Length,

    /// <summary>A code other than the four (RFC 3748 §4: silently discarded).</summary>
    Code,

    /// <summary>A request or response without its type.</summary>
    MissingType,

    /// <summary>A Success or Failure with data (RFC 3748 §4.2).</summary>
    UnexpectedData,
}

/// <summary>An EAP packet (RFC 3748 §4). Octets beyond its Length are padding of the lower layer and left out (§4.1).</summary>
public readonly ref struct EapPacket
{
    /// <summary>Code, Identifier and Length in octets.</summary>
    public const int HeaderSize = 4;

    private EapPacket(ReadOnlySpan<byte> octets) => Span = octets;

    /// <summary>The packet's octets.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>Request, Response, Success or Failure.</summary>
    public EapCode Code => (EapCode)Span[0];

    /// <summary>Matches responses to requests.</summary>
    public byte Identifier => Span[1];

    /// <summary>The type; none in Success and Failure.</summary>
    public EapMethodType Type => Span.Length > HeaderSize ? (EapMethodType)Span[HeaderSize] : EapMethodType.None;

    /// <summary>What follows the type.</summary>
    public ReadOnlySpan<byte> TypeData => Span.Length > HeaderSize ? Span[(HeaderSize + 1)..] : default;

    /// <summary>Checks octets.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, out EapPacket packet, out EapParseError error)
    {
        packet = default;
        if (octets.Length < HeaderSize)
        {
            error = EapParseError.TooShort;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        EapCode code = (EapCode)octets[0];
        error = length < HeaderSize || length > octets.Length ? EapParseError.Length
            : code switch
            {
                EapCode.Request or EapCode.Response => length > HeaderSize ? EapParseError.None : EapParseError.MissingType,
                EapCode.Success or EapCode.Failure => length == HeaderSize ? EapParseError.None : EapParseError.UnexpectedData,
                _ => EapParseError.Code,
            };
        if (error == EapParseError.None)
        {
            packet = new EapPacket(octets[..length]);
        }

        return error == EapParseError.None;
    }

    /// <summary>Writes a request or response.</summary>
    /// <param name="code">Request or Response.</param>
    /// <param name="identifier">The identifier.</param>
    /// <param name="type">The type.</param>
    /// <param name="typeData">What follows it; may lie in <paramref name="destination"/> from offset 5 on.</param>
    /// <param name="destination">Where the packet goes.</param>
    /// <param name="length">Its octets.</param>
    /// <returns>Whether it fits.</returns>
    public static bool TryWrite(EapCode code, byte identifier, EapMethodType type, ReadOnlySpan<byte> typeData, Span<byte> destination, out int length)
    {
        length = HeaderSize + 1 + typeData.Length;
        if (length > destination.Length || length > ushort.MaxValue)
        {
            return false;
        }

        typeData.CopyTo(destination[(HeaderSize + 1)..]);
        destination[0] = (byte)code;
        destination[1] = identifier;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
        destination[HeaderSize] = (byte)type;
        return true;
    }

    /// <summary>A Success or Failure packet (RFC 3748 §4.2), four octets.</summary>
    public static byte[] Result(EapCode code, byte identifier) => [(byte)code, identifier, 0, HeaderSize];
}
