using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>One message of sendmmsg and recvmmsg: struct mmsghdr of 64-bit systems, a struct msghdr and the octets that it came to.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct Message
{
    /// <summary>Whether this is a system where messages look like this.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

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

    /// <summary>What goes beside the data.</summary>
    [FieldOffset(32)]
    public ControlMessage* Control;

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
/// A control message with a number: struct cmsghdr and its data. Kinds that are used: the size of a segment, of 16 bits where we send
/// (UDP_SEGMENT), of 32 where we receive (UDP_GRO); the octet that is IPv4's Type of Service or IPv6's Traffic Class.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct ControlMessage
{
    public const int HeaderSize = 16;
    public const int UdpLevel = 17;
    public const int UdpSegment = 103;
    public const int UdpReceiveOffload = 104;
    public const int IPv4Level = 0;
    public const int TypeOfService = 1;
    public const int ReceiveTypeOfService = 13;
    public const int IPv6Level = 41;
    public const int TrafficClass = 67;
    public const int ReceiveTrafficClass = 66;

    [FieldOffset(0)]
    public nuint Length;

    [FieldOffset(8)]
    public int Level;

    [FieldOffset(12)]
    public int Type;

    [FieldOffset(16)]
    public byte Octet;

    [FieldOffset(16)]
    public ushort SegmentSize;

    [FieldOffset(16)]
    public int Number;

    /// <summary>Tells the kernel to cut a datagram.</summary>
    public static ControlMessage Cut(int segmentSize) => new() { Length = HeaderSize + sizeof(ushort), Level = UdpLevel, Type = UdpSegment, SegmentSize = (ushort)segmentSize };

    /// <summary>Tells the kernel what stands in the IP header.</summary>
    public static ControlMessage Mark(byte trafficClass, bool v6) => new()
    {
        Length = HeaderSize + sizeof(int),
        Level = v6 ? IPv6Level : IPv4Level,
        Type = v6 ? TrafficClass : TypeOfService,
        Number = trafficClass,
    };
}
