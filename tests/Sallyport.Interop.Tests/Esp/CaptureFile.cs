using System.Buffers.Binary;
using System.Net;

namespace Sallyport.Interop.Tests.Esp;

/// <summary>A capture in libpcap's format, of IPv4 packets without a link layer.</summary>
internal sealed class CaptureFile : IDisposable
{
    private const int RawIp = 101;
    private const byte EspProtocol = 50;
    private readonly BinaryWriter _file;

    public CaptureFile(string path)
    {
        _file = new BinaryWriter(File.Create(path));
        foreach (uint word in (uint[])[0xa1b2c3d4, 0x0004_0002, 0, 0, ushort.MaxValue, RawIp])
        {
            _file.Write(word);
        }
    }

    /// <summary>Adds an ESP packet behind an IPv4 header.</summary>
    public void Add(IPAddress from, IPAddress to, ReadOnlySpan<byte> esp)
    {
        byte[] packet = new byte[20 + esp.Length];
        WriteHeader(packet, packet.Length, EspProtocol, from, to);
        esp.CopyTo(packet.AsSpan(20));
        foreach (int word in (int[])[0, 0, packet.Length, packet.Length])
        {
            _file.Write(word);
        }

        _file.Write(packet);
    }

    /// <summary>An ICMP echo request with so many octets of data.</summary>
    public static byte[] Echo(IPAddress from, IPAddress to, ushort number, int size)
    {
        byte[] packet = new byte[28 + size];
        WriteHeader(packet, packet.Length, 1, from, to);
        Span<byte> message = packet.AsSpan(20);
        message[0] = 8;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], number);
        for (int i = 8; i < message.Length; i++)
        {
            message[i] = (byte)i;
        }

        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message));
        return packet;
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHeader(Span<byte> packet, int length, byte protocol, IPAddress from, IPAddress to)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        packet[8] = 64;
        packet[9] = protocol;
        from.TryWriteBytes(packet[12..], out _);
        to.TryWriteBytes(packet[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(packet[..20]));
    }

    private static ushort Checksum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (int i = 0; i < octets.Length; i += 2)
        {
            sum += (uint)((octets[i] << 8) | (i + 1 < octets.Length ? octets[i + 1] : 0));
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
