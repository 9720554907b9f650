using System.Buffers.Binary;

namespace Sallyport.Esp;

/// <summary>The ECN field of an IP header (RFC 3168 §5).</summary>
public enum EcnCodepoint
{
    /// <summary>The transport knows no ECN.</summary>
    NotEct,

    /// <summary>The transport knows ECN, ECT(1).</summary>
    Ect1,

    /// <summary>The transport knows ECN, ECT(0).</summary>
    Ect0,

    /// <summary>Congestion experienced.</summary>
    Ce,
}

/// <summary>What the end of a tunnel makes of an outer header's ECN field.</summary>
public enum EcnOutcome
{
    /// <summary>The inner header stays as it is.</summary>
    Kept,

    /// <summary>The inner header has got the outer one's mark.</summary>
    Marked,

    /// <summary>The packet is to be dropped: it met congestion, and its transport could not be told otherwise.</summary>
    Drop,
}

/// <summary>The header of a packet inside a tunnel, and what its end brings into it from the outer one (RFC 6040 §4.2).</summary>
public static class InnerHeader
{
    internal const int EcnMask = 3;
    private const int IPv4Size = 20;
    private const int IPv6Size = 40;

    // RFC 6040 figure 4: a row of outer codepoints for each inner one, both in the order of their numbers; Drop is what no codepoint is.
    private const byte Dropped = 4;

    private static ReadOnlySpan<byte> Combined =>
    [
        /* inner \ outer    Not-ECT                     ECT(1)                      ECT(0)                      CE */
        /* Not-ECT */ (byte)EcnCodepoint.NotEct, (byte)EcnCodepoint.NotEct, (byte)EcnCodepoint.NotEct, Dropped,
        /* ECT(1)  */ (byte)EcnCodepoint.Ect1, (byte)EcnCodepoint.Ect1, (byte)EcnCodepoint.Ect1, (byte)EcnCodepoint.Ce,
        /* ECT(0)  */ (byte)EcnCodepoint.Ect0, (byte)EcnCodepoint.Ect1, (byte)EcnCodepoint.Ect0, (byte)EcnCodepoint.Ce,
        /* CE      */ (byte)EcnCodepoint.Ce, (byte)EcnCodepoint.Ce, (byte)EcnCodepoint.Ce, (byte)EcnCodepoint.Ce,
    ];

    /// <summary>The ECN field that a packet leaves a tunnel with.</summary>
    /// <param name="outer">The outer header's.</param>
    /// <param name="inner">The inner header's.</param>
    /// <param name="combined">What the inner header is to have.</param>
    /// <returns>Whether there is one: false where the packet is to be dropped.</returns>
    public static bool TryCombine(EcnCodepoint outer, EcnCodepoint inner, out EcnCodepoint combined)
    {
        byte entry = Combined[(((int)inner & EcnMask) << 2) | ((int)outer & EcnMask)];
        combined = (EcnCodepoint)(entry & EcnMask);
        return entry != Dropped;
    }

    /// <summary>Whether no tunnel that keeps to RFC 6040 makes such a pair: something to log, or to raise an alarm about (RFC 6040 §4.2).</summary>
    /// <param name="outer">The outer header's ECN field.</param>
    /// <param name="inner">The inner header's.</param>
    public static bool IsUnexpected(EcnCodepoint outer, EcnCodepoint inner) =>
        (inner == EcnCodepoint.NotEct && outer != EcnCodepoint.NotEct) || (inner == EcnCodepoint.Ce && outer == EcnCodepoint.Ect1);

    /// <summary>
    /// Brings the outer header's ECN field into the inner packet, in place, with its checksum where it has one. DSCP stays the inner packet's
    /// (RFC 4301 §5.1.2.1).
    /// </summary>
    /// <param name="inner">The packet that was opened.</param>
    /// <param name="outerTrafficClass">The octet that was IPv4's Type of Service or IPv6's Traffic Class in the outer header.</param>
    /// <returns>What came of it; what is no IP packet is to be dropped.</returns>
    public static EcnOutcome Decapsulate(Span<byte> inner, byte outerTrafficClass)
    {
        int version = Version(inner);
        EcnCodepoint before = version == 0 ? default : (EcnCodepoint)(TrafficClass(inner) & EcnMask);
        if (version == 0 || !TryCombine((EcnCodepoint)(outerTrafficClass & EcnMask), before, out EcnCodepoint after))
        {
            return EcnOutcome.Drop;
        }

        if (after == before)
        {
            return EcnOutcome.Kept;
        }

        if (version == 6)
        {
            inner[1] = (byte)((inner[1] & ~0x30) | ((int)after << 4));
            return EcnOutcome.Marked;
        }

        ushort old = BinaryPrimitives.ReadUInt16BigEndian(inner);
        inner[1] = (byte)((inner[1] & ~EcnMask) | (int)after);
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(inner[10..]);
        BinaryPrimitives.WriteUInt16BigEndian(inner[10..], Adjust(checksum, old, BinaryPrimitives.ReadUInt16BigEndian(inner)));
        return EcnOutcome.Marked;
    }

    // 4 or 6; 0 for what is neither, or too short.
    internal static int Version(ReadOnlySpan<byte> packet) => packet.IsEmpty ? 0 : (packet[0] >> 4) switch
    {
        4 when packet.Length >= IPv4Size => 4,
        6 when packet.Length >= IPv6Size => 6,
        _ => 0,
    };

    // RFC 791 §3.1: the second octet. RFC 8200 §3: the eight bits behind the version.
    internal static int TrafficClass(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4 ? packet[1] : (BinaryPrimitives.ReadUInt16BigEndian(packet) >> 4) & 0xff;

    // RFC 1624 §3, equation 3: the checksum of a header in which one word of 16 bits has changed.
    private static ushort Adjust(ushort checksum, ushort old, ushort changed)
    {
        uint sum = (uint)(ushort)~checksum + (ushort)~old + changed;
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
