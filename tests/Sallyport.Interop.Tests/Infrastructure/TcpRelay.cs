using System.Net;
using System.Net.Sockets;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>Stands between a client and a server on the loopback, and cuts their connections when asked to.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly List<Socket> _sockets = [];
    private readonly Task _loop;

    public TcpRelay(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>Where the client connects to.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>How often a client has connected.</summary>
    public int Connections { get; private set; }

    /// <summary>Ends every connection on both sides.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(s => s.Dispose());
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _loop;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket front = await _listener.AcceptSocketAsync();
                Socket back = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets)
                {
                    Connections++;
                    _sockets.AddRange([front, back]);
                }

                await back.ConnectAsync(_server);
                _ = CopyAsync(front, back);
                _ = CopyAsync(back, front);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended, or its server.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16384];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, read));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
