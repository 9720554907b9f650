using System.Net;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Ipsec.Tests.Devices;

/// <summary>A host that pings as fast as it is answered until told to stop, with so few pings under way that no socket's buffer overflows.</summary>
internal sealed class PingFlood(IPAddress from, IPAddress to) : IPacketDevice
{
    private readonly byte[] _ping = Packets.Echo(from.ToString(), to.ToString(), size: 600);
    private readonly SemaphoreSlim _room = new(32);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sent;
    private int _answered;
    private bool _stopped;

    public string Name => "flood";

    public int Mtu => 1400;

    public int Sent => Volatile.Read(ref _sent);

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Done once it was stopped and all pings are answered.</summary>
    public Task Done => _done.Task;

    /// <summary>Called with the number of answers so far, by whoever brings them.</summary>
    public Action<int>? OnAnswer { get; set; }

    public async ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default)
    {
        await _room.WaitAsync(cancellationToken);
        lock (_room)
        {
            if (!_stopped)
            {
                _sent++;
                _ping.CopyTo(packet);
                return _ping.Length;
            }
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    /// <summary>Pings no more.</summary>
    public void Stop()
    {
        lock (_room)
        {
            _stopped = true;
        }
    }

    public bool TryWrite(ReadOnlySpan<byte> packet)
    {
        int answered = Interlocked.Increment(ref _answered);
        _room.Release();
        OnAnswer?.Invoke(answered);
        lock (_room)
        {
            if (_stopped && answered == _sent)
            {
                _done.TrySetResult();
            }
        }

        return true;
    }

    public ValueTask DisposeAsync()
    {
        _room.Dispose();
        return ValueTask.CompletedTask;
    }
}
