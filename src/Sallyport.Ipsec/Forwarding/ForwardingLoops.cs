using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// The offloading data path of Linux: a loop for each processor. The kernel deals peers out to the loops' sockets (SO_REUSEPORT), and flows to
/// their TUN queues: it sends a flow to the queue by which packets of its other direction came in. So a tunnel's packets of both directions
/// are soon in the hands of one loop; those that are not are handed to it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ForwardingLoops : IDisposable
{
    private readonly TunDevice _device;
    private readonly List<ForwardingLoop> _loops = [];
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TunQueues? _queues;

    private ForwardingLoops(TunDevice device) => _device = device;

    /// <summary>Which of the features are in use.</summary>
    private DataPathFeatures Features { get; set; }

    /// <summary>Takes a device's queues and a port's datagrams over, where this kernel lets it.</summary>
    /// <param name="parts">What the loops work with.</param>
    /// <param name="device">The device.</param>
    /// <param name="count">How many loops are wanted.</param>
    /// <param name="wanted">What to ask the kernel for.</param>
    /// <returns>The loops, running; <see langword="null"/> where the device or the port is not to be had in this way.</returns>
    public static ForwardingLoops? TryStart(ForwardingParts parts, TunDevice device, int count, DataPathFeatures wanted)
    {
        ForwardingLoops loops = new(device);
        try
        {
            if (loops.TryTake(parts, count, wanted))
            {
                loops.Start(parts);
                return loops;
            }
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            IpsecLog.NoOffload(parts.Logger, device.Name, e);
        }

        loops.Dispose();
        return null;
    }

    /// <summary>Ends the loops and gives the device's queues back.</summary>
    public void Dispose()
    {
        // Each of them may hand something over to another until all have stopped.
        foreach (ForwardingLoop loop in _loops)
        {
            loop.Stop();
        }

        foreach (ForwardingLoop loop in _loops)
        {
            loop.Dispose();
        }

        if (_queues is not null)
        {
            _device.GiveBack(_queues);
        }

        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        _ready.TrySetResult();
    }

    private bool TryTake(ForwardingParts parts, int count, DataPathFeatures wanted)
    {
        _queues = _device.TryTake(count, wanted.HasFlag(DataPathFeatures.TunOffload), LetGoAsync);
        if (_queues is null)
        {
            return false;
        }

        for (int i = 0; i < _queues.All.Count; i++)
        {
            _sockets.Add(parts.Port.OpenShared());
        }

        bool Has(DataPathFeatures feature, int option, int value) => wanted.HasFlag(feature) && _sockets.All(s => TrySet(s, ControlMessage.UdpLevel, option, value));
        Features = (Has(DataPathFeatures.UdpSegmentation, ControlMessage.UdpSegment, 0) ? DataPathFeatures.UdpSegmentation : 0)
            | (Has(DataPathFeatures.UdpCoalescing, ControlMessage.UdpReceiveOffload, 1) ? DataPathFeatures.UdpCoalescing : 0)
            | (_queues.Offloads != TunOffloads.None ? DataPathFeatures.TunOffload : 0);
        return true;
    }

    private void Start(ForwardingParts parts)
    {
        Inbox[] inboxes = [.. _sockets.Select(_ => new Inbox())];
        for (int i = 0; i < _sockets.Count; i++)
        {
            int socket = (int)_sockets[i].SafeHandle.DangerousGetHandle();
            EspWorker worker = new(parts);
            UdpToTun inward = new(parts.Endpoint, worker, i, socket, Features.HasFlag(DataPathFeatures.UdpCoalescing), _queues!.Offloads, _device.Mtu);
            TunToUdp outward = new(worker, i, inboxes, socket, Features.HasFlag(DataPathFeatures.UdpSegmentation));
            _loops.Add(new ForwardingLoop(i, inward, outward, worker, inboxes[i], socket, _queues.All[i], parts.Logger));
        }

        // Whoever sends does so by a socket that stays; the one that all began with is read to its end and closed.
        parts.Port.SendBy(_sockets[0]);
        foreach (ForwardingLoop loop in _loops)
        {
            loop.Start();
        }

        _ready.SetResult();
        IpsecLog.Offload(parts.Logger, _device.Name, _loops.Count, Features, _queues!.Offloads);
    }

    private async Task LetGoAsync()
    {
        await _ready.Task.ConfigureAwait(false);
        await Task.WhenAll(_loops.Select(l => l.LetGoAsync())).ConfigureAwait(false);
    }

    private static bool TrySet(Socket socket, int level, int option, int value)
    {
        try
        {
            socket.SetRawSocketOption(level, option, BitConverter.GetBytes(value));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
