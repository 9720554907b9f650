using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Driver;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// One thread that forwards both ways between a UDP socket and a TUN queue of its own, each batch from beginning to end; it sleeps while
/// neither has anything.
/// </summary>
internal sealed unsafe class ForwardingLoop : IDisposable
{
    private readonly UdpToTun _in;
    private readonly TunToUdp _out;
    private readonly EspWorker _worker;
    private readonly int _socket;
    private readonly Inbox _inbox;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TunQueue? _queue;
    private volatile bool _lettingGo;
    private volatile bool _stopping;

    /// <summary>Prepares a loop, which takes all of its parts over but socket and queue.</summary>
    public ForwardingLoop(int number, UdpToTun inward, TunToUdp outward, EspWorker worker, Inbox inbox, int socket, TunQueue queue, ILogger logger)
    {
        _in = inward;
        _out = outward;
        _worker = worker;
        _socket = socket;
        _queue = queue;
        _logger = logger;
        _inbox = inbox;
        _thread = new Thread(Run) { IsBackground = true, Name = $"esp {queue.Name} {number}" };
    }

    public void Start() => _thread.Start();

    /// <summary>Makes the loop use its TUN queue no more; done once it does not.</summary>
    public Task LetGoAsync()
    {
        _lettingGo = true;
        _inbox.Wake();
        return _letGo.Task;
    }

    /// <summary>Ends the loop, after the batch that it is at.</summary>
    public void Stop()
    {
        _stopping = true;
        _inbox.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _letGo.TrySetResult();
    }

    public void Dispose()
    {
        Stop();
        _in.Dispose();
        _out.Dispose();
        _worker.Dispose();
        _inbox.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                if (!TryForward())
                {
                    Wait();
                }
            }
            catch (Exception e)
            {
                // Whatever it is, one packet may not end the loop that serves all others.
                IpsecLog.Fault(_logger, e);
            }

            if (_lettingGo)
            {
                _queue = null;
                _letGo.TrySetResult();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryForward()
    {
        bool any = _in.TryForward(_queue);
        any |= _out.TryForward(_queue);
        return any;
    }

    private void Wait()
    {
        if (!_inbox.TrySleep())
        {
            return;
        }

        const int Count = 3;
        Libc.PollDescriptor* descriptors = stackalloc Libc.PollDescriptor[Count];
        descriptors[0] = new() { Descriptor = _socket, Events = Libc.PollIn };
        descriptors[1] = new() { Descriptor = _queue is null ? -1 : (int)_queue.Descriptor.DangerousGetHandle(), Events = Libc.PollIn };
        descriptors[2] = new() { Descriptor = _inbox.WakeDescriptor, Events = Libc.PollIn };
        _ = Libc.Poll(descriptors, Count, -1);
        _inbox.Awake(woken: descriptors[2].Returned != 0);

        // A device that somebody has deleted is always ready and never has anything.
        if ((descriptors[1].Returned & ~Libc.PollIn) != 0)
        {
            _queue = null;
        }
    }
}
