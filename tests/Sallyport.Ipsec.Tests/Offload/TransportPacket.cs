using System.Buffers.Binary;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.Offload;

/// <summary>A packet of TCP or UDP over IPv4 or IPv6, written field by field here, so that the code under test does not check itself.</summary>
internal sealed record TransportPacket(bool Tcp, bool IPv6, byte Host = 1)
{
    public byte[] Payload { get; init; } = [];

    public uint Sequence { get; init; } = 1000;

    public uint Acknowledgment { get; init; } = 77;

    public byte Flags { get; init; } = 0x10;

    public ushort Window { get; init; } = 501;

    public byte[] Options { get; init; } = [];

    /// <summary>IPv4 options, or extension headers of IPv6 without their first octet, which names what follows.</summary>
    public byte[] IpOptions { get; init; } = [];

    public ushort Identification { get; init; } = 9;

    public byte DontFragment { get; init; } = 0x40;

    public byte TimeToLive { get; init; } = 63;

    public byte TrafficClass { get; init; }

    public int Headers => (IPv6 ? 40 : 20) + IpOptions.Length + (Tcp ? 20 + Options.Length : 8);

    public static byte[] Octets(int count, int seed = 1)
    {
        byte[] octets = new byte[count];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    /// <summary>The packet; with <paramref name="partial"/> the checksum field holds the pseudo header's sum, as devices with offloads get it.</summary>
    public byte[] Build(bool partial = false)
    {
        byte[] transport = BuildTransport();
        int checksum = Tcp ? 16 : 6;
        byte[] packet = IPv6 ? BuildIPv6(transport) : BuildIPv4(transport);
        byte[] addresses = IPv6 ? packet[8..40] : packet[12..20];
        byte[] pseudo = [.. addresses, 0, 0, (byte)(transport.Length >> 8), (byte)transport.Length, 0, 0, 0, (byte)(Tcp ? 6 : 17)];
        ushort sum = partial ? (ushort)~Packets.Sum(pseudo) : Packets.Sum([.. pseudo, .. transport]);
        sum = sum == 0 && !Tcp && !partial ? ushort.MaxValue : sum;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(packet.Length - transport.Length + checksum), sum);
        return packet;
    }

    /// <summary>The header of a super-packet of this packet.</summary>
    public VirtioNetHeader Virtio(int segmentSize) => new(
        VirtioNetHeader.NeedsChecksum,
        Tcp ? IPv6 ? VirtioNetHeader.GsoTcp6 : VirtioNetHeader.GsoTcp4 : VirtioNetHeader.GsoUdp,
        0,
        (ushort)segmentSize,
        (ushort)((IPv6 ? 40 : 20) + IpOptions.Length),
        (ushort)(Tcp ? 16 : 6));

    /// <summary>The packets that a super-packet of this packet stands for.</summary>
    public List<byte[]> Cut(int segmentSize)
    {
        List<byte[]> packets = [];
        for (int at = 0; at < Payload.Length; at += segmentSize)
        {
            bool last = at + segmentSize >= Payload.Length;
            int flags = Flags & (at == 0 ? 0xFF : 0x7F) & (last ? 0xFF : ~0x09);
            packets.Add((this with
            {
                Payload = Payload[at..Math.Min(at + segmentSize, Payload.Length)],
                Sequence = Sequence + (uint)at,
                Identification = (ushort)(Identification + packets.Count),
                Flags = (byte)flags,
            }).Build());
        }

        return packets;
    }

    private byte[] BuildTransport()
    {
        byte[] transport = [.. new byte[Tcp ? 20 + Options.Length : 8], .. Payload];
        BinaryPrimitives.WriteUInt16BigEndian(transport, (ushort)(4000 + Host));
        BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(2), 443);
        if (!Tcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(4), (ushort)transport.Length);
            return transport;
        }

        BinaryPrimitives.WriteUInt32BigEndian(transport.AsSpan(4), Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(transport.AsSpan(8), Acknowledgment);
        transport[12] = (byte)((5 + (Options.Length / 4)) << 4);
        transport[13] = Flags;
        BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(14), Window);
        Options.CopyTo(transport, 20);
        return transport;
    }

    private byte[] BuildIPv4(byte[] transport)
    {
        byte[] header = new byte[20 + IpOptions.Length];
        header[0] = (byte)(0x45 + (IpOptions.Length / 4));
        header[1] = TrafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + transport.Length));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), Identification);
        header[6] = DontFragment;
        header[8] = TimeToLive;
        header[9] = (byte)(Tcp ? 6 : 17);
        ((byte[])[10, 1, 2, 3, 10, 9, 8, Host]).CopyTo(header, 12);
        IpOptions.CopyTo(header, 20);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Packets.Sum(header));
        return [.. header, .. transport];
    }

    private byte[] BuildIPv6(byte[] transport)
    {
        byte[] header = new byte[40];
        byte protocol = (byte)(Tcp ? 6 : 17);
        header[0] = (byte)(0x60 | (TrafficClass >> 4));
        header[1] = (byte)(TrafficClass << 4);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(IpOptions.Length + transport.Length));
        header[6] = IpOptions.Length > 0 ? (byte)60 : protocol;
        header[7] = TimeToLive;
        header[8] = 0xFD;
        header[23] = 1;
        header[24] = 0xFD;
        header[39] = Host;
        byte[] extension = [.. IpOptions];
        if (extension.Length > 0)
        {
            // Destination options (RFC 8200 §4.6): the next header, its length in units of eight octets beyond the first, padding.
            (extension[0], extension[1], extension[2], extension[3]) = (protocol, (byte)((extension.Length / 8) - 1), 1, (byte)(extension.Length - 4));
        }

        return [.. header, .. extension, .. transport];
    }
}
