using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>The IKE header (RFC 7296 §3.1): 28 octets in front of every message.</summary>
/// <param name="InitiatorSpi">The original initiator's SPI, never zero.</param>
/// <param name="ResponderSpi">The original responder's SPI; zero in the first request.</param>
/// <param name="NextPayload">The first payload's type.</param>
/// <param name="MajorVersion">2.</param>
/// <param name="MinorVersion">0; others are accepted (RFC 7296 §2.5).</param>
/// <param name="ExchangeType">The exchange.</param>
/// <param name="Flags">Initiator, response, version.</param>
/// <param name="MessageId">Matches responses to requests and finds retransmissions.</param>
/// <param name="Length">The whole message in octets, this header included.</param>
public readonly record struct IkeHeader(
    ulong InitiatorSpi,
    ulong ResponderSpi,
    IkePayloadType NextPayload,
    byte MajorVersion,
    byte MinorVersion,
    IkeExchangeType ExchangeType,
    IkeHeaderBits Flags,
    uint MessageId,
    int Length)
{
    /// <summary>The header's length in octets.</summary>
    public const int Size = 28;

    /// <summary>Whether the original initiator sent the message.</summary>
    public bool IsFromInitiator => (Flags & IkeHeaderBits.Initiator) != 0;

    /// <summary>Whether the message is a response.</summary>
    public bool IsResponse => (Flags & IkeHeaderBits.Response) != 0;

    /// <summary>
    /// Reads the header of a datagram. With <see cref="IkeParseError.UnsupportedVersion"/> the header is filled as far as SPIs, message id and
    /// exchange go, so that INVALID_MAJOR_VERSION can be answered.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out IkeHeader header, out IkeParseError error)
    {
        header = default;
        if (datagram.Length < Size)
        {
            error = IkeParseError.TooShort;
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(datagram[24..]);
        header = new IkeHeader(
            BinaryPrimitives.ReadUInt64BigEndian(datagram),
            BinaryPrimitives.ReadUInt64BigEndian(datagram[8..]),
            (IkePayloadType)datagram[16],
            (byte)(datagram[17] >> 4),
            (byte)(datagram[17] & 0x0f),
            (IkeExchangeType)datagram[18],
            (IkeHeaderBits)datagram[19],
            BinaryPrimitives.ReadUInt32BigEndian(datagram[20..]),
            datagram.Length);
        error = header switch
        {
            { MajorVersion: not 2 } => IkeParseError.UnsupportedVersion,
            { InitiatorSpi: 0 } => IkeParseError.ZeroInitiatorSpi,
            _ => length == (uint)datagram.Length ? IkeParseError.None : IkeParseError.LengthMismatch,
        };
        return error == IkeParseError.None;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Size"/> octets.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, InitiatorSpi);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], ResponderSpi);
        destination[16] = (byte)NextPayload;
        destination[17] = (byte)((MajorVersion << 4) | MinorVersion);
        destination[18] = (byte)ExchangeType;
        destination[19] = (byte)Flags;
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], MessageId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], (uint)Length);
    }
}
