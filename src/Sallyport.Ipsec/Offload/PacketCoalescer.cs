using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.Offload;

/// <summary>
/// Gathers packets that came out of tunnels to super-packets for writing to a TUN device with IFF_VNET_HDR. Payloads stay where they are.
/// Packets of one flow leave in the order in which they came; what is taken and cut again is what was added. Not safe for concurrent use.
/// </summary>
internal sealed unsafe class PacketCoalescer
{
    /// <summary>How many packets are gathered at most before they must be taken, unless said otherwise.</summary>
    public const int DefaultCapacity = 1024;

    // Linux's UDP_MAX_SEGMENTS of old; for TCP only the length counts, this bounds the pieces of one write.
    private const int MostDatagrams = 64;
    private const int MostSegments = 128;
    private const int MostFlows = 32;
    private const int LargestHeaders = VirtioNetHeader.Size + IpLayout.IPv6HeaderSize + TcpHeader.LargestSize;

    private readonly TunOffloads _offloads;
    private readonly Piece[] _pieces;
    private readonly Group[] _groups;
    private readonly ulong[] _flows = new ulong[MostFlows];
    private readonly int[] _groupOf = new int[MostFlows];
    private readonly byte[] _headers = GC.AllocateArray<byte>(LargestHeaders, pinned: true);
    private readonly Iovec[] _vector = GC.AllocateArray<Iovec>(1 + MostSegments, pinned: true);
    private readonly byte* _headersStart;
    private readonly Iovec* _vectorStart;
    private int _pieceCount;
    private int _groupCount;
    private int _flowCount;
    private uint _nextFlow;
    private int _taken;

    /// <summary>Makes an empty one.</summary>
    /// <param name="offloads">What the device took.</param>
    /// <param name="capacity">The most packets.</param>
    public PacketCoalescer(TunOffloads offloads, int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _offloads = offloads;
        _pieces = new Piece[capacity];
        _groups = new Group[capacity];
        _headersStart = (byte*)Unsafe.AsPointer(ref _headers[0]);
        _vectorStart = (Iovec*)Unsafe.AsPointer(ref _vector[0]);
    }

    /// <summary>Adds a packet, which must stay where it is, unchanged, until all have been taken.</summary>
    /// <param name="packet">The packet, from its IP header on.</param>
    /// <param name="length">Its octets, without any padding behind it.</param>
    /// <returns>Whether there was room; if not, all must be taken first.</returns>
    public bool Add(byte* packet, int length)
    {
        if (_pieceCount == _pieces.Length)
        {
            return false;
        }

        FlowPacket flow = FlowPacket.Read(new ReadOnlySpan<byte>(packet, length));
        if (flow.Order == FlowOrder.Unknown)
        {
            _flowCount = 0;
        }
        else if (flow.Order == FlowOrder.Flow)
        {
            int open = _flows.AsSpan(0, _flowCount).IndexOf(flow.Key);
            if (open >= 0)
            {
                if (TryAppend(ref _groups[_groupOf[open]], flow, packet, length, out bool full))
                {
                    if (full)
                    {
                        Close(open);
                    }

                    return true;
                }

                Close(open);
            }
        }

        Begin(flow, packet, length);
        return true;
    }

    /// <summary>Takes the next super-packet or packet, as pieces for one <c>writev</c>. They stand until the next call.</summary>
    /// <param name="pieces">The virtio header with the packet's headers, then the payloads; or the virtio header, then the packet.</param>
    /// <param name="count">How many pieces.</param>
    /// <param name="packets">How many packets were gathered.</param>
    /// <param name="octets">Their octets in all, headers included.</param>
    /// <returns>Whether there was one. After the last the memory of the packets is free again.</returns>
    public bool TryTake(out Iovec* pieces, out int count, out int packets, out int octets)
    {
        _flowCount = 0;
        pieces = default;
        count = packets = octets = 0;
        if (_taken == _groupCount)
        {
            Clear();
            return false;
        }

        ref Group group = ref _groups[_taken++];
        pieces = _vectorStart;
        packets = group.Count;
        octets = group.Length + ((group.Count - 1) * group.Flow.Headers);
        pieces[0] = new Iovec { Base = _headersStart, Length = (nuint)WriteHeaders(group) };
        if (group.Count == 1)
        {
            pieces[1] = new Iovec { Base = group.First, Length = (nuint)group.Length };
            count = 2;
            return true;
        }

        count = 1;
        for (int piece = group.FirstPiece; count <= group.Count; piece = _pieces[piece].Next)
        {
            pieces[count++] = new Iovec { Base = _pieces[piece].Base, Length = (nuint)_pieces[piece].Length };
        }

        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _taken = _groupCount = _pieceCount = _flowCount = 0;

    private void Begin(in FlowPacket flow, byte* packet, int length)
    {
        int index = _groupCount++;
        _groups[index] = new Group { Flow = flow, First = packet, Length = length, SegmentSize = length - flow.Headers, Count = 1, FirstPiece = _pieceCount, LastPiece = _pieceCount };
        bool tcp = (flow.Kind & FlowPacket.Tcp) != 0;
        _pieces[_pieceCount++] = new Piece { Base = packet + flow.Headers, Length = _groups[index].SegmentSize };
        if ((flow.Kind & _offloads) == 0 || (tcp && IsPush(packet, flow)))
        {
            return;
        }

        if (_flowCount < MostFlows)
        {
            Open(_flowCount++, flow.Key, index);
        }
        else
        {
            // Another flow's group ends early: it costs that one a write, and nothing its order.
            Open((int)(_nextFlow++ % MostFlows), flow.Key, index);
        }
    }

    private void Open(int slot, ulong key, int group)
    {
        _flows[slot] = key;
        _groupOf[slot] = group;
    }

    private void Close(int slot)
    {
        _flowCount--;
        _flows[slot] = _flows[_flowCount];
        _groupOf[slot] = _groupOf[_flowCount];
    }

    private bool TryAppend(ref Group group, in FlowPacket flow, byte* packet, int length, out bool full)
    {
        full = false;
        ReadOnlySpan<byte> first = new(group.First, group.Flow.Headers + group.SegmentSize);
        ReadOnlySpan<byte> next = new(packet, length);
        int payload = length - flow.Headers;
        bool tcp = (flow.Kind & FlowPacket.Tcp) != 0;
        if (flow.Kind == TunOffloads.None
            || !flow.HasSameHeaders(next, first, group.Flow)
            || payload > group.SegmentSize
            || group.Length + payload > ushort.MaxValue
            || (tcp && Sequence(next, flow) != Sequence(first, flow) + (uint)(group.Length - flow.Headers))
            || !ContinuesIdentification(first, next, group.Count)
            || (group.Count == 1 && !flow.HasRightChecksum(first))
            || !flow.HasRightChecksum(next))
        {
            return false;
        }

        bool push = tcp && IsPush(packet, flow);
        _pieces[group.LastPiece].Next = _pieceCount;
        group.LastPiece = _pieceCount;
        _pieces[_pieceCount++] = new Piece { Base = packet + flow.Headers, Length = payload };
        group.Length += payload;
        group.Count++;
        group.Push |= push;
        full = push || payload < group.SegmentSize || group.Count == (tcp ? MostSegments : MostDatagrams);
        return true;
    }

    // Cutting counts the identification up. It must be what it was where a packet may be fragmented, and means nothing where it may not
    // (RFC 6864 §4.1).
    private static bool ContinuesIdentification(ReadOnlySpan<byte> first, ReadOnlySpan<byte> next, int count) =>
        first[0] >> 4 == 6
        || (first[6] & 0x40) != 0
        || BinaryPrimitives.ReadUInt16BigEndian(next[4..]) == (ushort)(BinaryPrimitives.ReadUInt16BigEndian(first[4..]) + count);

    private static uint Sequence(ReadOnlySpan<byte> packet, in FlowPacket flow) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet[(flow.Transport + TcpHeader.Sequence)..]);

    private static bool IsPush(byte* packet, in FlowPacket flow) => (packet[flow.Transport + TcpHeader.Flags] & TcpHeader.Push) != 0;

    private int WriteHeaders(in Group group)
    {
        Span<byte> all = _headers;
        if (group.Count == 1)
        {
            default(VirtioNetHeader).Write(all);
            return VirtioNetHeader.Size;
        }

        FlowPacket flow = group.Flow;
        bool tcp = (flow.Kind & FlowPacket.Tcp) != 0;
        byte gso = flow.Kind switch
        {
            TunOffloads.Tcp4 => VirtioNetHeader.GsoTcp4,
            TunOffloads.Tcp6 => VirtioNetHeader.GsoTcp6,
            _ => VirtioNetHeader.GsoUdp,
        };
        int checksum = tcp ? TcpHeader.Checksum : UdpHeader.Checksum;
        new VirtioNetHeader(
            VirtioNetHeader.NeedsChecksum, gso, (ushort)flow.Headers, (ushort)group.SegmentSize, (ushort)flow.Transport, (ushort)checksum).Write(all);

        Span<byte> headers = all.Slice(VirtioNetHeader.Size, flow.Headers);
        new ReadOnlySpan<byte>(group.First, flow.Headers).CopyTo(headers);
        if (flow.Transport == IpLayout.IPv4HeaderSize)
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[2..], (ushort)group.Length);
            BinaryPrimitives.WriteUInt16BigEndian(headers[10..], 0);
            BinaryPrimitives.WriteUInt16BigEndian(headers[10..], InternetChecksum.Compute(headers[..IpLayout.IPv4HeaderSize]));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(headers[4..], (ushort)(group.Length - IpLayout.IPv6HeaderSize));
        }

        int transportLength = group.Length - flow.Transport;
        Span<byte> transport = headers[flow.Transport..];
        if (!tcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[UdpHeader.Length..], (ushort)transportLength);
        }
        else if (group.Push)
        {
            transport[TcpHeader.Flags] |= TcpHeader.Push;
        }

        // What is left to the device is all but the pseudo header.
        BinaryPrimitives.WriteUInt16BigEndian(transport[checksum..], InternetChecksum.Fold(flow.PseudoHeader(headers, transportLength)));
        return VirtioNetHeader.Size + flow.Headers;
    }

    private struct Piece
    {
        public byte* Base;
        public int Length;
        public int Next;
    }

    private struct Group
    {
        public FlowPacket Flow;
        public byte* First;
        public int FirstPiece;
        public int LastPiece;
        public int Count;
        public int Length;
        public int SegmentSize;
        public bool Push;
    }
}
