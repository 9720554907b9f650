using System.Buffers.Binary;
using System.Net;

namespace Sallyport.Ipsec.Tests.Devices;

/// <summary>IPv4 packets written here by hand, so that the code under test does not check itself.</summary>
internal static class Packets
{
    public static byte[] Echo(string source, string destination, byte type = 8, ushort identifier = 7, ushort sequence = 1, int size = 32)
    {
        byte[] packet = new byte[28 + size];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 61;
        packet[9] = 1;
        IPAddress.Parse(source).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(destination).TryWriteBytes(packet.AsSpan(16), out _);
        packet[20] = type;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), identifier);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(26), sequence);
        for (int i = 28; i < packet.Length; i++)
        {
            packet[i] = (byte)i;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Sum(packet.AsSpan(0, 20)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), Sum(packet.AsSpan(20)));
        return packet;
    }

    public static ushort Sum(ReadOnlySpan<byte> data)
    {
        int sum = 0;
        for (int i = 0; i < data.Length; i++)
        {
            sum += (i & 1) == 0 ? data[i] << 8 : data[i];
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
