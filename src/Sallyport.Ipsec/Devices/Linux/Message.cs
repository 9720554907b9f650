using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>One message of sendmmsg and recvmmsg: struct mmsghdr of 64-bit systems, a struct msghdr and the octets that it came to.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct Message
{
    /// <summary>The peer: a struct sockaddr.</summary>
    [FieldOffset(0)]
    public byte* Name;

    /// <summary>The name's octets; on return those that there are.</summary>
    [FieldOffset(8)]
    public uint NameLength;

    /// <summary>The pieces.</summary>
    [FieldOffset(16)]
    public Iovec* Pieces;

    /// <summary>How many.</summary>
    [FieldOffset(24)]
    public nuint PieceCount;

    /// <summary>What goes beside the data: <see cref="SegmentControl"/>.</summary>
    [FieldOffset(32)]
    public SegmentControl* Control;

    /// <summary>Its octets.</summary>
    [FieldOffset(40)]
    public nuint ControlLength;

    /// <summary>On return, flags.</summary>
    [FieldOffset(48)]
    public int Flags;

    /// <summary>On return, the octets sent or received.</summary>
    [FieldOffset(56)]
    public uint Length;
}

/// <summary>
/// The one control message of UDP segmentation: struct cmsghdr and the size of a segment, of 16 bits where we send (UDP_SEGMENT), of 32 where
/// we receive (UDP_GRO).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct SegmentControl
{
    public const int UdpLevel = 17;
    public const int UdpSegment = 103;
    public const int UdpReceiveOffload = 104;

    [FieldOffset(0)]
    public nuint Length;

    [FieldOffset(8)]
    public int Level;

    [FieldOffset(12)]
    public int Type;

    [FieldOffset(16)]
    public ushort SegmentSize;

    [FieldOffset(16)]
    public int ReceivedSegmentSize;

    /// <summary>What tells the kernel to cut a datagram.</summary>
    public static SegmentControl Cut(int segmentSize) => new() { Length = 16 + sizeof(ushort), Level = UdpLevel, Type = UdpSegment, SegmentSize = (ushort)segmentSize };
}
