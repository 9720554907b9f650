using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport.Datagrams;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// A UDP port. A host with several addresses should listen on each rather than on any: a reply leaves from the address that the routing table
/// picks, and a device drops one that comes from another address than it asked.
/// </summary>
/// <param name="EndPoint">Its address and number; number 0 takes a free one.</param>
/// <param name="Roles">What it serves.</param>
public sealed record RadiusUdpListener(IPEndPoint EndPoint, RadiusRoles Roles = RadiusRoles.Authentication) : RadiusListener(EndPoint, Roles)
{
    /// <summary>
    /// How many sockets the port has, each with a thread that reads it; 0 takes one for each processor, up to eight. The system deals senders
    /// out to them by address and port. Only Linux shares a port this way; elsewhere there is one.
    /// </summary>
    public int Readers { get; init; }

    /// <summary>Each socket's receive buffer in octets; the usual default loses part of a burst. The system may allow less.</summary>
    public int ReceiveBufferSize { get; init; } = 4 << 20;

    /// <summary>Whether many datagrams are taken and sent with one system call, where the system can.</summary>
    internal bool Batches { get; init; } = true;

    internal override RadiusBinding Bind(RadiusPipeline pipeline) => new RadiusUdpBinding(pipeline, this);
}

/// <summary>The sockets of one UDP port.</summary>
internal sealed class RadiusUdpBinding : RadiusBinding
{
    private const int MostReaders = 8;
    private const int LinuxSolSocket = 1;
    private const int LinuxSoReusePort = 15;
    private readonly List<RadiusUdpSource> _sources = [];

    public RadiusUdpBinding(RadiusPipeline pipeline, RadiusUdpListener listener)
    {
        int readers = !OperatingSystem.IsLinux() ? 1 : listener.Readers > 0 ? listener.Readers : Math.Min(Environment.ProcessorCount, MostReaders);
        IPEndPoint endPoint = listener.EndPoint;
        try
        {
            if (readers > 1)
            {
                // A port that is shared could be shared with a server that somebody forgot: alone first, to see that nobody has it.
                using Socket probe = Open(listener, endPoint, shared: false);
                endPoint = (IPEndPoint)probe.LocalEndPoint!;
            }

            RadiusAdmission admission = new(listener.Roles);
            for (int i = 0; i < readers; i++)
            {
                Socket socket = Open(listener, endPoint, readers > 1);
                endPoint = (IPEndPoint)socket.LocalEndPoint!;
                _sources.Add(new RadiusUdpSource(pipeline, admission, pipeline.Options.Limits.Share(readers), socket, listener.Batches));
            }
        }
        catch
        {
            _sources.ForEach(s => s.Close());
            throw;
        }

        LocalEndPoint = endPoint;
    }

    public override IPEndPoint LocalEndPoint { get; }

    public override long SystemDrops => _sources.Sum(s => s.SystemDrops);

    public override bool IsServing => _sources.TrueForAll(s => s.IsServing);

    public override void Start() => _sources.ForEach(s => s.Start());

    public override async ValueTask DisposeAsync()
    {
        foreach (RadiusUdpSource source in _sources)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Socket Open(RadiusUdpListener listener, IPEndPoint endPoint, bool shared)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = listener.ReceiveBufferSize;
            if (shared)
            {
                socket.SetRawSocketOption(LinuxSolSocket, LinuxSoReusePort, BitConverter.GetBytes(1));
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>
/// One UDP socket and the thread that reads it: blocking, since an asynchronous receive costs a hop between threads for each datagram
/// (ADR 6). A reply leaves from the thread that made it.
/// </summary>
internal sealed class RadiusUdpSource : RadiusSource, IAsyncDisposable
{
    private const int LinuxSolSocket = 1;
    private const int LinuxSoMemInfo = 55;
    private const int DropsOffset = 8 * sizeof(uint);
    private readonly RadiusPipeline _pipeline;
    private readonly DatagramSocket _socket;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private volatile bool _stopping;

    public RadiusUdpSource(RadiusPipeline pipeline, RadiusAdmission admission, RadiusReplyCacheLimits limits, Socket socket, bool batches)
        : base(pipeline, admission, limits, (IPEndPoint)socket.LocalEndPoint!, "udp")
    {
        _pipeline = pipeline;
        _socket = new DatagramSocket(socket, batches, OnUnsent);
        pipeline.Add(this);
    }

    public bool IsServing => _started && !_ended.Task.IsCompleted;

    /// <summary>Datagrams that found the receive buffer full.</summary>
    public long SystemDrops
    {
        get
        {
            if (!OperatingSystem.IsLinux() || _stopping)
            {
                return 0;
            }

            try
            {
                Span<byte> info = stackalloc byte[9 * sizeof(uint)];
                return _socket.Socket.GetRawSocketOption(LinuxSolSocket, LinuxSoMemInfo, info) > DropsOffset ? BitConverter.ToUInt32(info[DropsOffset..]) : 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    public void Start()
    {
        _started = true;
        new Thread(Read) { IsBackground = true, Name = $"RADIUS {LocalEndPoint}" }.Start();
    }

    public void Close()
    {
        _stopping = true;
        _pipeline.Remove(this);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        if (_started)
        {
            await _ended.Task.ConfigureAwait(false);
        }
    }

    protected override bool TrySend(ReadOnlySpan<byte> reply, in RadiusRemote remote)
    {
        _socket.Send(reply, remote);
        return true;
    }

    private void OnUnsent(RadiusRemote remote, SocketError error)
    {
        // Where the server stops, whoever asked will ask another one.
        RadiusLog.SocketError(_pipeline.Logger, error);
        if (!_stopping)
        {
            _pipeline.Drop(remote, RadiusDropReason.SendFailed);
        }
    }

    private void Read()
    {
        // One octet more than a packet may have: a longer datagram shows.
        DatagramInput input = _socket.CreateInput(RadiusPacket.LargestSize + 1);
        while (!_stopping)
        {
            try
            {
                int count = input.Receive();
                using Outbox.Scope scope = Outbox.Hold();
                for (int i = 0; i < count && !_stopping; i++)
                {
                    Take(input[i], input.SenderOf(i));
                    scope.Pace();
                }
            }
            catch (SocketException e)
            {
                RadiusLog.SocketError(_pipeline.Logger, e.SocketErrorCode);
            }
            catch (ObjectDisposedException)
            {
                break;
            }
        }

        _ended.SetResult();
    }

    private void Take(ReadOnlySpan<byte> octets, in RadiusRemote sender)
    {
        try
        {
            Receive(octets, sender);
        }
#pragma warning disable CA1031 // Nothing that a datagram brings about may end the service.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RadiusLog.ReceiveFailed(_pipeline.Logger, e);
        }
    }
}
