using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks.Sources;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Devices;

/// <summary>
/// A TUN device of Linux: what the kernel routes into it is read here, what is written here the kernel receives. Needs root or the capability
/// CAP_NET_ADMIN. The device and its routes vanish when it is disposed of. An <see cref="IpsecEndpoint"/> that it is attached to reads and
/// writes many packets at a time.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class TunDevice : IPacketDevice, IValueTaskSource<int>
{
    private readonly TunQueue _queue;
    private readonly SafeDescriptor _wake;
    private readonly uint _index;
    private readonly SemaphoreSlim _asked = new(0);
    private ManualResetValueTaskSourceCore<int> _answer;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _waiter;
    private TunQueues? _taken;
    private Memory<byte> _buffer;
    private volatile bool _cancelled;
    private volatile bool _disposed;

    private TunDevice(TunQueue queue, SafeDescriptor wake, uint index, int mtu)
    {
        _queue = queue;
        _wake = wake;
        _index = index;
        Mtu = mtu;
    }

    /// <inheritdoc/>
    public string Name => _queue.Name;

    /// <inheritdoc/>
    public int Mtu { get; }

    /// <summary>Makes a device and switches it on.</summary>
    /// <param name="name">Its name, of at most 15 ASCII octets; <c>%d</c> in it stands for the first free number.</param>
    /// <param name="mtu">The longest packet in octets, 576 to 65535.</param>
    /// <exception cref="UnauthorizedAccessException">The process may not make network devices.</exception>
    /// <exception cref="IOException">The kernel refuses, for instance because the name is taken or it has no TUN driver.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static TunDevice Open(string name = "sallyport%d", int mtu = InsideHost.DefaultMtu)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Encoding.ASCII.GetByteCount(name), TunQueue.NameSize, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, 576);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, ushort.MaxValue);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("TUN devices are made on Linux only");
        }

        TunQueue queue = TunQueue.Make(name);
        SafeDescriptor? wake = null;
        try
        {
            uint index = Libc.InterfaceIndex(queue.Name);
            using RouteNetlink netlink = new();
            netlink.SetUp(index, mtu);
            wake = new(Libc.EventDescriptor(0, Libc.EventNonblockCloseOnExec));
            return wake.IsInvalid ? throw Libc.Failure("making an event descriptor") : new TunDevice(queue, wake, index, mtu);
        }
        catch
        {
            wake?.Dispose();
            queue.Dispose();
            throw;
        }
    }

    /// <summary>Gives the device an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">The length in bits of the network that is reached through the device; 32 or 128 for the address alone.</param>
    /// <exception cref="UnauthorizedAccessException">The process may not.</exception>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void AddAddress(IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        using RouteNetlink netlink = new();
        netlink.AddAddress(_index, address, prefixLength);
    }

    /// <summary>Routes a network into the device.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="UnauthorizedAccessException">The process may not.</exception>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void AddRoute(IPNetwork network)
    {
        using RouteNetlink netlink = new();
        netlink.AddRoute(_index, network);
    }

    /// <inheritdoc/>
    /// <remarks>The continuation runs on the device's own thread, so that a reading loop costs no hand-over per packet.</remarks>
    public ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int length = _disposed ? 0 : TryRead(packet.Span);
        if (length > 0)
        {
            return ValueTask.FromResult(length);
        }

        _answer.Reset();
        lock (_gate)
        {
            if (_disposed)
            {
                return ValueTask.FromResult(0);
            }

            _buffer = packet;
            _cancelled = false;
            if (_waiter is null)
            {
                _waiter = new Thread(WaitForPackets) { IsBackground = true, Name = $"tun {Name}" };
                _waiter.Start();
            }
        }

        _asked.Release();
        ValueTask<int> answer = new(this, _answer.Version);
        return cancellationToken.CanBeCanceled ? WithCancellation(answer, cancellationToken) : answer;
    }

    /// <inheritdoc/>
    public unsafe bool TryWrite(ReadOnlySpan<byte> packet)
    {
        if (_disposed || packet.IsEmpty || packet.Length > Mtu)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[VirtioNetHeader.Size];
        header.Clear();
        try
        {
            fixed (byte* start = packet, headerStart = header)
            {
                Iovec* pieces = stackalloc Iovec[2];
                int count = Pieces(pieces, headerStart, start, packet.Length);
                return Libc.WritePieces(_queue.Descriptor, pieces, count) >= packet.Length;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _ = EndAsync(_waiter is not null, _taken);
            }
        }

        return new ValueTask(_ended.Task);
    }

    /// <summary>
    /// Hands the device's queues over, one for each of those that forward, which from now on read and write them. The kernel may leave
    /// checksums and cutting to them. Further queues belong to the network namespace of the calling thread, and are had only in the device's.
    /// </summary>
    /// <param name="most">How many are wanted.</param>
    /// <param name="offload">Whether super-packets are wanted.</param>
    /// <param name="recall">Called when the device ends; done once nobody uses the queues any more.</param>
    /// <returns>The queues, at least one; <see langword="null"/> where they are not to be had.</returns>
    internal TunQueues? TryTake(int most, bool offload, Func<Task> recall)
    {
        lock (_gate)
        {
            if (_disposed || _taken is not null || !_queue.HasHeader)
            {
                return null;
            }

            List<TunQueue> queues = [_queue];
            while (queues.Count < most && Libc.InterfaceIndex(Name) == _index && _queue.TryOpenAnother() is { } another)
            {
                queues.Add(another);
            }

            return _taken = new TunQueues(queues, offload ? SetOffloads() : TunOffloads.None, recall);
        }
    }

    /// <summary>Takes the queues back: packets are read and written singly again.</summary>
    internal void GiveBack(TunQueues queues)
    {
        lock (_gate)
        {
            if (_taken == queues)
            {
                _taken = null;
                CloseFurther(queues);
                if (!_disposed)
                {
                    _queue.TrySetOffloads((uint)TunOffloads.None);
                }
            }
        }
    }

    /// <inheritdoc/>
    int IValueTaskSource<int>.GetResult(short token) => _answer.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _answer.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    // linux/if_tun.h: UDP came with Linux 6.2; the kernel takes all that it is asked for, or nothing.
    private TunOffloads SetOffloads()
    {
        const TunOffloads Tcp = TunOffloads.Checksum | TunOffloads.Tcp4 | TunOffloads.Tcp6 | TunOffloads.TcpEcn;
        foreach (TunOffloads some in (ReadOnlySpan<TunOffloads>)[Tcp | TunOffloads.Udp4 | TunOffloads.Udp6, Tcp, TunOffloads.Checksum])
        {
            if (_queue.TrySetOffloads((uint)some))
            {
                return some;
            }
        }

        return TunOffloads.None;
    }

    private void CloseFurther(TunQueues queues)
    {
        foreach (TunQueue queue in queues.All.Where(q => q != _queue))
        {
            queue.Dispose();
        }
    }

    private async Task EndAsync(bool isRead, TunQueues? taken)
    {
        if (taken is not null)
        {
            await taken.Recall().ConfigureAwait(false);
            CloseFurther(taken);
        }

        if (isRead)
        {
            _asked.Release();
            Wake();
        }
        else
        {
            Close();
        }
    }

    private void Close()
    {
        _queue.Dispose();
        _wake.Dispose();
        _ended.SetResult();
    }

    // A packet with its header, where the kernel puts one before it: of zeros, as nothing is left to be done.
    private unsafe int Pieces(Iovec* pieces, byte* header, byte* packet, int length)
    {
        int count = 0;
        if (_queue.HasHeader)
        {
            pieces[count++] = new Iovec { Base = header, Length = VirtioNetHeader.Size };
        }

        pieces[count++] = new Iovec { Base = packet, Length = (nuint)length };
        return count;
    }

    private async ValueTask<int> WithCancellation(ValueTask<int> answer, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static device => ((TunDevice)device!).Cancel(), this))
        {
            int length = await answer.ConfigureAwait(false);
            if (length == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return length;
        }
    }

    private void Cancel()
    {
        _cancelled = true;
        Wake();
    }

    private unsafe void Wake()
    {
        try
        {
            ulong one = 1;
            _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The waiter has ended and needs no waking.
        }
    }

    private unsafe int TryRead(Span<byte> packet)
    {
        try
        {
            byte* header = stackalloc byte[VirtioNetHeader.Size];
            fixed (byte* start = packet)
            {
                Iovec* pieces = stackalloc Iovec[2];
                int count = Pieces(pieces, header, start, packet.Length);
                return (int)Libc.ReadPieces(_queue.Descriptor, pieces, count) - (_queue.HasHeader ? VirtioNetHeader.Size : 0);
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    // The only owner of the descriptors' end, since poll knows them by number.
    private void WaitForPackets()
    {
        do
        {
            _asked.Wait();
            if (!_buffer.IsEmpty)
            {
                int length = WaitForPacket();
                _buffer = default;
                _answer.SetResult(length);
            }
        }
        while (!_disposed);

        Close();
    }

    // 0 when woken without a packet: by disposal or cancellation.
    private unsafe int WaitForPacket()
    {
        Libc.PollDescriptor* descriptors = stackalloc Libc.PollDescriptor[2];
        descriptors[0] = new() { Descriptor = (int)_queue.Descriptor.DangerousGetHandle(), Events = Libc.PollIn };
        descriptors[1] = new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = Libc.PollIn };
        while (!_disposed && !_cancelled)
        {
            _ = Libc.Poll(descriptors, 2, -1);
            ulong count = 0;
            _ = Libc.Read(_wake, (byte*)&count, sizeof(ulong));
            int length = TryRead(_buffer.Span);
            if (length > 0)
            {
                return length;
            }
        }

        return 0;
    }
}
