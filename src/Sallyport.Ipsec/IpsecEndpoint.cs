using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Esp;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec;

/// <summary>
/// Where IKEv2, ESP and the operating system meet: two UDP sockets (IKE's port, and the one that IKE shares with ESP), one loop that owns
/// the IKE core, and a data path that carries inner packets between ESP and a device. Gateway and client at once, for any number of sessions.
/// </summary>
public sealed class IpsecEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private readonly IpsecEndpointOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly UdpPort _ikePort;
    private readonly UdpPort _natPort;
    private readonly DropCounter _drops;
    private readonly TunnelTable _tunnels = new();
    private readonly ForwardingParts _parts;
    private readonly PlainForwarder _forwarder;
    private readonly IkeLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _takenOver = new();
    private readonly List<Task> _tasks = [];
    private readonly List<IDisposable> _forwarding = [];
    private Task? _disposal;

    private IpsecEndpoint(IpsecEndpointOptions options, ILoggerFactory? loggerFactory, TimeProvider? timeProvider)
    {
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _logger = new SafeLogger((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<IpsecEndpoint>());
        _start = _time.GetTimestamp();
        _drops = new DropCounter(_logger, _time, options.DropLogInterval);
        _ikePort = new UdpPort(options.Address, options.IkePort, options.ReceiveBufferSize);
        try
        {
            _natPort = new UdpPort(options.Address, options.NatTraversalPort, options.ReceiveBufferSize, options.PathMtuLimit);
        }
        catch
        {
            _ikePort.Dispose();
            throw;
        }

        _parts = new ForwardingParts(this, _natPort, _tunnels, _drops, _logger);
        _forwarder = new PlainForwarder(_parts);
        _loop = new IkeLoop(this, options, _ikePort, _natPort, _tunnels, _drops, _logger, _time);
    }

    /// <summary>Where IKE is received.</summary>
    public IPEndPoint IkeEndPoint => _ikePort.Local;

    /// <summary>Where IKE and ESP are received (RFC 3948).</summary>
    public IPEndPoint NatTraversalEndPoint => _natPort.Local;

    /// <summary>The sessions whose tunnels are up, oldest first.</summary>
    public IReadOnlyList<IpsecSession> Sessions => _loop.EstablishedSessions;

    /// <summary>Time since the endpoint was started, by which its IKE core goes.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Binds the sockets and begins to serve.</summary>
    /// <param name="options">How to behave.</param>
    /// <param name="loggerFactory">Where logs go.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="ArgumentException">The options cannot be.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor does not have what <see cref="IpsecEndpointOptions.EspProvider"/> asks for.</exception>
    /// <exception cref="SocketException">An address or port cannot be had.</exception>
    public static IpsecEndpoint Start(IpsecEndpointOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Responder is not null && options.GatewayHandler is null)
        {
            throw new ArgumentException($"{nameof(options.Responder)} wants a {nameof(options.GatewayHandler)}", nameof(options));
        }

        if (!AesGcmAead.IsSupported(options.EspProvider))
        {
            throw new PlatformNotSupportedException($"{options.EspProvider} needs instructions that this processor does not have");
        }

        // Throws where there can be none of this size.
        _ = new ReplayWindow(options.ReplayWindow);

        IpsecEndpoint endpoint = new(options, loggerFactory, timeProvider);
        endpoint.Begin();
        return endpoint;
    }

    /// <summary>How many datagrams and packets were dropped for a reason.</summary>
    public long Dropped(IpsecDropReason reason) => _drops[reason];

    /// <summary>Sets the device where inner packets come from and go to, where the options gave none.</summary>
    /// <param name="device">The device; whoever made it disposes of it.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint is gone.</exception>
    public void Attach(IPacketDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        lock (_tasks)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            if (_forwarder.Device is not null)
            {
                throw new InvalidOperationException("a device is attached already");
            }

            _forwarder.Device = device;
            if (!TryOffload(device))
            {
                IpsecLog.Plain(_logger, device.Name);
                _tasks.Add(Task.Run(() => EndQuietlyAsync(_forwarder.ForwardAsync(device, _stop.Token))));
            }
        }
    }

    /// <summary>Begins a session as a client.</summary>
    /// <param name="gateway">The gateway's address and IKE port.</param>
    /// <param name="natTraversalPort">Its port for IKE and ESP, 4500 as a rule.</param>
    /// <param name="options">Makes the session's options; it is given the path by which to go on after IKE_SA_INIT.</param>
    /// <param name="handler">The program's part.</param>
    /// <returns>The session, as soon as its first message is under way.</returns>
    public Task<IpsecSession> ConnectAsync(IPEndPoint gateway, int natTraversalPort, Func<IkePath, IkeInitiatorOptions> options, IIpsecClientHandler handler)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        IPEndPoint natGateway = new(gateway.Address, natTraversalPort);
        IkePath path = new(_ikePort.LocalFor(gateway), gateway, NatTraversal: false);
        IkePath natPath = new(_natPort.LocalFor(natGateway), natGateway, NatTraversal: true);
        IkeInitiatorOptions initiator = options(natPath);
        return InvokeAsync(() => _loop.Connect(initiator, path, handler));
    }

    /// <summary>Runs a function on the loop that owns the IKE core, where sessions may be looked at without their changing meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The endpoint is gone.</exception>
    public Task<T> InvokeAsync<T>(Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = Post(_ =>
        {
            try
            {
                result.TrySetResult(function());
            }
            catch (Exception e)
            {
                result.TrySetException(e);
            }
        });
        if (!posted)
        {
            result.TrySetException(new ObjectDisposedException(nameof(IpsecEndpoint)));
        }

        return result.Task;
    }

    /// <summary>Ends every session, telling the peers and waiting for their answers up to two seconds, then closes the sockets.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_tasks)
        {
            return new ValueTask(_disposal ??= DisposeCoreAsync());
        }
    }

    internal void Move(IpsecSession session) => _loop.Move(session);

    internal bool Post(Action<TimeSpan> action) => _loop.TryPost(new IkeWork(action));

    /// <summary>Queues an IKE message for the loop that owns the IKE core.</summary>
    /// <param name="datagram">The message, without the marker that tells it from ESP.</param>
    /// <param name="from">Its sender, a struct sockaddr.</param>
    /// <param name="natTraversal">Whether it came to the port that IKE and ESP share.</param>
    internal void TakeIke(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> from, bool natTraversal)
    {
        IPEndPoint remote = UdpPort.ToEndPoint(from);
        if (!_loop.HasRoom)
        {
            _drops.Add(IpsecDropReason.IkeOverload, remote);
            return;
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(Math.Max(1, datagram.Length));
        datagram.CopyTo(copy);
        if (!_loop.TryPostDatagram(new IkeWork(copy, datagram.Length, remote, natTraversal, null)))
        {
            ArrayPool<byte>.Shared.Return(copy);
            _drops.Add(IpsecDropReason.IkeOverload, remote);
        }
    }

    private void Begin()
    {
        lock (_tasks)
        {
            _tasks.Add(Task.Run(_loop.RunAsync));
            _tasks.Add(Task.Run(() => EndQuietlyAsync(ReceiveIkeAsync())));
            _tasks.Add(Task.Run(() => EndQuietlyAsync(ReceiveEspAsync())));
        }

        if (_options.Device is not null)
        {
            Attach(_options.Device);
        }
    }

    private async Task DisposeCoreAsync()
    {
        try
        {
            await _loop.CloseAllAsync().WaitAsync(Farewell).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A peer that does not answer is not waited for.
        }

        _loop.Complete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        foreach (IDisposable loops in _forwarding)
        {
            loops.Dispose();
        }

        _forwarder.Dispose();
        _loop.Dispose();
        _ikePort.Dispose();
        _natPort.Dispose();
        _stop.Dispose();
        _takenOver.Dispose();
    }

    // A TUN device is worth more than to be read and written packet by packet.
    private bool TryOffload(IPacketDevice device)
    {
        if (!Message.IsSupported || device is not TunDevice tun || _options.DataPath != IpsecDataPath.Offload)
        {
            return false;
        }

        int loops = _options.ForwardingLoops > 0 ? _options.ForwardingLoops : Environment.ProcessorCount;
        if (ForwardingLoops.TryStart(_parts, tun, loops, _options.Features) is not { } forwarding)
        {
            return false;
        }

        _forwarding.Add(forwarding);
        _takenOver.Cancel();
        return true;
    }

    private async Task ReceiveIkeAsync()
    {
        using DatagramReader reader = _ikePort.NewReader();
        await ReceiveAsync(reader, _ikePort, _stop.Token).ConfigureAwait(false);
    }

    // Until loops take the port over. What had come by then is taken in here; what comes later comes to their sockets.
    private async Task ReceiveEspAsync()
    {
        using DatagramReader reader = _natPort.NewReader();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _takenOver.Token);
        try
        {
            await ReceiveAsync(reader, _natPort, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_takenOver.IsCancellationRequested)
        {
            // The last ones are still to be taken in.
        }

        if (!_takenOver.IsCancellationRequested)
        {
            return;
        }

        // What was on its way to this socket when the kernel was told to give it nothing more is there a moment later.
        _natPort.StopFirst();
        for (int round = 0; round < 2; round++)
        {
            while (reader.TryReceive())
            {
                Take(reader, _natPort);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None).ConfigureAwait(false);
        }

        _natPort.CloseFirst();
    }

    private async Task ReceiveAsync(DatagramReader reader, UdpPort port, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await reader.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                Take(reader, port);
            }
            catch (SocketException e)
            {
                // Such as an ICMP error for something sent before; the socket lives on.
                IpsecLog.ReceiveFailed(_logger, port.Local, e);
            }
            catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
            {
                // Whatever it is, such as a device that throws, one datagram may not end the loop that serves all others.
                IpsecLog.Fault(_logger, e);
            }
        }
    }

    private void Take(DatagramReader reader, UdpPort port)
    {
        Span<byte> datagram = reader.Datagram;
        if (port == _ikePort)
        {
            TakeIke(datagram, reader.From, natTraversal: false);
            return;
        }

        switch (EspUdp.Classify(datagram))
        {
            case EspUdpKind.Esp:
                _forwarder.Receive(datagram, reader.From, reader.TrafficClass);
                break;
            case EspUdpKind.Ike:
                TakeIke(datagram[EspUdp.MarkerSize..], reader.From, natTraversal: true);
                break;
            case EspUdpKind.Keepalive:
                // RFC 3948 §2.3: dropped in silence; the NAT has seen it.
                break;
            default:
                _forwarder.Drop(IpsecDropReason.Unclassified, reader.From);
                break;
        }
    }

    private async Task EndQuietlyAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The endpoint ends.
        }
        catch (Exception e)
        {
            IpsecLog.Fault(_logger, e);
        }
    }
}
