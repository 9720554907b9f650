using System.Net;
using System.Net.Sockets;

namespace Sallyport.Ipsec.Driver;

/// <summary>A bound UDP socket. Receiving and sending allocate nothing.</summary>
internal sealed class UdpPort : IDisposable
{
    private static readonly IPEndPoint AnyIPv4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint AnyIPv6 = new(IPAddress.IPv6Any, 0);
    private readonly Socket _socket;

    public UdpPort(IPAddress address, int port, int receiveBufferSize)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.ReceiveBufferSize = receiveBufferSize;
            _socket.Bind(new IPEndPoint(address, port));
            Local = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public IPEndPoint Local { get; }

    /// <summary>An address to be filled by <see cref="ReceiveAsync"/>.</summary>
    public SocketAddress NewAddress() => new(_socket.AddressFamily);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, SocketAddress from, CancellationToken cancellationToken) =>
        _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, cancellationToken);

    /// <summary>Sends, or tells that the system did not take the datagram.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, to) == datagram.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Our address as a peer sees it when no NAT stands between: what NAT detection compares (RFC 7296 §2.23).</summary>
    public IPEndPoint LocalFor(IPEndPoint remote)
    {
        if (!Local.Address.Equals(IPAddress.Any) && !Local.Address.Equals(IPAddress.IPv6Any))
        {
            return Local;
        }

        try
        {
            // Connecting a UDP socket sends nothing; it makes the system choose the source address.
            using Socket probe = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote);
            return new IPEndPoint(((IPEndPoint)probe.LocalEndPoint!).Address, Local.Port);
        }
        catch (SocketException)
        {
            return Local;
        }
    }

    public static IPEndPoint ToEndPoint(SocketAddress address) =>
        (IPEndPoint)(address.Family == AddressFamily.InterNetwork ? AnyIPv4 : AnyIPv6).Create(address);

    /// <summary>The end point in a struct sockaddr.</summary>
    public static IPEndPoint ToEndPoint(ReadOnlySpan<byte> address)
    {
        SocketAddress copy = new(address.Length < SocketAddress.GetMaximumAddressSize(AddressFamily.InterNetworkV6) ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, address.Length);
        address.CopyTo(copy.Buffer.Span);
        return ToEndPoint(copy);
    }

    public void Dispose() => _socket.Dispose();
}
