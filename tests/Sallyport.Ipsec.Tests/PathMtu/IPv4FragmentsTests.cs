using System.Buffers.Binary;
using FsCheck.Xunit;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Offload;

namespace Sallyport.Ipsec.Tests.PathMtu;

public class IPv4FragmentsTests
{
    // Record route, which is not copied; a security option, which is (RFC 791 §3.1); padding.
    private static readonly byte[] Options = [7, 7, 4, 0, 0, 0, 0, 130, 4, 1, 2, 0];

    private static TransportPacket Packet(int size, bool options = false) =>
        new(Tcp: false, IPv6: false) { Payload = TransportPacket.Octets(size), DontFragment = 0, IpOptions = options ? Options : [] };

    [Property(MaxTest = 300)]
    public void Fragments_put_together_are_the_packet(ushort size, ushort mtu, bool options, ushort second)
    {
        byte[] packet = Packet(size % 9000, options).Build();
        List<byte[]> fragments = Cut(packet, 68 + (mtu % 3000));

        Assert.All(fragments, f => Assert.True(f.Length <= 68 + (mtu % 3000)));
        Assert.Equal(packet, Join(fragments));

        // A router further on may have to cut again.
        int smaller = 68 + (second % 1500);
        Assert.Equal(packet, Join([.. fragments.SelectMany(f => Cut(f, smaller))]));
    }

    [Fact]
    public void Options_that_are_not_to_be_copied_are_in_the_first_fragment_alone()
    {
        List<byte[]> fragments = Cut(Packet(200, options: true).Build(), 100);

        Assert.Equal(Options, fragments[0][20..32]);
        Assert.Equal((byte)0x48, fragments[0][0]);
        Assert.All(fragments.Skip(1), f => Assert.Equal(([0x46, .. f[1..20], 130, 4, 1, 2]), f[..24]));
    }

    [Fact]
    public void What_may_not_be_fragmented_or_is_broken_is_not()
    {
        Assert.False(IPv4Fragments.TryCreate((Packet(500) with { DontFragment = 0x40 }).Build(), 200, out _));
        Assert.False(IPv4Fragments.TryCreate((Packet(500) with { IPv6 = true }).Build(), 200, out _));
        Assert.False(IPv4Fragments.TryCreate(Packet(500).Build(), 67, out _));
        foreach (byte[] broken in (byte[][])[[7, 0, 0, 0], [7, 1, 0, 0], [7, 5, 0, 0], [1, 1, 1, 7]])
        {
            Assert.False(IPv4Fragments.TryCreate((Packet(500) with { IpOptions = broken }).Build(), 200, out _));
        }

        // The last octet of all would have no offset.
        byte[] last = Packet(500).Build();
        BinaryPrimitives.WriteUInt16BigEndian(last.AsSpan(6), 0x1FFF);
        Assert.False(IPv4Fragments.TryCreate(last, 200, out _));
    }

    [Fact]
    public void No_truncation_and_no_changed_octet_throws_or_makes_a_fragment_too_long()
    {
        byte[] packet = Packet(300, options: true).Build();
        for (int length = 0; length < packet.Length; length++)
        {
            Try(packet.AsSpan(0, length));
        }

        for (int at = 0; at < 32; at++)
        {
            foreach (byte value in PacketSegmentsTests.Others(packet[at]))
            {
                byte[] changed = (byte[])packet.Clone();
                changed[at] = value;
                Try(changed);
            }
        }
    }

    [Fact]
    public void Cutting_allocates_nothing()
    {
        byte[] packet = Packet(1400).Build();
        byte[] destination = new byte[576];

        Assert.Equal(0, Allocations.Least(() =>
        {
            IPv4Fragments.TryCreate(packet, 576, out IPv4Fragments fragments);
            while (fragments.TryNext(destination, out _))
            {
            }
        }));
    }

    private static void Try(ReadOnlySpan<byte> packet)
    {
        Span<byte> destination = stackalloc byte[100];
        if (IPv4Fragments.TryCreate(packet, 100, out IPv4Fragments fragments))
        {
            int count = 0;
            while (fragments.TryNext(destination, out int length))
            {
                Assert.InRange(length, 21, 100);
                Assert.True(++count < 20);
            }
        }
    }

    private static List<byte[]> Cut(byte[] packet, int mtu)
    {
        Assert.True(IPv4Fragments.TryCreate(packet, mtu, out IPv4Fragments fragments));
        List<byte[]> cut = [];
        byte[] destination = new byte[mtu];
        while (fragments.TryNext(destination, out int length))
        {
            cut.Add(destination[..length]);
        }

        return cut;
    }

    // RFC 791 §3.2, the receiver's side.
    private static byte[] Join(List<byte[]> fragments)
    {
        List<byte> payload = [];
        foreach (byte[] fragment in fragments)
        {
            int header = (fragment[0] & 15) * 4;
            int flags = BinaryPrimitives.ReadUInt16BigEndian(fragment.AsSpan(6));
            Assert.Equal(0, Packets.Sum(fragment.AsSpan(0, header)));
            Assert.Equal(fragment.Length, BinaryPrimitives.ReadUInt16BigEndian(fragment.AsSpan(2)));
            Assert.Equal(payload.Count, (flags & 0x1FFF) * 8);
            Assert.Equal(fragment != fragments[^1], (flags & 0x2000) != 0);
            payload.AddRange(fragment[header..]);
        }

        byte[] first = fragments[0][..((fragments[0][0] & 15) * 4)];
        BinaryPrimitives.WriteUInt16BigEndian(first.AsSpan(2), (ushort)(first.Length + payload.Count));
        BinaryPrimitives.WriteUInt16BigEndian(first.AsSpan(6), 0);
        BinaryPrimitives.WriteUInt16BigEndian(first.AsSpan(10), 0);
        BinaryPrimitives.WriteUInt16BigEndian(first.AsSpan(10), Packets.Sum(first));
        return [.. first, .. payload];
    }
}
