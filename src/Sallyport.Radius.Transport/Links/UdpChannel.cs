using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>One source port. It is connected: what does not come from the server's address and port does not reach it.</summary>
internal sealed class UdpChannel : RadiusChannel
{
    private readonly Socket _socket;
    private readonly Task _loop;

    public UdpChannel(RadiusLink link, LinkContext context, IPEndPoint remote)
        : this(link, context, remote, Connect(remote, context.Options.ReceiveBufferSize))
    {
    }

    private UdpChannel(RadiusLink link, LinkContext context, IPEndPoint remote, Socket socket)
        : base(link, context, RadiusPortKind.Datagrams, link.Server.Secret, (IPEndPoint)socket.LocalEndPoint!, remote)
    {
        _socket = socket;
        _loop = Task.Run(ReceiveAsync);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> packet)
    {
        try
        {
            await _socket.SendAsync(packet, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A try that cannot be sent is a try that is not answered.
            RadiusLog.SocketError(Context.Logger, (e as SocketException)?.SocketErrorCode ?? SocketError.Shutdown);
        }
    }

    private static Socket Connect(IPEndPoint remote, int buffer)
    {
        Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = buffer };
        try
        {
            socket.Connect(remote);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize + 1];
        while (true)
        {
            try
            {
                int length = await _socket.ReceiveAsync(buffer, SocketFlags.None, Context.Stopping).ConfigureAwait(false);
                Handle(buffer.AsSpan(0, length));
            }
            catch (SocketException e) when (!IsClosed)
            {
                // Such as "port unreachable": the server may come up before the last try.
                RadiusLog.SocketError(Context.Logger, e.SocketErrorCode);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
