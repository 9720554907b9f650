using System.Net.Sockets;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>
/// A UDP socket whose calls block. What is sent while its thread handles what came in waits in the thread's <see cref="Outbox"/>, and leaves
/// with one system call; elsewhere, and where the system has no such call, each datagram leaves at once.
/// </summary>
/// <param name="socket">The socket, which it owns; nothing may wait for it asynchronously, or .NET would have to emulate calls that block.</param>
/// <param name="batches">Whether many datagrams may be taken and sent at once, where the system can.</param>
/// <param name="onUnsent">Told of a datagram that could not be sent, and whom it was for; on a connected socket nobody.</param>
internal sealed class DatagramSocket(Socket socket, bool batches, Action<RadiusRemote, SocketError> onUnsent) : IDisposable
{
    [ThreadStatic]
    private static System.Net.SocketAddress? s_target;

    /// <summary>The socket.</summary>
    public Socket Socket => socket;

    /// <summary>Whether many datagrams are taken and sent at once.</summary>
    public bool IsBatching { get; } = batches && Libc.IsAvailable;

    /// <summary>Whether it sends to one peer alone.</summary>
    public bool IsConnected { get; } = socket.Connected;

    /// <summary>What reads it.</summary>
    /// <param name="largest">How many octets of a datagram are read.</param>
    public DatagramInput CreateInput(int largest) => IsBatching ? new BatchInput(socket, largest) : new SingleInput(socket, largest);

    /// <summary>Sends a datagram, or has it sent before the thread waits for more input.</summary>
    /// <param name="octets">Its octets, copied where it does not leave at once.</param>
    /// <param name="remote">Whom it is for; ignored on a connected socket.</param>
    public void Send(ReadOnlySpan<byte> octets, in RadiusRemote remote = default)
    {
        if (IsBatching && Outbox.Current is { } outbox)
        {
            outbox.Of(this).Add(octets, remote);
            return;
        }

        try
        {
            if (IsConnected)
            {
                socket.Send(octets, SocketFlags.None);
            }
            else
            {
                AddressFamily family = socket.AddressFamily;
                System.Net.SocketAddress target = s_target?.Family == family ? s_target : s_target = new System.Net.SocketAddress(family);
                SocketAddresses.Write(target.Buffer.Span, family, remote);
                socket.SendTo(octets, SocketFlags.None, target);
            }
        }
        catch (SocketException e)
        {
            onUnsent(remote, e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            onUnsent(remote, SocketError.Shutdown);
        }
    }

    /// <summary>Tells of a datagram that could not be sent.</summary>
    public void TellUnsent(in RadiusRemote remote, SocketError error) => onUnsent(remote, error);

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
