using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>
/// Datagrams to be sent by one call: written back to back into one memory, and those of one peer that are equally long, but for a shorter
/// last one, handed over as a group that the kernel cuts (UDP_SEGMENT). All memory is allocated once. Not safe for concurrent use.
/// </summary>
internal sealed unsafe class UdpSendBatch : IDisposable
{
    /// <summary>The most groups.</summary>
    public const int MostGroups = 512;

    // What the kernel takes at most: 64 segments, and an IP packet less its headers.
    private const int MostSegments = 64;
    private const int MostOctets = 65000;
    private const int LargestDatagram = 65536 + 128;
    private const int MemorySize = 256 * 1024;
    private const int NameSize = 32;
    private const ushort InterNetworkV6 = 10;
    private const int MtuDiscovery = 10;
    private const int NeverDontFragment = 0;
    private const int AlwaysDontFragment = 2;
    private readonly int _socket;
    private readonly byte* _memory;
    private readonly byte* _names;
    private readonly Message* _messages;
    private readonly Iovec* _pieces;
    private readonly ControlMessage* _marks;
    private int _used;
    private int _segments;
    private bool _open;

    /// <summary>Allocates the memory.</summary>
    /// <param name="socket">A socket that stays open as long as this is used.</param>
    /// <param name="segmenting">Whether the kernel can cut.</param>
    public UdpSendBatch(int socket, bool segmenting)
    {
        _socket = socket;
        Segmenting = segmenting;
        _memory = (byte*)NativeMemory.Alloc(MemorySize);
        _names = (byte*)NativeMemory.AllocZeroed(MostGroups, NameSize);
        _messages = (Message*)NativeMemory.AllocZeroed(MostGroups, (nuint)sizeof(Message));
        _pieces = (Iovec*)NativeMemory.AllocZeroed(MostGroups, (nuint)sizeof(Iovec));
        _marks = (ControlMessage*)NativeMemory.AllocZeroed(2 * MostGroups, (nuint)sizeof(ControlMessage));
        for (int i = 0; i < MostGroups; i++)
        {
            _messages[i] = new Message { Name = _names + (i * NameSize), Pieces = &_pieces[i], PieceCount = 1 };
        }
    }

    /// <summary>Whether groups of more than one datagram are made. Once the kernel has refused one for want of a device that can, none are.</summary>
    public bool Segmenting { get; private set; }

    /// <summary>How many groups there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it is time to send: little room is left, or there are many groups.</summary>
    public bool IsFull => Count == MostGroups || _used > MemorySize - LargestDatagram;

    /// <summary>The memory for the next datagram.</summary>
    public Span<byte> Free => new(_memory + _used, MemorySize - _used);

    /// <summary>Adds what was written to <see cref="Free"/> to the last group, whose peer is its own too.</summary>
    /// <returns>Whether it fits there: else it begins a group of its own.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryAppend(int length)
    {
        int last = Count - 1;
        if (!_open || length > Cut(last)->SegmentSize || _pieces[last].Length + (nuint)length > MostOctets)
        {
            return false;
        }

        _pieces[last].Length += (nuint)length;
        if (_segments == 1)
        {
            // Behind the mark, where there is one.
            bool marked = _messages[last].Control != null;
            _messages[last].Control = marked ? Mark(last) : Cut(last);
            _messages[last].ControlLength = (nuint)((marked ? 2 : 1) * sizeof(ControlMessage));
        }

        _used += length;
        _open = ++_segments < MostSegments && length == Cut(last)->SegmentSize;
        return true;
    }

    /// <summary>Begins a group with what was written to <see cref="Free"/>.</summary>
    /// <param name="length">Its octets.</param>
    /// <param name="to">The peer, a struct sockaddr.</param>
    /// <param name="trafficClass">What the outer IP header says of DSCP and ECN.</param>
    /// <param name="alone">Whether nothing may join it: it is longer than the path carries, and the kernel does not cut what it has to fragment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(int length, ReadOnlySpan<byte> to, byte trafficClass, bool alone)
    {
        int group = Count++;
        to.CopyTo(new Span<byte>(_messages[group].Name, NameSize));
        _messages[group].NameLength = (uint)to.Length;
        *Mark(group) = ControlMessage.Mark(trafficClass, v6: BitConverter.ToUInt16(to) == InterNetworkV6);
        *Cut(group) = ControlMessage.Cut(length);
        _messages[group].Control = trafficClass == 0 ? null : Mark(group);
        _messages[group].ControlLength = trafficClass == 0 ? 0 : (nuint)sizeof(ControlMessage);
        _pieces[group] = new Iovec { Base = _memory + _used, Length = (nuint)length };
        _used += length;
        _segments = 1;
        _open = Segmenting && !alone;
    }

    /// <summary>Sends the groups from one on.</summary>
    /// <returns>How many of them were sent, or an errno below zero for the first.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Send(int from) => Send(_messages + from, Count - from);

    /// <summary>Makes no more groups: the kernel cannot cut on this route.</summary>
    public void StopSegmenting() => Segmenting = _open = false;

    /// <summary>Sends a group's datagrams each by itself, in fragments where they are longer than the path carries.</summary>
    /// <returns>Zero, or an errno below zero of the first that failed.</returns>
    public int SendInFragments(int group)
    {
        // Of IPv6 the kernel makes fragments as it is.
        bool v4 = *(ushort*)_messages[group].Name != InterNetworkV6;
        int never = NeverDontFragment;
        int always = AlwaysDontFragment;
        if (v4)
        {
            _ = Libc.SetOption(_socket, ControlMessage.IPv4Level, MtuDiscovery, &never, sizeof(int));
        }

        int result = SendSingly(group);
        if (v4)
        {
            _ = Libc.SetOption(_socket, ControlMessage.IPv4Level, MtuDiscovery, &always, sizeof(int));
        }

        return result;
    }

    /// <summary>Sends a group's datagrams each by itself.</summary>
    /// <returns>Zero, or an errno below zero of the first that failed.</returns>
    public int SendSingly(int group)
    {
        Iovec whole = _pieces[group];
        Iovec piece = whole;
        Message message = _messages[group];
        message.Pieces = &piece;
        bool marked = message.Control == Mark(group);
        message.Control = marked ? Mark(group) : null;
        message.ControlLength = marked ? (nuint)sizeof(ControlMessage) : 0;
        int result = 0;
        nuint size = Cut(group)->SegmentSize;
        for (nuint at = 0; at < whole.Length && result >= 0; at += size)
        {
            piece.Base = whole.Base + at;
            piece.Length = nuint.Min(size, whole.Length - at);
            result = Send(&message, 1);
        }

        return Math.Min(result, 0);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        _used = 0;
        _open = false;
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        NativeMemory.Free(_names);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_pieces);
        NativeMemory.Free(_marks);
    }

    // The two control messages of a group, one behind the other.
    private ControlMessage* Mark(int group) => _marks + (2 * group);

    private ControlMessage* Cut(int group) => Mark(group) + 1;

    private int Send(Message* messages, int count)
    {
        int sent;
        while ((sent = Libc.SendMessages(_socket, messages, (uint)count, Libc.DontWait)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Libc.Interrupted)
            {
                return -error;
            }
        }

        return sent;
    }
}
