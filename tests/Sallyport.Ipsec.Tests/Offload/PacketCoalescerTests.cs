using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FsCheck.Xunit;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.Offload;

/// <summary>What is gathered and cut again is what was there before, flow by flow.</summary>
public unsafe class PacketCoalescerTests
{
    private const TunOffloads All = TunOffloads.Checksum | TunOffloads.Tcp4 | TunOffloads.Tcp6 | TunOffloads.Udp4 | TunOffloads.Udp6;

    public static TheoryData<bool, bool> Kinds => PacketSegmentsTests.Kinds;

    [Property(MaxTest = 500)]
    public void Gathering_and_cutting_again_changes_nothing_in_any_flow(byte[] steps, byte offloads)
    {
        FlowWriter[] flows = [.. Enumerable.Range(0, 8).Select(i => new FlowWriter((i & 1) != 0, (i & 2) != 0, (byte)i))];
        List<byte[]> packets = [.. steps.Select(s => flows[s & 7].Next(s >> 3))];
        List<Written> written = Gather(packets, (offloads & 1) == 0 ? All : (TunOffloads)offloads);

        Assert.Equal(packets.Count, written.Sum(w => w.Packets));
        Assert.Equal(packets.Sum(p => p.Length), written.Sum(w => w.Octets));
        AssertSameFlows(packets, written.SelectMany(w => w.Cut()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Packets_that_follow_each_other_leave_in_one_write(bool tcp, bool v6)
    {
        FlowWriter flow = new(tcp, v6, 1);
        List<byte[]> packets = [.. Enumerable.Range(0, 20).Select(_ => flow.Next(0)), flow.Next(16)];
        Written written = Assert.Single(Gather(packets));

        Assert.Equal(21, written.Packets);
        Assert.Equal(packets, written.Cut());

        // What the kernel gets is what it would have handed to a device: nothing but the pseudo header is in the checksum.
        TransportPacket super = flow.Template with { Payload = [.. packets.SelectMany(p => p[flow.Template.Headers..])] };
        Assert.Equal(super.Build(partial: true), written.Raw[VirtioNetHeader.Size..]);
        Assert.Equal(super.Virtio(packets[0].Length - super.Headers) with { HeaderLength = (ushort)super.Headers }, VirtioNetHeader.Read(written.Raw));
    }

    [Fact]
    public void Flows_are_gathered_side_by_side()
    {
        FlowWriter[] flows = [.. Enumerable.Range(0, 30).Select(i => new FlowWriter(i % 2 == 0, i % 3 == 0, (byte)i))];
        List<byte[]> packets = [.. Enumerable.Range(0, 300).Select(i => flows[i % 30].Next(0))];
        List<Written> written = Gather(packets);

        Assert.Equal(30, written.Count);
        Assert.All(written, w => Assert.Equal(10, w.Packets));
    }

    [Fact]
    public void More_flows_than_are_kept_open_lose_nothing_and_stay_in_order()
    {
        FlowWriter[] flows = [.. Enumerable.Range(0, 100).Select(i => new FlowWriter(true, false, (byte)i))];
        List<byte[]> packets = [.. Enumerable.Range(0, 500).Select(i => flows[i % 100].Next(0))];
        List<Written> written = Gather(packets);

        Assert.Equal(500, written.Sum(w => w.Packets));
        AssertSameFlows(packets, written.SelectMany(w => w.Cut()));
    }

    [Fact]
    public void Flows_beyond_those_that_are_kept_open_may_come_for_ever()
    {
        // After so many that had to give way, some of the numbers of 32 bits are below zero.
        PacketCoalescer coalescer = new(All);
        GivenWay(coalescer) = int.MaxValue;
        FlowWriter[] flows = [.. Enumerable.Range(0, 100).Select(i => new FlowWriter(true, false, (byte)i))];
        List<byte[]> packets = [.. Enumerable.Range(0, 500).Select(i => flows[i % 100].Next(0))];
        List<Written> written = Gather(packets, coalescer);

        AssertSameFlows(packets, written.SelectMany(w => w.Cut()));
    }

    [Theory]
    [InlineData(17, "PSH ends it, and is kept")]
    [InlineData(16, "a shorter segment ends it")]
    public void A_last_segment_joins_and_ends_the_group(int last, string why)
    {
        FlowWriter flow = new(true, false, 1);
        List<byte[]> packets = [flow.Next(0), flow.Next(0), flow.Next(last), flow.Next(0), flow.Next(0)];
        List<Written> written = Gather(packets);

        Assert.True(written.Select(w => w.Packets).SequenceEqual([3, 2]), why);
        Assert.Equal(packets, written.SelectMany(w => w.Cut()));
    }

    [Theory]
    [InlineData(true, 18, "a longer segment")]
    [InlineData(true, 19, "no payload")]
    [InlineData(true, 20, "FIN")]
    [InlineData(true, 21, "a wrong checksum")]
    [InlineData(false, 21, "a wrong checksum")]
    [InlineData(true, 22, "another time to live")]
    [InlineData(false, 22, "another time to live")]
    [InlineData(true, 23, "another traffic class")]
    [InlineData(false, 23, "another traffic class")]
    [InlineData(true, 24, "another acknowledgment")]
    [InlineData(true, 25, "a gap in the sequence")]
    [InlineData(true, 26, "other options")]
    [InlineData(true, 27, "another window")]
    [InlineData(false, 28, "no checksum")]
    [InlineData(true, 28, "URG")]
    [InlineData(true, 29, "a fragment")]
    [InlineData(false, 29, "a fragment")]
    public void What_does_not_fit_is_not_gathered_with_what_came_before(bool tcp, int action, string why)
    {
        FlowWriter flow = new(tcp, action == 29 ? false : tcp, 1);
        List<byte[]> packets = [flow.Next(0), flow.Next(0), flow.Next(action), flow.Next(0), flow.Next(0)];
        List<Written> written = Gather(packets);

        Assert.True(written[0].Packets == 2, why);
        Assert.Equal(packets, written.SelectMany(w => w.Cut()));
    }

    [Fact]
    public void A_wrong_checksum_in_the_first_packet_is_not_covered_up()
    {
        FlowWriter flow = new(false, false, 1);
        List<byte[]> packets = [flow.Next(21), flow.Next(0), flow.Next(0)];
        List<Written> written = Gather(packets);

        Assert.Equal([1, 2], written.Select(w => w.Packets));
        Assert.Equal(packets, written.SelectMany(w => w.Cut()));
    }

    [Fact]
    public void A_wrong_checksum_of_an_IPv4_header_is_not_covered_up()
    {
        FlowWriter flow = new(true, false, 1);
        List<byte[]> packets = [flow.Next(0), flow.Next(0), flow.Next(0)];
        packets[1][10] ^= 1;

        Assert.Equal([1, 1, 1], Gather(packets).Select(w => w.Packets));
    }

    [Fact]
    public void Identifications_must_count_up_where_a_packet_may_be_fragmented()
    {
        TransportPacket first = new(false, false) { Payload = new byte[50], DontFragment = 0, Identification = ushort.MaxValue };

        Assert.Single(Gather([first.Build(), (first with { Identification = 0 }).Build()]));
        Assert.Equal(2, Gather([first.Build(), (first with { Identification = 1 }).Build()]).Count);
        Assert.Equal(2, Gather([first.Build(), (first with { Identification = 0, DontFragment = 0x40 }).Build()]).Count);

        // RFC 6864 §4.1: it has no meaning where none may.
        first = first with { DontFragment = 0x40 };
        Assert.Single(Gather([first.Build(), (first with { Identification = 1234 }).Build()]));
    }

    [Fact]
    public void At_most_64_datagrams_and_65535_octets_become_one()
    {
        FlowWriter small = new(false, false, 1, size: 100);
        Assert.Equal([64, 64, 2], Gather([.. Enumerable.Range(0, 130).Select(_ => small.Next(0))]).Select(w => w.Packets));

        foreach ((bool tcp, bool v6) in ((bool, bool)[])[(false, false), (true, true), (true, false)])
        {
            FlowWriter large = new(tcp, v6, 1, size: 1400);
            List<Written> written = Gather([.. Enumerable.Range(0, 60).Select(_ => large.Next(0))]);
            int most = (65535 - large.Template.Headers) / 1400;
            Assert.Equal([most, 60 - most], written.Select(w => w.Packets));
            Assert.All(written, w => Assert.True(w.Raw.Length <= VirtioNetHeader.Size + 65535));
        }

        // One octet less to each of two payloads than would make 65,536.
        TransportPacket half = new(true, false) { Payload = new byte[32747] };
        Assert.Single(Gather([half.Build(), (half with { Sequence = half.Sequence + 32747 }).Build()]));
        half = half with { Payload = new byte[32748] };
        Assert.Equal(2, Gather([half.Build(), (half with { Sequence = half.Sequence + 32748 }).Build()]).Count);
    }

    [Fact]
    public void A_device_without_offloads_gets_packets_one_by_one()
    {
        FlowWriter flow = new(true, false, 1);
        List<byte[]> packets = [.. Enumerable.Range(0, 10).Select(_ => flow.Next(0))];
        List<Written> written = Gather(packets, TunOffloads.Checksum | TunOffloads.Tcp6);

        Assert.Equal(packets.Select(p => Convert.ToHexString([.. new byte[10], .. p])), written.Select(w => Convert.ToHexString(w.Raw)));
    }

    [Fact]
    public void When_it_is_full_it_says_so_and_begins_anew_once_all_are_taken()
    {
        PacketCoalescer coalescer = new(All, capacity: 3);
        FlowWriter flow = new(true, false, 1);
        fixed (byte* packet = flow.Next(0))
        {
            for (int round = 0; round < 5; round++)
            {
                Assert.True(coalescer.Add(packet, 1040) && coalescer.Add(packet, 1040) && coalescer.Add(packet, 1040));
                Assert.False(coalescer.Add(packet, 1040));
                for (int i = 0; i < 3; i++)
                {
                    Assert.True(coalescer.TryTake(out _, out int pieces, out int packets, out int octets));
                    Assert.Equal((2, 1, 1040), (pieces, packets, octets));
                }

                Assert.False(coalescer.TryTake(out _, out _, out _, out _));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_truncation_and_no_changed_octet_is_gathered_wrongly_or_read_beyond_its_end(bool tcp, bool v6)
    {
        FlowWriter flow = new(tcp, v6, 1, size: 40);
        byte[][] packets = [flow.Next(0), flow.Next(0), flow.Next(0)];
        using GuardedMemory memory = new(4096);
        for (int length = 0; length < packets[1].Length; length++)
        {
            Check([packets[0], packets[1][..length], packets[2]], memory);
        }

        for (int at = 0; at < flow.Template.Headers; at++)
        {
            foreach (byte value in PacketSegmentsTests.Others(packets[1][at]))
            {
                byte[] changed = (byte[])packets[1].Clone();
                changed[at] = value;
                Check([packets[0], changed, packets[2]], memory);
            }
        }
    }

    [Fact]
    public void Gathering_allocates_nothing()
    {
        PacketCoalescer coalescer = new(All);
        FlowWriter flow = new(true, false, 1);
        byte[][] packets = [.. Enumerable.Range(0, 64).Select(_ => GC.AllocateArray<byte>(1040, pinned: true))];
        foreach (byte[] packet in packets)
        {
            flow.Next(0).CopyTo(packet, 0);
        }

        Assert.Equal(0, Allocations.Least(() =>
        {
            foreach (byte[] packet in packets)
            {
                fixed (byte* start = packet)
                {
                    coalescer.Add(start, packet.Length);
                }
            }

            while (coalescer.TryTake(out _, out _, out _, out _))
            {
            }
        }));
    }

    // Whatever the packet in the middle is, it comes out as it went in, at the end of memory that must not be read beyond.
    private static void Check(byte[][] packets, GuardedMemory memory)
    {
        Span<byte> middle = memory.Last(packets[1].Length);
        packets[1].CopyTo(middle);
        PacketCoalescer coalescer = new(All, 8);
        fixed (byte* first = packets[0], second = middle, third = packets[2])
        {
            byte* end = second is null ? first : second;
            Assert.True(coalescer.Add(first, packets[0].Length) && coalescer.Add(end, packets[1].Length) && coalescer.Add(third, packets[2].Length));
            AssertSameFlows(packets, Take(coalescer).SelectMany(w => w.Cut()));
        }
    }

    private static List<Written> Gather(List<byte[]> packets, TunOffloads offloads = All) => Gather(packets, new PacketCoalescer(offloads));

    private static List<Written> Gather(List<byte[]> packets, PacketCoalescer coalescer)
    {
        GCHandle[] pins = [.. packets.Select(p => GCHandle.Alloc(p, GCHandleType.Pinned))];
        for (int i = 0; i < packets.Count; i++)
        {
            Assert.True(coalescer.Add((byte*)pins[i].AddrOfPinnedObject(), packets[i].Length));
        }

        List<Written> written = Take(coalescer);
        Array.ForEach(pins, p => p.Free());
        return written;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nextFlow")]
    private static extern ref uint GivenWay(PacketCoalescer coalescer);

    private static List<Written> Take(PacketCoalescer coalescer)
    {
        List<Written> written = [];
        while (coalescer.TryTake(out Iovec* pieces, out int count, out int packets, out int octets))
        {
            List<byte> all = [];
            for (int i = 0; i < count; i++)
            {
                all.AddRange(new ReadOnlySpan<byte>(pieces[i].Base, (int)pieces[i].Length));
            }

            written.Add(new Written([.. all], packets, octets));
        }

        return written;
    }

    private static void AssertSameFlows(IEnumerable<byte[]> expected, IEnumerable<byte[]> actual)
    {
        ILookup<string, string> came = expected.ToLookup(Flow, Comparable);
        ILookup<string, string> cut = actual.ToLookup(Flow, Comparable);
        Assert.Equal(came.Count, cut.Count);
        foreach (IGrouping<string, string> flow in came)
        {
            Assert.Equal(flow, cut[flow.Key]);
        }
    }

    // Protocol, addresses and ports; what has none is a flow of its own.
    private static string Flow(byte[] packet) => packet switch
    {
        { Length: >= 28 } when packet[0] == 0x45 && (packet[6] & 0x3F) == 0 => Convert.ToHexString([packet[9], .. packet[12..24]]),
        { Length: >= 48 } when packet[0] >> 4 == 6 => Convert.ToHexString([packet[6], .. packet[8..44]]),
        _ => string.Empty,
    };

    // All but the identification of an IPv4 packet that may not be fragmented, which means nothing (RFC 6864 §4.1), and the checksum over it.
    private static string Comparable(byte[] packet)
    {
        byte[] copy = (byte[])packet.Clone();
        if (copy.Length >= 20 && copy[0] == 0x45 && (copy[6] & 0x40) != 0 && Packets.Sum(copy.AsSpan(0, 20)) == 0)
        {
            (copy[4], copy[5], copy[10], copy[11]) = (0, 0, 0, 0);
        }

        return Convert.ToHexString(copy);
    }

    private sealed record Written(byte[] Raw, int Packets, int Octets)
    {
        /// <summary>What a kernel makes of it.</summary>
        public List<byte[]> Cut() => PacketSegmentsTests.Cut(VirtioNetHeader.Read(Raw), Raw.AsSpan(VirtioNetHeader.Size).ToArray());
    }

    /// <summary>A sender of one flow, and what may happen in it.</summary>
    private sealed class FlowWriter(bool tcp, bool v6, byte host, int size = 1000)
    {
        private TransportPacket _next = new(tcp, v6, host) { DontFragment = (byte)((host & 1) << 6) };

        /// <summary>The first packet, without payload.</summary>
        public TransportPacket Template { get; } = new(tcp, v6, host) { DontFragment = (byte)((host & 1) << 6) };

        public byte[] Next(int action)
        {
            int length = action switch { 16 => size / 2, 18 => size + 10, 19 => 0, _ => size };
            TransportPacket packet = _next with { Payload = TransportPacket.Octets(length, _next.Identification) };
            packet = action switch
            {
                17 => packet with { Flags = 0x18 },
                20 => packet with { Flags = 0x11 },
                22 => packet with { TimeToLive = 1 },
                23 => packet with { TrafficClass = 3 },
                24 => packet with { Acknowledgment = 78 },
                25 => packet with { Sequence = packet.Sequence + 1 },
                26 => packet with { Options = [1, 1, 1, 0] },
                27 => packet with { Window = 1 },
                28 when tcp => packet with { Flags = 0x30 },
                29 when !v6 => packet with { DontFragment = 0x20 },
                30 => packet with { IpOptions = v6 ? new byte[8] : [1, 1, 1, 0] },
                31 => packet with { Identification = (ushort)(packet.Identification + 7), DontFragment = 0 },
                _ => packet,
            };
            _next = _next with { Sequence = packet.Sequence + (uint)length, Identification = (ushort)(packet.Identification + 1) };
            byte[] octets = packet.Build();
            if (action == 21)
            {
                octets[^1] ^= 1;
            }
            else if (action == 28 && !tcp)
            {
                BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(packet.Headers - 2), 0);
            }

            return octets;
        }
    }
}
