using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.Driver;

/// <summary>
/// Receives datagrams one at a time. Linux tells with each what stood in its outer header of DSCP and ECN, which .NET does not hand on: there the
/// runtime waits, and the call that receives is made directly. Allocates nothing per datagram.
/// </summary>
internal sealed class DatagramReader : IDisposable
{
    private const int LargestDatagram = 65535;
    private readonly Socket _socket;
    private readonly UdpReceiveBatch? _batch;
    private readonly SocketAddress _from;
    private readonly byte[] _buffer;
    private int _length;

    /// <summary>Allocates its memory.</summary>
    /// <param name="socket">The socket, which stays open as long as this is used.</param>
    public DatagramReader(Socket socket)
    {
        _socket = socket;
        _from = new SocketAddress(socket.AddressFamily);
        _batch = Message.IsSupported ? new UdpReceiveBatch((int)socket.SafeHandle.DangerousGetHandle(), messages: 1) : null;
        _buffer = new byte[_batch is null ? LargestDatagram : 1];
    }

    /// <summary>The datagram, until the next is received.</summary>
    public Span<byte> Datagram => _batch is null ? _buffer.AsSpan(0, _length) : _batch.Octets(0);

    /// <summary>Its sender, a struct sockaddr.</summary>
    public ReadOnlySpan<byte> From => _batch is null ? _from.Buffer.Span[.._from.Size] : _batch.From(0);

    /// <summary>DSCP and ECN of its outer header; zero where the system does not tell.</summary>
    public byte TrafficClass => _batch is null ? (byte)0 : _batch.TrafficClass(0);

    /// <summary>Waits for a datagram and receives it.</summary>
    /// <exception cref="SocketException">Such as an ICMP error for something sent before; the socket lives on.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_batch is null)
        {
            _length = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (!TryReceive())
        {
            await _socket.ReceiveAsync(_buffer, SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Receives a datagram that has come already (Linux).</summary>
    public bool TryReceive() => _batch?.Receive() > 0;

    public void Dispose() => _batch?.Dispose();
}
