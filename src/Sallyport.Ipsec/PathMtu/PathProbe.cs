using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.PathMtu;

/// <summary>
/// Asks the system by which of its addresses a peer is reached, and how long the packets are that the path carries. Linux learns that from the messages of routers (RFC 1191, RFC 8201), takes
/// only those about packets that it has sent, and forgets it in time (RFC 4301 §8.2.1). Nothing is sent. Safe for concurrent use.
/// </summary>
internal sealed class PathProbe : IDisposable
{
    /// <summary>What a path is said to carry where nothing is known of it.</summary>
    public const int Unknown = ushort.MaxValue;
    private const int IPv4Level = 0;
    private const int IPv4Mtu = 14;
    private const int IPv6Level = 41;
    private const int IPv6Mtu = 24;
    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private bool _ended;

    /// <summary>Opens the socket that asks.</summary>
    /// <param name="local">Where packets are sent from.</param>
    public PathProbe(IPAddress local)
    {
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(local, 0));
    }

    /// <summary>The MTU of the path to a peer in octets, IP header included, as far as it is known by now.</summary>
    public int Mtu(IPEndPoint remote)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Unknown;
        }

        lock (_gate)
        {
            try
            {
                return _ended ? Unknown : Ask(remote);
            }
            catch (SocketException)
            {
                return Unknown;
            }
        }
    }

    /// <summary>The address that the system sends from to a peer; <see langword="null"/> where no way leads there.</summary>
    public IPAddress? Local(IPEndPoint remote)
    {
        lock (_gate)
        {
            try
            {
                if (_ended)
                {
                    return null;
                }

                if (OperatingSystem.IsLinux())
                {
                    return TryReconnect(remote) ? SocketName() : null;
                }

                using Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(remote);
                return ((IPEndPoint)socket.LocalEndPoint!).Address;
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _socket.Dispose();
        }
    }

    private unsafe bool TryConnect(ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address)
        {
            return Libc.Connect((int)_socket.Handle, start, (uint)address.Length) == 0;
        }
    }

    // Connecting a UDP socket sends nothing. Connecting to an address of no family disconnects; else the first route's source address would stay.
    private bool TryReconnect(IPEndPoint remote) => TryConnect(new byte[16]) && TryConnect(remote.Serialize().Buffer.Span);

    private unsafe IPAddress? SocketName()
    {
        SocketAddress address = new(_socket.AddressFamily);
        uint length = (uint)address.Size;
        fixed (byte* start = address.Buffer.Span)
        {
            return Libc.SocketName((int)_socket.Handle, start, &length) == 0 ? Driver.UdpPort.ToEndPoint(address).Address : null;
        }
    }

    // The answer is that of the connected socket's route.
    [SupportedOSPlatform("linux")]
    private int Ask(IPEndPoint remote)
    {
        bool v6 = remote.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> mtu = stackalloc byte[sizeof(int)];

        if (!TryReconnect(remote))
        {
            return Unknown;
        }

        _socket.GetRawSocketOption(v6 ? IPv6Level : IPv4Level, v6 ? IPv6Mtu : IPv4Mtu, mtu);
        return Math.Min(BitConverter.ToInt32(mtu), Unknown);
    }
}
