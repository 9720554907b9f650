using System.Buffers.Binary;
using FsCheck.Xunit;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Tests.Offload;

/// <summary>What is read from a TUN device with offloads becomes the packets that the network would have seen.</summary>
public class PacketSegmentsTests
{
    private static readonly byte[] Options12 = [1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8];
    private static readonly byte[] RouterAlert = [0x94, 4, 0, 0];

    public static TheoryData<bool, bool> Kinds => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Property(MaxTest = 400)]
    public void A_super_packet_becomes_its_packets(bool tcp, bool v6, ushort size, byte segment, byte flags, byte[] payloadSeed, bool options)
    {
        int segmentSize = 1 + (segment * 7);
        TransportPacket whole = new(tcp, v6)
        {
            Payload = TransportPacket.Octets(1 + (size % 60_000), payloadSeed.Length),
            Sequence = uint.MaxValue - size,
            Flags = (byte)(flags & 0xD9),
            Identification = (ushort)(ushort.MaxValue - segment),
            Options = options && tcp ? Options12 : [],
            IpOptions = options ? v6 ? new byte[16] : RouterAlert : [],
            TrafficClass = flags,
        };
        List<byte[]> packets = Cut(whole.Virtio(segmentSize), whole.Build(partial: true));

        Assert.Equal(whole.Cut(segmentSize), packets);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_checksum_of_a_packet_is_completed_in_place(bool tcp, bool v6)
    {
        for (int size = 0; size < 100; size++)
        {
            TransportPacket packet = new(tcp, v6) { Payload = TransportPacket.Octets(size) };
            byte[] octets = packet.Build(partial: true);

            Assert.True(PacketSegments.TryCreate(packet.Virtio(0) with { GsoType = VirtioNetHeader.GsoNone }, octets, out PacketSegments segments));
            Assert.True(segments.IsSingle);
            Assert.Equal(packet.Build(), segments.Single);
        }
    }

    [Fact]
    public void A_packet_without_flags_is_taken_as_it_is_even_one_that_is_no_IP_packet()
    {
        foreach (byte[] octets in (byte[][])[[], [1, 2, 3], new TransportPacket(true, false).Build()])
        {
            Assert.True(PacketSegments.TryCreate(default, (byte[])octets.Clone(), out PacketSegments segments));
            Assert.True(segments.IsSingle);
            Assert.Equal(octets, segments.Single);
            byte[] copy = new byte[octets.Length];
            Assert.True(segments.TryNext(copy, out int length));
            Assert.Equal(octets, copy[..length]);
            Assert.False(segments.TryNext(copy, out length));
        }
    }

    [Fact]
    public void A_UDP_checksum_of_zero_is_sent_as_all_ones()
    {
        // RFC 768. The payload is chosen so that the sum of all is 0xffff.
        TransportPacket packet = new(false, false) { Payload = [0, 0] };
        ushort missing = BinaryPrimitives.ReadUInt16BigEndian(packet.Build().AsSpan(26));
        packet = packet with { Payload = [(byte)(missing >> 8), (byte)missing] };
        byte[] single = packet.Build(partial: true);
        byte[] super = (packet with { Payload = [.. packet.Payload, .. packet.Payload] }).Build(partial: true);

        Assert.True(PacketSegments.TryCreate(packet.Virtio(0) with { GsoType = VirtioNetHeader.GsoNone }, single, out PacketSegments segments));
        Assert.Equal(0xFFFF, BinaryPrimitives.ReadUInt16BigEndian(segments.Single[26..]));
        Assert.All(Cut(packet.Virtio(2), super), p => Assert.Equal(0xFFFF, BinaryPrimitives.ReadUInt16BigEndian(p.AsSpan(26))));
    }

    [Fact]
    public void A_super_packet_of_one_segment_is_a_packet()
    {
        TransportPacket packet = new(true, true) { Payload = TransportPacket.Octets(100) };
        byte[] octets = packet.Build(partial: true);

        Assert.True(PacketSegments.TryCreate(packet.Virtio(100), octets, out PacketSegments segments));
        Assert.True(segments.IsSingle);
        Assert.Equal(packet.Build(), segments.Single);
    }

    [Fact]
    public void A_header_that_lies_about_its_packet_is_refused()
    {
        TransportPacket tcp = new(true, false) { Payload = new byte[100] };
        TransportPacket udp = new(false, false) { Payload = new byte[100] };
        VirtioNetHeader right = tcp.Virtio(10);
        Assert.True(IsAccepted(right, tcp));
        Assert.True(IsAccepted(right with { GsoType = VirtioNetHeader.GsoTcp4 | VirtioNetHeader.GsoEcn }, tcp));
        Assert.True(IsAccepted(right with { HeaderLength = 9999 }, tcp));

        Assert.False(IsAccepted(right with { Flags = 0 }, tcp));
        Assert.False(IsAccepted(right with { SegmentSize = 0 }, tcp));
        Assert.False(IsAccepted(right with { GsoType = VirtioNetHeader.GsoTcp6 }, tcp));
        Assert.False(IsAccepted(right with { GsoType = VirtioNetHeader.GsoUdp }, tcp));
        Assert.False(IsAccepted(right, udp));
        Assert.False(IsAccepted(udp.Virtio(10) with { GsoType = VirtioNetHeader.GsoUdp | VirtioNetHeader.GsoEcn }, udp));
        Assert.False(IsAccepted(right with { GsoType = 3 }, tcp));
        Assert.False(IsAccepted(right with { ChecksumStart = 24 }, tcp));
        Assert.False(IsAccepted(right with { ChecksumOffset = 6 }, tcp));
        Assert.False(IsAccepted(right, tcp with { Payload = [] }));
        Assert.False(IsAccepted(right, tcp with { DontFragment = 0x20 }));
        Assert.False(IsAccepted(new VirtioNetHeader(1, 0, 0, 0, 119, 0), tcp with { Payload = new byte[80] }));
        Assert.True(IsAccepted(new VirtioNetHeader(1, 0, 0, 0, 118, 0), tcp with { Payload = new byte[80] }));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_truncation_and_no_changed_octet_reaches_beyond_the_packet(bool tcp, bool v6)
    {
        TransportPacket whole = new(tcp, v6) { Payload = TransportPacket.Octets(50), Options = tcp ? Options12 : [], IpOptions = v6 ? new byte[8] : RouterAlert };
        byte[] input = new byte[VirtioNetHeader.Size + whole.Headers + 50];
        whole.Virtio(20).Write(input);
        whole.Build(partial: true).CopyTo(input, VirtioNetHeader.Size);
        using GuardedMemory memory = new(4096);
        using GuardedMemory output = new(4096);
        for (int length = VirtioNetHeader.Size; length <= input.Length; length++)
        {
            CutGuarded(input.AsSpan(0, length), memory, output);
        }

        for (int at = 0; at < VirtioNetHeader.Size + whole.Headers; at++)
        {
            foreach (byte value in Others(input[at]))
            {
                byte[] changed = (byte[])input.Clone();
                changed[at] = value;
                CutGuarded(changed, memory, output);
            }
        }
    }

    [Fact]
    public void Cutting_allocates_nothing()
    {
        TransportPacket whole = new(true, false) { Payload = new byte[60_000] };
        VirtioNetHeader header = whole.Virtio(1360);
        byte[] octets = whole.Build(partial: true);
        byte[] destination = new byte[1500];

        Assert.Equal(0, Allocations.Least(() =>
        {
            PacketSegments.TryCreate(header, octets, out PacketSegments segments);
            while (segments.TryNext(destination, out _))
            {
            }
        }));
    }

    /// <summary>What an octet may turn into: any bit flipped, none set, all set, one more and one less.</summary>
    internal static IEnumerable<byte> Others(byte octet) =>
        [.. Enumerable.Range(0, 8).Select(bit => (byte)(octet ^ (1 << bit))), 0, 0xFF, (byte)(octet + 1), (byte)(octet - 1)];

    internal static List<byte[]> Cut(VirtioNetHeader header, Span<byte> octets)
    {
        Assert.True(PacketSegments.TryCreate(header, octets, out PacketSegments segments));
        List<byte[]> packets = [];
        byte[] destination = new byte[segments.LargestLength];
        while (segments.TryNext(destination, out int length))
        {
            packets.Add(destination[..length]);
        }

        Assert.Equal(segments.Count, packets.Count);
        return packets;
    }

    private static bool IsAccepted(VirtioNetHeader header, TransportPacket packet) => PacketSegments.TryCreate(header, packet.Build(partial: true), out _);

    private static void CutGuarded(ReadOnlySpan<byte> input, GuardedMemory memory, GuardedMemory output)
    {
        Span<byte> packet = memory.Last(input.Length - VirtioNetHeader.Size);
        input[VirtioNetHeader.Size..].CopyTo(packet);
        if (!PacketSegments.TryCreate(VirtioNetHeader.Read(input), packet, out PacketSegments segments))
        {
            return;
        }

        int octets = 0;
        Span<byte> destination = output.Last(segments.LargestLength);
        for (int count = 1; segments.TryNext(destination, out int length); count++)
        {
            Assert.True(length <= segments.LargestLength && count <= segments.Count);
            octets += length;
        }

        Assert.True(octets >= packet.Length);
    }
}
