using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>
/// Datagrams received by one call. With UDP_GRO each message may hold several of one peer, back to back and equally long but for the last.
/// All memory is allocated once. Not safe for concurrent use.
/// </summary>
internal sealed unsafe class UdpReceiveBatch : IDisposable
{
    /// <summary>How many messages a call should take at most: those of UDP_GRO hold up to 64 datagrams each.</summary>
    public const int Coalesced = 8;
    public const int Single = 64;

    private const int BufferSize = 65536;
    private const int NameSize = 32;
    private const int InterNetworkV6 = 10;

    // Two messages with a number each, and to spare.
    private const int ControlSize = 64;
    private readonly int _socket;
    private readonly int _messageCount;
    private readonly byte* _buffers;
    private readonly byte* _names;
    private readonly Message* _messages;
    private readonly Iovec* _pieces;
    private readonly byte* _controls;
    private uint _overflow;

    /// <summary>Allocates the memory.</summary>
    /// <param name="socket">A socket that stays open as long as this is used.</param>
    /// <param name="messages">How many messages a call takes at most.</param>
    public UdpReceiveBatch(int socket, int messages)
    {
        _socket = socket;
        _messageCount = messages;
        nuint count = (nuint)_messageCount;
        _buffers = (byte*)NativeMemory.Alloc(count, BufferSize);
        _names = (byte*)NativeMemory.AllocZeroed(count, NameSize);
        _messages = (Message*)NativeMemory.AllocZeroed(count, (nuint)sizeof(Message));
        _pieces = (Iovec*)NativeMemory.AllocZeroed(count, (nuint)sizeof(Iovec));
        _controls = (byte*)NativeMemory.AllocZeroed(count, ControlSize);
        for (int i = 0; i < _messageCount; i++)
        {
            _pieces[i] = new Iovec { Base = _buffers + (i * BufferSize), Length = BufferSize };
            _messages[i] = new Message { Name = _names + (i * NameSize), Pieces = &_pieces[i], PieceCount = 1, Control = (ControlMessage*)(_controls + (i * ControlSize)) };
        }
    }

    /// <summary>The most datagrams that one call can give.</summary>
    public static int LargestCount => Math.Max(Single, Coalesced * 64);

    /// <summary>Receives what is there, without waiting.</summary>
    /// <returns>How many messages, or an errno below zero: <see cref="Libc.Again"/> where there are none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Receive()
    {
        // The kernel leaves in these what it used of them.
        for (int i = 0; i < _messageCount; i++)
        {
            _messages[i].NameLength = NameSize;
            _messages[i].ControlLength = ControlSize;
        }

        int count;
        while ((count = Libc.ReceiveMessages(_socket, _messages, (uint)_messageCount, Libc.DontWait, null)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Libc.Interrupted)
            {
                return -error;
            }
        }

        return count;
    }

    /// <summary>How many datagrams the kernel has dropped since this was last asked, since the socket's queue was full.</summary>
    public int Overflow()
    {
        // linux/sock_diag.h: nine numbers, the last of which counts drops.
        const int SocketLevel = 1;
        const int MemoryInformation = 55;
        const int Numbers = 9;
        uint* numbers = stackalloc uint[Numbers];
        uint length = Numbers * sizeof(uint);
        if (Libc.GetOption(_socket, SocketLevel, MemoryInformation, numbers, &length) < 0 || length < Numbers * sizeof(uint))
        {
            return 0;
        }

        int fresh = (int)(numbers[Numbers - 1] - _overflow);
        _overflow = numbers[Numbers - 1];
        return fresh;
    }

    /// <summary>The octets of a message: one datagram, or several of <see cref="SegmentSize"/> each.</summary>
    public Span<byte> Octets(int message) => new(_pieces[message].Base, (int)Math.Min(_messages[message].Length, BufferSize));

    /// <summary>The length of each datagram of a message but the last.</summary>
    public int SegmentSize(int message) => Find(message, ControlMessage.UdpLevel, ControlMessage.UdpReceiveOffload) is var size and > 0 ? size : BufferSize;

    /// <summary>The octet of DSCP and ECN that was in the outer IP header; zero where the kernel does not tell.</summary>
    public byte TrafficClass(int message) => (byte)(_messages[message].Name[0] == InterNetworkV6
        ? Find(message, ControlMessage.IPv6Level, ControlMessage.TrafficClass)
        : Find(message, ControlMessage.IPv4Level, ControlMessage.TypeOfService));

    /// <summary>The sender of a message: a struct sockaddr.</summary>
    public ReadOnlySpan<byte> From(int message) => new(_messages[message].Name, (int)Math.Min(_messages[message].NameLength, NameSize));

    public void Dispose()
    {
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_names);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_pieces);
        NativeMemory.Free(_controls);
    }

    // The number in a control message, which has one octet or four; zero where there is no such message.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Find(int message, int level, int type)
    {
        byte* at = (byte*)_messages[message].Control;
        byte* end = at + Math.Min(_messages[message].ControlLength, ControlSize);
        while (end - at > ControlMessage.HeaderSize)
        {
            ControlMessage* control = (ControlMessage*)at;
            if (control->Length <= ControlMessage.HeaderSize || control->Length > (nuint)(end - at))
            {
                break;
            }

            if (control->Level == level && control->Type == type)
            {
                return control->Length >= ControlMessage.HeaderSize + sizeof(int) ? control->Number : control->Octet;
            }

            at += (control->Length + 7) & ~(nuint)7;
        }

        return 0;
    }
}
