using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.PathMtu;

/// <summary>
/// Asks the system how long the packets are that a path carries. Linux learns that from the messages of routers (RFC 1191, RFC 8201), takes
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

    // The answer is that of the connected socket's route.
    [SupportedOSPlatform("linux")]
    private int Ask(IPEndPoint remote)
    {
        bool v6 = remote.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> mtu = stackalloc byte[sizeof(int)];

        // Connecting to an address of no family disconnects; else the first route's source address would stay.
        if (!TryConnect(new byte[16]) || !TryConnect(remote.Serialize().Buffer.Span))
        {
            return Unknown;
        }

        _socket.GetRawSocketOption(v6 ? IPv6Level : IPv4Level, v6 ? IPv6Mtu : IPv4Mtu, mtu);
        return Math.Min(BitConverter.ToInt32(mtu), Unknown);
    }
}
