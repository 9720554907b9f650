using System.Buffers.Binary;

namespace Sallyport.Esp;

/// <summary>What a datagram on the port that IKE and ESP share is (RFC 3948 §2).</summary>
public enum EspUdpKind
{
    /// <summary>Too short to be anything.</summary>
    Unknown,

    /// <summary>A NAT keepalive: one octet, 0xFF (RFC 3948 §2.3).</summary>
    Keepalive,

    /// <summary>An IKE message behind a non-ESP marker of four zero octets (RFC 3948 §2.2).</summary>
    Ike,

    /// <summary>An ESP packet (RFC 3948 §2.1).</summary>
    Esp,
}

/// <summary>Tells apart what shares UDP port 4500.</summary>
public static class EspUdp
{
    /// <summary>The non-ESP marker in octets.</summary>
    public const int MarkerSize = 4;

    /// <summary>The keepalive's one octet.</summary>
    public const byte Keepalive = 0xff;

    /// <summary>Classifies a datagram.</summary>
    public static EspUdpKind Classify(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < MarkerSize)
        {
            return datagram.Length == 1 && datagram[0] == Keepalive ? EspUdpKind.Keepalive : EspUdpKind.Unknown;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(datagram) == 0 ? EspUdpKind.Ike : EspUdpKind.Esp;
    }
}
