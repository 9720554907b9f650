using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>What a thread has taken from a socket. Its octets are valid until more is taken.</summary>
internal abstract class DatagramInput
{
    /// <summary>A datagram's octets.</summary>
    public abstract ReadOnlySpan<byte> this[int index] { get; }

    /// <summary>Waits for datagrams.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="SocketException">The system reports an error, perhaps one of a datagram sent before.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public abstract int Receive();

    /// <summary>Who has sent a datagram to a socket that is not connected.</summary>
    public abstract RadiusRemote SenderOf(int index);
}

/// <summary>One datagram a system call, by the platform.</summary>
internal sealed class SingleInput(Socket socket, int largest) : DatagramInput
{
    private readonly byte[] _octets = GC.AllocateUninitializedArray<byte>(largest, pinned: true);
    private readonly SocketAddress _sender = new(socket.AddressFamily);
    private readonly bool _isConnected = socket.Connected;
    private int _length;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> this[int index] => _octets.AsSpan(0, _length);

    /// <inheritdoc/>
    public override int Receive()
    {
        _length = _isConnected ? socket.Receive(_octets, SocketFlags.None) : socket.ReceiveFrom(_octets, SocketFlags.None, _sender);
        return 1;
    }

    /// <inheritdoc/>
    public override RadiusRemote SenderOf(int index) => SocketAddresses.Read(_sender.Buffer.Span, _sender.Family);
}

/// <summary>As many datagrams a system call as are there (Linux).</summary>
internal sealed unsafe class BatchInput : DatagramInput
{
    private const int Most = 32;
    private readonly Socket _socket;
    private readonly AddressFamily _family;
    private readonly int _largest;
    private readonly byte[] _octets;
    private readonly byte[] _senders = GC.AllocateArray<byte>(Most * SocketAddresses.LargestSize, pinned: true);
    private readonly Libc.Piece[] _pieces = GC.AllocateArray<Libc.Piece>(Most, pinned: true);
    private readonly Libc.Message[] _messages = GC.AllocateArray<Libc.Message>(Most, pinned: true);
    private int _count = Most;

    public BatchInput(Socket socket, int largest)
    {
        _socket = socket;
        _family = socket.AddressFamily;
        _largest = largest;
        _octets = GC.AllocateUninitializedArray<byte>(Most * largest, pinned: true);
        for (int i = 0; i < Most; i++)
        {
            _pieces[i] = new Libc.Piece { Octets = Pinned.Pointer(_octets) + (i * largest), Length = (nuint)largest };
            _messages[i] = new Libc.Message { Name = socket.Connected ? null : Pinned.Pointer(_senders) + (i * SocketAddresses.LargestSize), Pieces = Pinned.Pointer(_pieces) + i, PieceCount = 1 };
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> this[int index] => _octets.AsSpan(index * _largest, (int)_messages[index].Length);

    /// <inheritdoc/>
    public override int Receive()
    {
        // The system has written how long the addresses were.
        for (int i = 0; i < _count; i++)
        {
            _messages[i].NameLength = _messages[i].Name is null ? 0 : (uint)SocketAddresses.LargestSize;
        }

        _count = Most;
        _count = Libc.Receive(_socket.SafeHandle, Pinned.Pointer(_messages), Most, Libc.WaitForOne);
        return _count;
    }

    /// <inheritdoc/>
    public override RadiusRemote SenderOf(int index) => SocketAddresses.Read(_senders.AsSpan(index * SocketAddresses.LargestSize, SocketAddresses.LargestSize), _family);
}
