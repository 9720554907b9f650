using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Offload;

/// <summary>
/// What stands before each packet that is read from or written to a TUN device with IFF_VNET_HDR: Linux's struct virtio_net_hdr, in the
/// machine's byte order (virtio 1.2 §5.1.6).
/// </summary>
/// <param name="Flags">Whether the checksum is to be completed: <see cref="NeedsChecksum"/>.</param>
/// <param name="GsoType">What a super-packet is to be cut into, or <see cref="GsoNone"/>.</param>
/// <param name="HeaderLength">The octets of all headers; a hint that is not to be trusted.</param>
/// <param name="SegmentSize">The payload of each segment but the last, in octets.</param>
/// <param name="ChecksumStart">Where the summing begins: the transport header's place in the packet.</param>
/// <param name="ChecksumOffset">The checksum field's place in the transport header. It holds the pseudo header's sum.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct VirtioNetHeader(byte Flags, byte GsoType, ushort HeaderLength, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset)
{
    /// <summary>Its size in octets.</summary>
    public const int Size = 10;

    /// <summary>VIRTIO_NET_HDR_F_NEEDS_CSUM.</summary>
    public const byte NeedsChecksum = 1;

    /// <summary>A packet as it is.</summary>
    public const byte GsoNone = 0;

    /// <summary>TCP over IPv4.</summary>
    public const byte GsoTcp4 = 1;

    /// <summary>TCP over IPv6.</summary>
    public const byte GsoTcp6 = 4;

    /// <summary>UDP datagrams, over IPv4 or IPv6.</summary>
    public const byte GsoUdp = 5;

    /// <summary>Beside a type of TCP: the first segment says CWR.</summary>
    public const byte GsoEcn = 0x80;

    /// <summary>Reads a header.</summary>
    /// <param name="octets">At least <see cref="Size"/> octets.</param>
    public static VirtioNetHeader Read(ReadOnlySpan<byte> octets) => MemoryMarshal.Read<VirtioNetHeader>(octets);

    /// <summary>Writes the header.</summary>
    /// <param name="octets">At least <see cref="Size"/> octets.</param>
    public void Write(Span<byte> octets) => MemoryMarshal.Write(octets, in this);
}
