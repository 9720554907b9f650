using System.Buffers.Binary;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Devices;

/// <summary>An ICMP echo message in an IPv4 packet (RFC 791 §3.1, RFC 792), checked whole: lengths and both checksums.</summary>
internal readonly ref struct IcmpEcho
{
    public const byte Request = 8;
    public const byte Reply = 0;
    public const int HeaderSize = 20;
    public const int EchoHeaderSize = 8;
    private const byte IcmpProtocol = 1;
    private const byte InitialTimeToLive = 64;

    private IcmpEcho(ReadOnlySpan<byte> header, ReadOnlySpan<byte> message)
    {
        Source = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        Destination = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        Type = message[0];
        Identifier = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        Sequence = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        Data = message[EchoHeaderSize..];
    }

    public uint Source { get; }

    public uint Destination { get; }

    public byte Type { get; }

    public ushort Identifier { get; }

    public ushort Sequence { get; }

    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads an unfragmented echo request or reply; anything else is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out IcmpEcho echo)
    {
        echo = default;
        if (packet.Length < HeaderSize || packet[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (packet[0] & 0xF) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (headerLength < HeaderSize || totalLength > packet.Length || totalLength < headerLength + EchoHeaderSize)
        {
            return false;
        }

        ReadOnlySpan<byte> header = packet[..headerLength];
        ReadOnlySpan<byte> message = packet[headerLength..totalLength];
        bool fragment = (BinaryPrimitives.ReadUInt16BigEndian(header[6..]) & 0x3FFF) != 0;
        if (fragment
            || header[9] != IcmpProtocol
            || message[0] is not (Request or Reply)
            || message[1] != 0
            || InternetChecksum.Compute(header) != 0
            || InternetChecksum.Compute(message) != 0)
        {
            return false;
        }

        echo = new IcmpEcho(header, message);
        return true;
    }

    /// <summary>Writes a whole packet: IPv4 header without options, ICMP header and data.</summary>
    /// <returns>The packet's length in octets.</returns>
    public static int Write(Span<byte> packet, byte type, uint source, uint destination, ushort identifier, ushort sequence, ReadOnlySpan<byte> data)
    {
        int length = HeaderSize + EchoHeaderSize + data.Length;
        Span<byte> header = packet[..HeaderSize];
        Span<byte> message = packet[HeaderSize..length];
        header.Clear();
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        header[8] = InitialTimeToLive;
        header[9] = IcmpProtocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Compute(header));

        message[..EchoHeaderSize].Clear();
        message[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], sequence);
        data.CopyTo(message[EchoHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Compute(message));
        return length;
    }
}
