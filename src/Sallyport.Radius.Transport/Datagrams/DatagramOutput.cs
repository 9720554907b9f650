using System.Net.Sockets;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>What a thread has to send from one socket (Linux).</summary>
internal sealed unsafe class DatagramOutput
{
    private const int Most = 32;
    private const int Size = 16 * 1024;
    private readonly byte[] _octets = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    private readonly byte[] _targets = GC.AllocateArray<byte>(Most * SocketAddresses.LargestSize, pinned: true);
    private readonly Libc.Piece[] _pieces = GC.AllocateArray<Libc.Piece>(Most, pinned: true);
    private readonly Libc.Message[] _messages = GC.AllocateArray<Libc.Message>(Most, pinned: true);
    private readonly RadiusRemote[] _remotes = new RadiusRemote[Most];
    private AddressFamily _family;
    private int _count;
    private int _length;

    public DatagramOutput()
    {
        for (int i = 0; i < Most; i++)
        {
            _messages[i] = new Libc.Message { Pieces = Pinned.Pointer(_pieces) + i, PieceCount = 1 };
        }
    }

    /// <summary>The socket, while anything waits; null for none.</summary>
    public DatagramSocket? Socket { get; private set; }

    /// <summary>Serves a socket.</summary>
    public void Serve(DatagramSocket socket)
    {
        Socket = socket;
        AddressFamily family = socket.IsConnected ? AddressFamily.Unspecified : socket.Socket.AddressFamily;
        if (family == _family)
        {
            return;
        }

        _family = family;
        ReadOnlySpan<byte> blank = family == AddressFamily.Unspecified ? [] : SocketAddresses.Blank(family);
        for (int i = 0; i < Most; i++)
        {
            blank.CopyTo(_targets.AsSpan(i * SocketAddresses.LargestSize));
            _messages[i].Name = blank.IsEmpty ? null : Pinned.Pointer(_targets) + (i * SocketAddresses.LargestSize);
            _messages[i].NameLength = (uint)blank.Length;
        }
    }

    /// <summary>Adds a datagram; what waits leaves first where there is no room for it.</summary>
    public void Add(ReadOnlySpan<byte> octets, in RadiusRemote remote)
    {
        if (_count == Most || _length + octets.Length > Size)
        {
            Send();
        }

        octets.CopyTo(_octets.AsSpan(_length));
        _pieces[_count] = new Libc.Piece { Octets = Pinned.Pointer(_octets) + _length, Length = (nuint)octets.Length };
        _remotes[_count] = remote;
        if (_family != AddressFamily.Unspecified)
        {
            SocketAddresses.Write(_targets.AsSpan(_count * SocketAddresses.LargestSize, SocketAddresses.LargestSize), _family, remote);
        }

        _length += octets.Length;
        _count++;
    }

    /// <summary>Sends what waits, and serves the socket no longer.</summary>
    public void Flush()
    {
        Send();
        Socket = null;
    }

    private void Send()
    {
        for (int sent = 0; sent < _count;)
        {
            try
            {
                sent += Libc.Send(Socket!.Socket.SafeHandle, Pinned.Pointer(_messages) + sent, _count - sent);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The first of those left is to blame, and none but it.
                Socket!.TellUnsent(_remotes[sent++], (e as SocketException)?.SocketErrorCode ?? SocketError.Shutdown);
            }
        }

        (_count, _length) = (0, 0);
    }
}
