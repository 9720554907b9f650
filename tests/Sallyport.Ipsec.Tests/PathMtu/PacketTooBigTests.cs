using System.Buffers.Binary;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Offload;

namespace Sallyport.Ipsec.Tests.PathMtu;

public class PacketTooBigTests
{
    private static readonly byte[] Message = new byte[PacketTooBig.LargestSize];

    [Theory]
    [InlineData(100)]
    [InlineData(1400)]
    public void The_sender_of_an_IPv4_packet_gets_fragmentation_needed_with_its_packet_and_the_MTU(int size)
    {
        byte[] packet = new TransportPacket(true, false) { Payload = TransportPacket.Octets(size) }.Build();

        Assert.True(PacketTooBig.TryWrite(packet, 1218, Message, out int length));

        byte[] message = Message[..length];
        Assert.Equal(Math.Min(576, 28 + packet.Length), length);
        Assert.Equal(0, Packets.Sum(message.AsSpan(0, 20)));
        Assert.Equal(0, Packets.Sum(message.AsSpan(20)));
        Assert.Equal(length, BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(2)));
        Assert.Equal([.. packet[16..20], .. packet[12..16]], message[12..20]);
        Assert.Equal((byte)1, message[9]);
        Assert.Equal([3, 4], message[20..22]);
        Assert.Equal([0, 0, 1218 >> 8, 1218 & 255], message[24..28]);
        Assert.Equal(packet[..(length - 28)], message[28..]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1400)]
    public void The_sender_of_an_IPv6_packet_gets_packet_too_big(int size)
    {
        byte[] packet = new TransportPacket(false, true) { Payload = TransportPacket.Octets(size) }.Build();

        Assert.True(PacketTooBig.TryWrite(packet, 1280, Message, out int length));

        byte[] message = Message[..length];
        Assert.Equal(Math.Min(1280, 48 + packet.Length), length);
        Assert.Equal((0x60, length - 40, 58), (message[0], BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(4)), message[6]));
        Assert.Equal([.. packet[24..40], .. packet[8..24]], message[8..40]);
        Assert.Equal([2, 0], message[40..42]);
        Assert.Equal([0, 0, 5, 0], message[44..48]);
        Assert.Equal(packet[..(length - 48)], message[48..]);
        Assert.Equal(0, Packets.Sum([.. message[8..40], 0, 0, (byte)((length - 40) >> 8), (byte)(length - 40), 0, 0, 0, 58, .. message[40..]]));
    }

    [Fact]
    public void Errors_later_fragments_and_what_has_no_single_sender_and_receiver_get_no_answer()
    {
        TransportPacket tcp = new(true, false) { Payload = new byte[100] };
        TransportPacket v6 = new(true, true) { Payload = new byte[100] };
        Assert.True(IsAnswered(tcp.Build()));
        Assert.True(IsAnswered(v6.Build()));
        Assert.True(IsAnswered(Packets.Echo("10.0.0.1", "10.0.0.2")));

        Assert.False(IsAnswered(Packets.Echo("10.0.0.1", "10.0.0.2", type: 3)));
        Assert.False(IsAnswered(Packets.Echo("10.0.0.1", "224.0.0.1")));
        Assert.False(IsAnswered(Packets.Echo("0.0.0.0", "10.0.0.2")));
        Assert.False(IsAnswered(Packets.Echo("10.0.0.1", "255.255.255.255")));
        Assert.False(IsAnswered(Changed(tcp.Build(), 7, 1)));
        Assert.True(IsAnswered(Changed(tcp.Build(), 6, 0x20)));
        Assert.False(IsAnswered(Changed(v6.Build(), 24, 0xFF)));
        Assert.False(IsAnswered(Changed(v6.Build(), 8, 0xFF)));
        byte[] error = Changed(v6.Build(), 6, 58);
        Assert.False(IsAnswered(Changed(error, 40, 1)));
        Assert.True(IsAnswered(Changed(error, 40, 128)));
        Assert.False(IsAnswered(Changed(error, 40, 137)));

        // A fragment's header names what is in the first of them; what a later one belongs to nobody can tell.
        byte[] fragment = Changed(v6.Build(), 6, 44);
        (fragment[40], fragment[42], fragment[43], fragment[48]) = (58, 0, 1, 1);
        Assert.False(IsAnswered(fragment));
        Assert.True(IsAnswered(Changed(fragment, 48, 128)));
        Assert.True(IsAnswered(Changed(fragment, 42, 1)));
        byte[] unspecified = v6.Build();
        unspecified.AsSpan(8, 16).Clear();
        Assert.False(IsAnswered(unspecified));
    }

    [Fact]
    public void No_truncation_and_no_changed_octet_throws_and_writing_allocates_nothing()
    {
        foreach (bool v6 in (bool[])[false, true])
        {
            byte[] packet = new TransportPacket(true, v6) { Payload = new byte[20], IpOptions = new byte[8] }.Build();
            for (int length = 0; length <= packet.Length; length++)
            {
                PacketTooBig.TryWrite(packet.AsSpan(0, length), 1280, Message, out _);
            }

            for (int at = 0; at < packet.Length; at++)
            {
                foreach (byte value in PacketSegmentsTests.Others(packet[at]))
                {
                    PacketTooBig.TryWrite(Changed(packet, at, value), 1280, Message, out _);
                }
            }

            Assert.Equal(0, Allocations.Least(() => PacketTooBig.TryWrite(packet, 1280, Message, out _)));
        }
    }

    [Fact]
    public void What_a_path_takes_decides_what_becomes_of_a_packet()
    {
        byte[] v4 = new TransportPacket(true, false).Build();
        byte[] fragmentable = (new TransportPacket(true, false) with { DontFragment = 0 }).Build();
        byte[] v6 = new TransportPacket(true, true).Build();

        Assert.Equal(new PacketFit(PacketFitAction.Seal, 1400), PacketFit.Of(v4, 1400, 1400));
        Assert.Equal(new PacketFit(PacketFitAction.Refuse, 1400), PacketFit.Of(v4, 1401, 1400));
        Assert.Equal(new PacketFit(PacketFitAction.Fragment, 1400), PacketFit.Of(fragmentable, 1401, 1400));
        Assert.Equal(new PacketFit(PacketFitAction.Seal, 1400), PacketFit.Of(v6, 1400, 1400));
        Assert.Equal(new PacketFit(PacketFitAction.Refuse, 1400), PacketFit.Of(v6, 1401, 1400));

        // RFC 8200 §5: a tunnel over a path of 1280 octets still carries 1280 of IPv6, in fragments of its own.
        Assert.Equal(new PacketFit(PacketFitAction.SealForFragments, 1280), PacketFit.Of(v6, 1280, 1218));
        Assert.Equal(new PacketFit(PacketFitAction.Refuse, 1280), PacketFit.Of(v6, 1281, 1218));
        Assert.Equal(new PacketFit(PacketFitAction.SealForFragments, 68), PacketFit.Of(v4, 68, 0));
        Assert.Equal(new PacketFit(PacketFitAction.Refuse, 68), PacketFit.Of(v4, 69, 0));
    }

    [Fact]
    public void Messages_are_so_many_at_once_and_then_so_many_a_second()
    {
        MessageBudget budget = new(burst: 3, perSecond: 10);
        long now = 0;
        Assert.Equal(3, Enumerable.Range(0, 100).Count(_ => budget.TryTake(now)));

        now += TimeSpan.TicksPerSecond / 10;
        Assert.Equal(1, Enumerable.Range(0, 100).Count(_ => budget.TryTake(now)));

        now += TimeSpan.TicksPerHour;
        Assert.Equal(3, Enumerable.Range(0, 100).Count(_ => budget.TryTake(now)));
    }

    private static bool IsAnswered(byte[] packet) => PacketTooBig.TryWrite(packet, 1280, Message, out _);

    private static byte[] Changed(byte[] packet, int at, byte value)
    {
        byte[] changed = (byte[])packet.Clone();
        changed[at] = value;
        return changed;
    }
}
