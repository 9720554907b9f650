using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sallyport.Esp;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// The way in: datagrams are received many at a time, opened where they are, gathered to super-packets and written to the TUN device. What is
/// IKE's is handed over.
/// </summary>
internal sealed unsafe class UdpToTun : IDisposable
{
    // How often the kernel is asked what it dropped, while there is traffic.
    private const int OverflowMilliseconds = 250;
    private readonly IpsecEndpoint _endpoint;
    private readonly EspWorker _worker;
    private readonly int _number;
    private readonly UdpReceiveBatch _batch;
    private readonly PacketCoalescer _coalescer;
    private readonly int _mtu;
    private long _nextOverflow;

    /// <summary>Allocates its memory.</summary>
    /// <param name="endpoint">Takes IKE messages.</param>
    /// <param name="worker">Of the same loop.</param>
    /// <param name="number">The loop's number.</param>
    /// <param name="socket">The loop's socket.</param>
    /// <param name="coalesced">Whether the kernel joins datagrams.</param>
    /// <param name="offloads">What the device takes.</param>
    /// <param name="mtu">The longest packet that it takes.</param>
    public UdpToTun(IpsecEndpoint endpoint, EspWorker worker, int number, int socket, bool coalesced, TunOffloads offloads, int mtu)
    {
        _endpoint = endpoint;
        _worker = worker;
        _number = number;
        _batch = new UdpReceiveBatch(socket, coalesced ? UdpReceiveBatch.Coalesced : UdpReceiveBatch.Single);
        _coalescer = new PacketCoalescer(offloads, UdpReceiveBatch.LargestCount);
        _mtu = mtu;
    }

    /// <summary>Forwards what one call receives.</summary>
    /// <param name="queue">Where packets go; <see langword="null"/> where there is no device any more.</param>
    /// <returns>Whether there was anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryForward(TunQueue? queue)
    {
        // What a fault may have left there lies where other datagrams come to lie now.
        _coalescer.Clear();
        int count = _batch.Receive();
        if (count <= 0)
        {
            return false;
        }

        _worker.Begin();
        try
        {
            for (int i = 0; i < count; i++)
            {
                Take(i, queue);
            }

            Write(queue);
            if (Environment.TickCount64 >= _nextOverflow)
            {
                CountOverflow();
            }
        }
        finally
        {
            _worker.End();
        }

        return true;
    }

    public void Dispose() => _batch.Dispose();

    private void CountOverflow()
    {
        _nextOverflow = Environment.TickCount64 + OverflowMilliseconds;
        int datagrams = _batch.Overflow();
        if (datagrams > 0)
        {
            _worker.Drop(IpsecDropReason.ReceiveQueue, datagrams);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(int message, TunQueue? queue)
    {
        Span<byte> octets = _batch.Octets(message);
        int size = _batch.SegmentSize(message);
        byte trafficClass = _batch.TrafficClass(message);
        ReadOnlySpan<byte> from = _batch.From(message);
        do
        {
            Span<byte> datagram = octets[..Math.Min(size, octets.Length)];
            octets = octets[datagram.Length..];
            Take(datagram, from, trafficClass, queue);
        }
        while (!octets.IsEmpty);
    }

    // Of datagrams that came as one, each may be something else: a keepalive or an IKE message may be the short last one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(Span<byte> datagram, ReadOnlySpan<byte> from, byte trafficClass, TunQueue? queue)
    {
        switch (EspUdp.Classify(datagram))
        {
            case EspUdpKind.Esp:
                if (_worker.TryOpen(datagram, from, trafficClass, out Span<byte> inner, out EspTunnel tunnel))
                {
                    tunnel.SentBy(_number);
                    Deliver(inner, from, tunnel, queue);
                }

                break;
            case EspUdpKind.Ike:
                _endpoint.TakeIke(datagram[EspUdp.MarkerSize..], from, natTraversal: true);
                break;
            case EspUdpKind.Keepalive:
                // RFC 3948 §2.3: dropped in silence; the NAT has seen it.
                break;
            default:
                _worker.Drop(IpsecDropReason.Unclassified, from);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Deliver(Span<byte> inner, ReadOnlySpan<byte> from, EspTunnel tunnel, TunQueue? queue)
    {
        if (queue is null || inner.Length > _mtu)
        {
            _worker.DropIn(tunnel, IpsecDropReason.Device, from);
            return;
        }

        // The batch's memory is native: it stays where it is.
        byte* packet = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(inner));
        if (!_coalescer.Add(packet, inner.Length))
        {
            Write(queue);
            _coalescer.Add(packet, inner.Length);
        }

        _worker.CountIn(tunnel, 1, inner.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(TunQueue? queue)
    {
        while (_coalescer.TryTake(out Iovec* pieces, out int count, out int packets, out int octets))
        {
            if (queue is null || !queue.TryWrite(pieces, count))
            {
                _worker.Undelivered(Headers(pieces), packets, octets);
            }
        }
    }

    // The headers stand behind the virtio header, or in the next piece where a packet is alone.
    private static ReadOnlySpan<byte> Headers(Iovec* pieces) => pieces[0].Length > VirtioNetHeader.Size
        ? new ReadOnlySpan<byte>(pieces[0].Base, (int)pieces[0].Length)[VirtioNetHeader.Size..]
        : new ReadOnlySpan<byte>(pieces[1].Base, (int)pieces[1].Length);
}
