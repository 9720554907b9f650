using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Client;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport.Datagrams;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>One source port. It is connected: what does not come from the server's address and port does not reach it.</summary>
internal sealed class UdpChannel : RadiusChannel
{
    private readonly DatagramSocket _socket;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UdpChannel(RadiusLink link, LinkContext context, IPEndPoint remote)
        : this(link, context, remote, Connect(remote, context.Options.ReceiveBufferSize))
    {
    }

    private UdpChannel(RadiusLink link, LinkContext context, IPEndPoint remote, Socket socket)
        : base(link, context, RadiusPortKind.Datagrams, link.Server.Secret, (IPEndPoint)socket.LocalEndPoint!, remote)
    {
        _socket = new DatagramSocket(socket, context.Options.Batches, OnUnsent);
        new Thread(Read) { IsBackground = true, Name = $"RADIUS to {remote}" }.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _ended.Task.ConfigureAwait(false);
    }

    protected override void Write(ReadOnlySpan<byte> packet) => _socket.Send(packet);

    // A try that cannot be sent is a try that is not answered.
    private void OnUnsent(RadiusRemote remote, SocketError error) => RadiusLog.SocketError(Context.Logger, error);

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

    // A thread that blocks costs less than half of what waiting without one does: no hop for each reply.
    private void Read()
    {
        DatagramInput input = _socket.CreateInput(RadiusPacket.LargestSize + 1);
        while (true)
        {
            try
            {
                int count = input.Receive();
                using Outbox.Scope scope = Outbox.Hold();
                for (int i = 0; i < count; i++)
                {
                    Handle(input[i]);
                    scope.Pace();
                }
            }
            catch (SocketException e) when (!IsClosed)
            {
                // Such as "port unreachable": the server may come up before the last try.
                RadiusLog.SocketError(Context.Logger, e.SocketErrorCode);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                break;
            }
        }

        _ended.SetResult();
    }
}
