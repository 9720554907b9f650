using System.Buffers.Binary;

namespace Sallyport.Esp;

/// <summary>The clear part of an ESP packet (RFC 4303 §2): SPI and sequence number. What follows is sealed.</summary>
public readonly ref struct EspPacket
{
    /// <summary>SPI and sequence number in octets.</summary>
    public const int HeaderSize = 8;

    /// <summary>The shortest packet of any suite: header, initialization vector, two octets of padding and two of trailer, a check value of eight.</summary>
    public const int SmallestSize = HeaderSize + 8 + 4 + 8;

    private EspPacket(ReadOnlySpan<byte> octets) => Span = octets;

    /// <summary>The whole packet.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>The SPI, which names the SA at the receiver.</summary>
    public uint Spi => BinaryPrimitives.ReadUInt32BigEndian(Span);

    /// <summary>The low 32 bits of the sequence number.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Span[4..]);

    /// <summary>Checks length and alignment, and that the SPI is none of the reserved ones (RFC 4303 §2.1).</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, out EspPacket packet, out EspError error)
    {
        packet = default;
        error = octets.Length < SmallestSize || octets.Length % 4 != 0 ? EspError.Length
            : BinaryPrimitives.ReadUInt32BigEndian(octets) <= 255 ? EspError.ReservedSpi
            : EspError.None;
        if (error == EspError.None)
        {
            packet = new EspPacket(octets);
        }

        return error == EspError.None;
    }
}

/// <summary>Why an ESP packet was not opened.</summary>
public enum EspError
{
    /// <summary>It was.</summary>
    None,

    /// <summary>Too short, or not a multiple of four octets (RFC 4303 §2.4).</summary>
    Length,

    /// <summary>An SPI from 0 to 255 (RFC 4303 §2.1).</summary>
    ReservedSpi,

    /// <summary>The packet belongs to another SA.</summary>
    OtherSpi,

    /// <summary>Seen before, or older than the window (RFC 4303 §3.4.3).</summary>
    Replay,

    /// <summary>The integrity check failed.</summary>
    IntegrityCheck,

    /// <summary>Genuine, yet its padding is not 1, 2, 3 … or reaches beyond the packet (RFC 4303 §2.4).</summary>
    Padding,

    /// <summary>A dummy packet (next header 59), to be dropped in silence (RFC 4303 §2.6).</summary>
    Dummy,

    /// <summary>What is inside is no IPv4 or IPv6 packet.</summary>
    NextHeader,

    /// <summary>The destination is too small.</summary>
    Destination,
}
