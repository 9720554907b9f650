using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>One queue of a TUN device. Each packet, in and out, has a struct virtio_net_hdr before it where the kernel knows of such.</summary>
internal sealed unsafe class TunQueue : IDisposable
{
    public const int NameSize = 16;
    private readonly int _number;

    private TunQueue(SafeDescriptor descriptor, string name, bool hasHeader)
    {
        Descriptor = descriptor;
        _number = (int)descriptor.DangerousGetHandle();
        Name = name;
        HasHeader = hasHeader;
    }

    public SafeDescriptor Descriptor { get; }

    /// <summary>The device's name.</summary>
    public string Name { get; }

    /// <summary>Whether packets have a virtio header before them, and the device may have further queues.</summary>
    public bool HasHeader { get; }

    /// <summary>Makes a device with one queue.</summary>
    /// <exception cref="UnauthorizedAccessException">The process may not make network devices.</exception>
    /// <exception cref="IOException">The kernel refuses, for instance because the name is taken.</exception>
    public static TunQueue Make(string name)
    {
        const short Best = Libc.TunWithoutPacketInformation | Libc.TunVirtioHeader | Libc.TunMultiQueue | Libc.TunExclusive;
        return TryOpen(name, Best, out TunQueue? queue, out int error)
            || (error == Libc.Invalid && TryOpen(name, Libc.TunWithoutPacketInformation, out queue, out error))
            ? queue!
            : throw Libc.Failure($"making the device '{name}'", error);
    }

    /// <summary>Opens a further queue of the same device; <see langword="null"/> where the kernel has none to give.</summary>
    public TunQueue? TryOpenAnother() =>
        HasHeader && TryOpen(Name, Libc.TunWithoutPacketInformation | Libc.TunVirtioHeader | Libc.TunMultiQueue, out TunQueue? queue, out _) ? queue : null;

    /// <summary>Takes the next packet with its header.</summary>
    /// <returns>Its octets, or an errno below zero: <see cref="Libc.Again"/> where there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Read(byte* buffer, int size)
    {
        nint read;
        while ((read = Libc.Read(_number, buffer, (nuint)size)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Libc.Interrupted)
            {
                return -error;
            }
        }

        return (int)read;
    }

    /// <summary>Gives the kernel a packet whose first piece is its header.</summary>
    /// <returns>Whether it took it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryWrite(Iovec* pieces, int count)
    {
        while (Libc.WritePieces(_number, pieces, count) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Asks the kernel to leave work to us and take it from us: flags of TUNSETOFFLOAD.</summary>
    public bool TrySetOffloads(uint flags) => HasHeader && Libc.Ioctl(Descriptor, Libc.SetTunOffloads, flags) == 0;

    public void Dispose() => Descriptor.Dispose();

    private static bool TryOpen(string name, short flags, out TunQueue? queue, out int error)
    {
        queue = null;
        error = 0;
        SafeDescriptor descriptor = new(Libc.Open("/dev/net/tun", Libc.ReadWriteNonblockCloseOnExec));
        if (descriptor.IsInvalid)
        {
            throw Libc.Failure("opening /dev/net/tun");
        }

        // struct ifreq: 16 octets of name, then the flags.
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request[NameSize..], flags);
        fixed (byte* start = request)
        {
            if (Libc.Ioctl(descriptor, Libc.SetTunInterface, start) < 0)
            {
                error = Marshal.GetLastPInvokeError();
                descriptor.Dispose();
                return false;
            }
        }

        ReadOnlySpan<byte> actual = request[..NameSize];
        queue = new TunQueue(descriptor, Encoding.ASCII.GetString(actual[..actual.IndexOf((byte)0)]), (flags & Libc.TunVirtioHeader) != 0);
        return true;
    }
}
