using System.Buffers.Binary;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.PathMtu;

namespace Sallyport.Fuzz;

/// <summary>Cutting of super-packets and gathering of packets: any octets, and nothing is lost or made up.</summary>
internal static unsafe class OffloadTargets
{
    private const TunOffloads All = TunOffloads.Checksum | TunOffloads.Tcp4 | TunOffloads.Tcp6 | TunOffloads.Udp4 | TunOffloads.Udp6;

    /// <summary>What a TUN device gave: a virtio header and a packet. Whatever is cut has all of the payload, once.</summary>
    public static void Segments(byte[] octets)
    {
        if (octets.Length < VirtioNetHeader.Size)
        {
            return;
        }

        byte[] packet = octets[VirtioNetHeader.Size..];
        if (PacketSegments.TryCreate(VirtioNetHeader.Read(octets), packet, out PacketSegments segments))
        {
            int count = segments.Count;
            int largest = segments.LargestLength;
            List<byte[]> cut = Cut(ref segments);
            Require(cut.Count == count && cut.SkipLast(1).All(p => p.Length == largest) && cut[^1].Length <= largest, "other packets than it announced");

            // Each has the same headers: that is what all together have beyond the super-packet, over and over.
            int headers = count == 1 ? 0 : (cut.Sum(p => p.Length) - packet.Length) / (count - 1);
            Require(cut.SelectMany(p => p[headers..]).SequenceEqual(packet[headers..]), "the payload has changed");
        }
    }

    /// <summary>Packets, each behind its length in two octets, from tunnels: what is gathered and cut again is what came, in the order of each flow.</summary>
    public static void Gathering(byte[] octets)
    {
        PacketCoalescer coalescer = new(All, capacity: 64);
        byte[] memory = GC.AllocateArray<byte>(octets.Length + 1, pinned: true);
        octets.CopyTo(memory, 0);
        List<byte[]> came = [];
        fixed (byte* start = memory)
        {
            for (int at = 0; at + sizeof(ushort) <= octets.Length;)
            {
                int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at)), octets.Length - at - sizeof(ushort));
                at += sizeof(ushort);
                if (!coalescer.Add(start + at, length))
                {
                    break;
                }

                came.Add(octets[at..(at + length)]);
                at += length;
            }

            List<byte[]> went = [];
            while (coalescer.TryTake(out Iovec* pieces, out int count, out int packets, out _))
            {
                List<byte> written = [];
                for (int i = 0; i < count; i++)
                {
                    written.AddRange(new ReadOnlySpan<byte>(pieces[i].Base, (int)pieces[i].Length));
                }

                byte[] all = [.. written];
                Require(PacketSegments.TryCreate(VirtioNetHeader.Read(all), all.AsSpan(VirtioNetHeader.Size), out PacketSegments segments) && segments.Count == packets, "what was gathered is refused");
                went.AddRange(Cut(ref segments));
            }

            ILookup<ulong, string> expected = came.ToLookup(p => FlowPacket.Read(p).Key, Comparable);
            ILookup<ulong, string> actual = went.ToLookup(p => FlowPacket.Read(p).Key, Comparable);
            Require(expected.Count == actual.Count && expected.All(f => f.SequenceEqual(actual[f.Key])), "a flow has changed");
        }
    }

    /// <summary>A limit in two octets and a packet that is longer: fragments have all of its payload, once, and the message to its sender is as long as it may be.</summary>
    public static void Path(byte[] octets)
    {
        if (octets.Length <= sizeof(ushort))
        {
            return;
        }

        int mtu = BinaryPrimitives.ReadUInt16BigEndian(octets);
        byte[] packet = octets[sizeof(ushort)..];
        Span<byte> message = new byte[PacketTooBig.LargestSize];
        PacketFit.Of(packet.Length < 8 ? new byte[8] : packet, packet.Length, mtu);
        Require(!PacketTooBig.TryWrite(packet, mtu, message, out int length) || length is > 28 and <= PacketTooBig.LargestSize, "a message of no such length");
        if (!IPv4Fragments.TryCreate(packet, mtu, out IPv4Fragments fragments) || !IpLayout.TryParse(packet, out IpLayout whole))
        {
            return;
        }

        List<byte> payload = [];
        byte[] destination = new byte[mtu];
        while (fragments.TryNext(destination, out length))
        {
            Require(IpLayout.TryParse(destination.AsSpan(0, length), out IpLayout part) && part.Length == length, "a fragment that is no packet");
            payload.AddRange(destination.AsSpan(part.TransportOffset, length - part.TransportOffset));
        }

        Require(payload.SequenceEqual(packet[whole.TransportOffset..whole.Length]), "the payload has changed");
    }

    private static List<byte[]> Cut(ref PacketSegments segments)
    {
        List<byte[]> packets = [];
        byte[] destination = new byte[segments.LargestLength];
        while (segments.TryNext(destination, out int length))
        {
            packets.Add(destination[..length]);
        }

        return packets;
    }

    // Without IPv4's identification and checksum, as the former means nothing in packets that may not be fragmented, and without the two ways to write
    // a checksum of zero.
    private static string Comparable(byte[] packet)
    {
        FlowPacket flow = FlowPacket.Read(packet);
        if (flow.Kind == TunOffloads.None)
        {
            return Convert.ToHexString(packet);
        }

        byte[] copy = (byte[])packet.Clone();
        if (flow.Transport == IpLayout.IPv4HeaderSize)
        {
            copy.AsSpan(4, 2).Clear();
            copy.AsSpan(10, 2).Clear();
        }

        Span<byte> checksum = copy.AsSpan(flow.Transport + ((flow.Kind & FlowPacket.Tcp) != 0 ? TcpHeader.Checksum : UdpHeader.Checksum), 2);
        if (checksum.IndexOfAnyExcept((byte)0xFF) < 0)
        {
            checksum.Clear();
        }

        return Convert.ToHexString(copy);
    }

    private static void Require(bool right, string otherwise)
    {
        if (!right)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
