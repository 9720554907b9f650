using System.Net;
using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>
/// Sets up an interface by rtnetlink (RFC 3549; linux/rtnetlink.h): each request is sent with an acknowledgement asked for, and its errno is
/// the answer. Integers are in the host's order.
/// </summary>
internal sealed class RouteNetlink : IDisposable
{
    private const int HeaderSize = 16;
    private const ushort ErrorMessage = 2;
    private const ushort NewLink = 16;
    private const ushort NewAddress = 20;
    private const ushort NewRoute = 24;
    private const ushort RequestAcknowledge = 0x001 | 0x004;
    private const ushort CreateReplace = 0x100 | 0x400;
    private const byte IPv4Family = 2;
    private const byte IPv6Family = 10;

    private readonly SafeDescriptor _socket;
    private uint _sequence;

    public RouteNetlink()
    {
        _socket = new SafeDescriptor(Libc.Socket(Libc.NetlinkFamily, Libc.RawCloseOnExec, 0));
        if (_socket.IsInvalid)
        {
            throw Libc.Failure("opening an rtnetlink socket");
        }
    }

    /// <summary>Sets an interface's MTU in octets and switches it on.</summary>
    public void SetUp(uint index, int mtu)
    {
        Span<byte> message = stackalloc byte[128];
        Span<byte> info = message[HeaderSize..];
        const uint InterfaceUp = 1;
        const ushort MtuAttribute = 4;
        MemoryMarshal.Write(info[4..], index);
        MemoryMarshal.Write(info[8..], InterfaceUp);
        MemoryMarshal.Write(info[12..], InterfaceUp);
        int length = HeaderSize + 16;
        Add(message, ref length, MtuAttribute, BitConverter.GetBytes(mtu));
        Request(message[..length], NewLink, 0, "switching the interface on");
    }

    /// <summary>Gives an interface an address.</summary>
    public void AddAddress(uint index, IPAddress address, int prefixLength)
    {
        Span<byte> message = stackalloc byte[128];
        Span<byte> info = message[HeaderSize..];
        const ushort AddressAttribute = 1;
        const ushort LocalAttribute = 2;
        const byte NoDuplicateDetection = 2;
        byte[] octets = address.GetAddressBytes();
        info[0] = Family(octets);
        info[1] = (byte)prefixLength;

        // Nobody else can have it; else the address of IPv6 could be used only after a while (RFC 4862 §5.4).
        info[2] = octets.Length == 4 ? (byte)0 : NoDuplicateDetection;
        MemoryMarshal.Write(info[4..], index);
        int length = HeaderSize + 8;
        Add(message, ref length, LocalAttribute, octets);
        Add(message, ref length, AddressAttribute, octets);
        Request(message[..length], NewAddress, CreateReplace, $"adding the address {address}/{prefixLength}");
    }

    /// <summary>Sends what is for a network into an interface.</summary>
    public void AddRoute(uint index, IPNetwork network)
    {
        Span<byte> message = stackalloc byte[128];
        Span<byte> info = message[HeaderSize..];
        const byte MainTable = 254;
        const byte StaticProtocol = 4;
        const byte LinkScope = 253;
        const byte Unicast = 1;
        const ushort DestinationAttribute = 1;
        const ushort OutputInterfaceAttribute = 4;
        byte[] octets = network.BaseAddress.GetAddressBytes();
        info[0] = Family(octets);
        info[1] = (byte)network.PrefixLength;
        info[4] = MainTable;
        info[5] = StaticProtocol;
        info[6] = octets.Length == 4 ? LinkScope : (byte)0;
        info[7] = Unicast;
        int length = HeaderSize + 12;
        Add(message, ref length, DestinationAttribute, octets);
        Add(message, ref length, OutputInterfaceAttribute, BitConverter.GetBytes(index));
        Request(message[..length], NewRoute, CreateReplace, $"adding the route {network}");
    }

    public void Dispose() => _socket.Dispose();

    private static byte Family(byte[] octets) => octets.Length == 4 ? IPv4Family : IPv6Family;

    // An attribute: length and type of 16 bits each, value, padded to 4 octets.
    private static void Add(Span<byte> message, ref int length, ushort type, ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(message[length..], (ushort)(value.Length + 4));
        MemoryMarshal.Write(message[(length + 2)..], type);
        value.CopyTo(message[(length + 4)..]);
        length += (value.Length + 4 + 3) & ~3;
    }

    private unsafe void Request(Span<byte> message, ushort type, ushort flags, string what)
    {
        MemoryMarshal.Write(message, (uint)message.Length);
        MemoryMarshal.Write(message[4..], type);
        MemoryMarshal.Write(message[6..], (ushort)(RequestAcknowledge | flags));
        MemoryMarshal.Write(message[8..], ++_sequence);
        fixed (byte* start = message)
        {
            if (Libc.Send(_socket, start, (nuint)message.Length, 0) != message.Length)
            {
                throw Libc.Failure(what);
            }
        }

        Span<byte> answer = stackalloc byte[1024];
        fixed (byte* start = answer)
        {
            nint received = Libc.Receive(_socket, start, (nuint)answer.Length, 0);
            if (received < HeaderSize + sizeof(int) || MemoryMarshal.Read<ushort>(answer[4..]) != ErrorMessage)
            {
                throw new IOException($"{what}: the kernel gave no acknowledgement");
            }
        }

        int error = -MemoryMarshal.Read<int>(answer[HeaderSize..]);
        if (error != 0)
        {
            throw Libc.Failure(what, error);
        }
    }
}
