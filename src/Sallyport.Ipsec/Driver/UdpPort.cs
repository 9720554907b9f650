using System.Net;
using System.Net.Sockets;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.PathMtu;

namespace Sallyport.Ipsec.Driver;

/// <summary>
/// A bound UDP port. Receiving and sending allocate nothing. It begins with one socket; others may come to share it, and one of them to be
/// what is sent by.
/// </summary>
internal sealed class UdpPort : IDisposable
{
    private const int SocketLevel = 1;
    private const int SharePort = 15;
    private const int ForceSendBuffer = 32;
    private const int ForceReceiveBuffer = 33;
    private static readonly IPEndPoint AnyIPv4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint AnyIPv6 = new(IPAddress.IPv6Any, 0);
    private readonly int _bufferSize;
    private readonly int _pathMtuLimit;
    private readonly PathProbe _path;
    private readonly Socket _socket;
    private volatile Socket _sender;

    public UdpPort(IPAddress address, int port, int bufferSize, int pathMtuLimit = PathProbe.Unknown)
    {
        _bufferSize = bufferSize;
        _pathMtuLimit = pathMtuLimit;
        _socket = Open(new IPEndPoint(address, port), shared: false);
        _sender = _socket;
        Local = (IPEndPoint)_socket.LocalEndPoint!;
        _path = new PathProbe(address);
    }

    public IPEndPoint Local { get; }

    /// <summary>A reader of the socket that all began with.</summary>
    public DatagramReader NewReader() => new(_socket);

    /// <summary>Sends, or tells that the system did not take the datagram.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            return _sender.SendTo(datagram, SocketFlags.None, to) == datagram.Length;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize && _sender != _socket && Local.AddressFamily == AddressFamily.InterNetwork)
        {
            return TrySendInFragments(datagram, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Opens a further socket of the same port: the kernel deals peers out among all of them. Nothing of it ever waits.</summary>
    /// <exception cref="SocketException">The system does not let ports be shared.</exception>
    public Socket OpenShared()
    {
        // Only now, since until then nobody else shall share it.
        SetRaw(_socket, SharePort, 1);
        return Open(Local, shared: true);
    }

    /// <summary>Makes one of the further sockets the one that is sent by. The first one is then to be stopped, received from to its end, and closed.</summary>
    public void SendBy(Socket socket) => _sender = socket;

    /// <summary>Makes the socket that all began with get nothing more, but keep what it has.</summary>
    public void StopFirst()
    {
        try
        {
            // A connected socket takes no part in sharing out (Linux: reuseport_select_sock). Its peer is one that never sends.
            const int Discard = 9;
            bool any = Local.Address.Equals(IPAddress.Any) || Local.Address.Equals(IPAddress.IPv6Any);
            IPAddress loopback = Local.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
            _socket.Connect(new IPEndPoint(any ? loopback : Local.Address, Discard));
        }
        catch (SocketException)
        {
            // Then what comes between the last look and the end is lost, as the network may lose it.
        }
    }

    public void CloseFirst() => _socket.Dispose();

    /// <summary>Our address as a peer sees it when no NAT stands between: what NAT detection compares (RFC 7296 §2.23).</summary>
    public IPEndPoint LocalFor(IPEndPoint remote) => TryLocalFor(remote) ?? Local;

    /// <summary>The same; <see langword="null"/> where no way leads to the peer.</summary>
    public IPEndPoint? TryLocalFor(IPEndPoint remote)
    {
        if (!Local.Address.Equals(IPAddress.Any) && !Local.Address.Equals(IPAddress.IPv6Any))
        {
            return Local;
        }

        return _path.Local(remote) is { } address ? new IPEndPoint(address, Local.Port) : null;
    }

    /// <summary>How long packets to a peer may be, in octets with all headers, for the path to carry them whole.</summary>
    public int PathMtuTo(IPEndPoint remote) => Math.Min(_path.Mtu(remote), _pathMtuLimit);

    public static IPEndPoint ToEndPoint(SocketAddress address) =>
        (IPEndPoint)(address.Family == AddressFamily.InterNetwork ? AnyIPv4 : AnyIPv6).Create(address);

    /// <summary>The end point in a struct sockaddr.</summary>
    public static IPEndPoint ToEndPoint(ReadOnlySpan<byte> address)
    {
        SocketAddress copy = new(address.Length < SocketAddress.GetMaximumAddressSize(AddressFamily.InterNetworkV6) ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, address.Length);
        address.CopyTo(copy.Buffer.Span);
        return ToEndPoint(copy);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _path.Dispose();
    }

    private Socket Open(IPEndPoint local, bool shared)
    {
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = _bufferSize;
            if (OperatingSystem.IsLinux())
            {
                Force(socket, ForceReceiveBuffer);
                HearTrafficClass(socket);
            }

            if (shared)
            {
                // What the kernel cuts has the Don't Fragment bit no other way, and without it no router says how much it carries.
                if (local.AddressFamily == AddressFamily.InterNetwork)
                {
                    socket.DontFragment = true;
                }

                socket.Blocking = false;
                Force(socket, ForceSendBuffer);
                SetRaw(socket, SharePort, 1);
            }

            socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Messages of IKE may be long: certificates are. What others send meanwhile loses its Don't Fragment bit, and nothing else.
    private bool TrySendInFragments(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            _sender.DontFragment = false;
            try
            {
                return _sender.SendTo(datagram, SocketFlags.None, to) == datagram.Length;
            }
            finally
            {
                _sender.DontFragment = true;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    // Beyond the system's limit, which only root may.
    private void Force(Socket socket, int option)
    {
        try
        {
            SetRaw(socket, option, _bufferSize);
        }
        catch (SocketException)
        {
            // The limit holds.
        }
    }

    // RFC 6040 §4.2: what the path has marked is brought into the packet. Linux tells it with each datagram where it is asked to.
    private static void HearTrafficClass(Socket socket)
    {
        bool v6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        int level = v6 ? ControlMessage.IPv6Level : ControlMessage.IPv4Level;
        socket.SetRawSocketOption(level, v6 ? ControlMessage.ReceiveTrafficClass : ControlMessage.ReceiveTypeOfService, BitConverter.GetBytes(1));
    }

    private static void SetRaw(Socket socket, int option, int value) => socket.SetRawSocketOption(SocketLevel, option, BitConverter.GetBytes(value));
}
