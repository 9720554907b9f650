using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks.Sources;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.Devices;

/// <summary>
/// A TUN device of Linux: what the kernel routes into it is read here, what is written here the kernel receives. Needs root or the capability
/// CAP_NET_ADMIN. The device and its routes vanish when it is disposed of.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class TunDevice : IPacketDevice, IValueTaskSource<int>
{
    private const int NameSize = 16;
    private readonly SafeDescriptor _device;
    private readonly SafeDescriptor _wake;
    private readonly uint _index;
    private readonly Thread _waiter;
    private readonly SemaphoreSlim _asked = new(0);
    private ManualResetValueTaskSourceCore<int> _answer;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Memory<byte> _buffer;
    private volatile bool _cancelled;
    private volatile bool _disposed;

    private TunDevice(SafeDescriptor device, SafeDescriptor wake, string name, uint index, int mtu)
    {
        _device = device;
        _wake = wake;
        _index = index;
        Name = name;
        Mtu = mtu;
        _waiter = new Thread(WaitForPackets) { IsBackground = true, Name = $"tun {name}" };
        _waiter.Start();
    }

    /// <inheritdoc/>
    public string Name { get; }

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
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Encoding.ASCII.GetByteCount(name), NameSize, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, 576);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, ushort.MaxValue);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("TUN devices are made on Linux only");
        }

        SafeDescriptor device = new(Libc.Open("/dev/net/tun", Libc.ReadWriteNonblockCloseOnExec));
        SafeDescriptor? wake = null;
        try
        {
            if (device.IsInvalid)
            {
                throw Libc.Failure("opening /dev/net/tun");
            }

            string actual = Attach(device, name);
            uint index = Libc.InterfaceIndex(actual);
            using RouteNetlink netlink = new();
            netlink.SetUp(index, mtu);
            wake = new(Libc.EventDescriptor(0, Libc.EventNonblockCloseOnExec));
            return wake.IsInvalid ? throw Libc.Failure("making an event descriptor") : new TunDevice(device, wake, actual, index, mtu);
        }
        catch
        {
            wake?.Dispose();
            device.Dispose();
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

        try
        {
            fixed (byte* start = packet)
            {
                return Libc.Write(_device, start, (nuint)packet.Length) == packet.Length;
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
            if (_disposed)
            {
                return new ValueTask(_ended.Task);
            }

            _disposed = true;
        }

        _asked.Release();
        Wake();
        return new ValueTask(_ended.Task);
    }

    /// <inheritdoc/>
    int IValueTaskSource<int>.GetResult(short token) => _answer.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _answer.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private static unsafe string Attach(SafeDescriptor device, string name)
    {
        // struct ifreq: 16 octets of name, then the flags.
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request[NameSize..], Libc.TunWithoutPacketInformation);
        fixed (byte* start = request)
        {
            if (Libc.Ioctl(device, Libc.SetTunInterface, start) < 0)
            {
                throw Libc.Failure($"making the device '{name}'");
            }
        }

        ReadOnlySpan<byte> actual = request[..NameSize];
        return Encoding.ASCII.GetString(actual[..actual.IndexOf((byte)0)]);
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
            fixed (byte* start = packet)
            {
                return (int)Libc.Read(_device, start, (nuint)packet.Length);
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

        _device.Dispose();
        _wake.Dispose();
        _ended.SetResult();
    }

    // 0 when woken without a packet: by disposal or cancellation.
    private unsafe int WaitForPacket()
    {
        Libc.PollDescriptor* descriptors = stackalloc Libc.PollDescriptor[2];
        descriptors[0] = new() { Descriptor = (int)_device.DangerousGetHandle(), Events = Libc.PollIn };
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
