namespace Sallyport.Ipsec.Offload;

/// <summary>The places of a TCP header's fields, in octets, and its control bits (RFC 9293 §3.1, RFC 3168 §6.1).</summary>
internal static class TcpHeader
{
    public const int Size = 20;
    public const int LargestSize = 60;
    public const int Sequence = 4;
    public const int Acknowledgment = 8;
    public const int DataOffset = 12;
    public const int Flags = 13;
    public const int Window = 14;
    public const int Checksum = 16;
    public const int Urgent = 18;
    public const byte Fin = 0x01;
    public const byte Push = 0x08;
    public const byte Acknowledge = 0x10;
    public const byte CongestionWindowReduced = 0x80;

    /// <summary>The header's length in octets by its own account, of at least <see cref="Size"/> octets.</summary>
    public static int Length(ReadOnlySpan<byte> header) => (header[DataOffset] >> 4) * 4;
}

/// <summary>The places of a UDP header's fields, in octets (RFC 768).</summary>
internal static class UdpHeader
{
    public const int Size = 8;
    public const int Length = 4;
    public const int Checksum = 6;
}
