using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// The way out: a packet or super-packet is read from the TUN device, cut straight to its place behind the ESP header, sealed there, and sent
/// with others of the same peer.
/// </summary>
internal sealed unsafe class TunToUdp : IDisposable
{
    // A super-packet, its header, and some octets in which the checksum's last step may look around.
    private const int BufferSize = ushort.MaxValue + VirtioNetHeader.Size + 64;

    // How long a send waits for the socket to take more, before what is left is dropped.
    private const int PatienceMilliseconds = 2;
    private readonly EspWorker _worker;
    private readonly int _socket;
    private readonly UdpSendBatch _batch;
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly Group[] _groups = new Group[UdpSendBatch.MostGroups];

    public TunToUdp(EspWorker worker, int socket, bool segmenting)
    {
        _worker = worker;
        _socket = socket;
        _batch = new UdpSendBatch(socket, segmenting);
    }

    /// <summary>Forwards what the device has, up to a batch.</summary>
    /// <returns>Whether there was anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryForward(TunQueue queue)
    {
        int length = queue.Read(_buffer, BufferSize);
        if (length <= 0)
        {
            return false;
        }

        _worker.Begin();
        try
        {
            do
            {
                Take(length);
            }
            while (!_batch.IsFull && (length = queue.Read(_buffer, BufferSize)) > 0);

            Send();
        }
        finally
        {
            _worker.End();
        }

        return true;
    }

    public void Dispose()
    {
        _batch.Dispose();
        NativeMemory.Free(_buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(int length)
    {
        Span<byte> octets = new(_buffer, length);
        if (length < VirtioNetHeader.Size
            || !PacketSegments.TryCreate(VirtioNetHeader.Read(octets), octets[VirtioNetHeader.Size..], out PacketSegments segments))
        {
            _worker.Drop(IpsecDropReason.NotIp, 1);
            return;
        }

        if (!_worker.TryRoute(octets[VirtioNetHeader.Size..], segments.Count, out EspTunnel tunnel))
        {
            return;
        }

        if (tunnel.TryGetCurrent(out EspPair pair))
        {
            Seal(ref segments, tunnel, pair);
        }
        else
        {
            _worker.DropOut(tunnel, IpsecDropReason.NotSealed, segments.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Seal(ref PacketSegments segments, EspTunnel tunnel, EspPair pair)
    {
        SocketAddress remote = tunnel.Remote;
        for (int i = 0; i < segments.Count; i++)
        {
            if (_batch.IsFull)
            {
                Send();
            }

            Span<byte> place = _batch.Free;
            segments.TryNext(place[pair.TextOffset..], out int inner);
            if (!pair.Outbound.TrySeal(place.Slice(pair.TextOffset, inner), place, out int length))
            {
                _worker.DropOut(tunnel, IpsecDropReason.NotSealed, 1);
                continue;
            }

            _worker.Trace(tunnel, place[..length]);
            Add(tunnel, remote, length, inner);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(EspTunnel tunnel, SocketAddress remote, int length, int inner)
    {
        int last = _batch.Count - 1;
        if (last < 0 || _groups[last].Tunnel != tunnel || _groups[last].Remote != remote || !_batch.TryAppend(length))
        {
            _batch.Begin(length, remote.Buffer.Span[..remote.Size]);
            _groups[++last] = new Group { Tunnel = tunnel, Remote = remote };
        }

        _groups[last].Packets++;
        _groups[last].Octets += inner;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Send()
    {
        bool waited = false;
        int next = 0;
        while (next < _batch.Count)
        {
            int sent = _batch.Send(next);
            if (sent > 0)
            {
                for (int i = 0; i < sent; i++)
                {
                    Count(next++, sent: true);
                }
            }
            else if (!TryGoOn(-sent, ref waited, ref next))
            {
                break;
            }
        }

        while (next < _batch.Count)
        {
            Count(next++, sent: false);
        }

        Array.Clear(_groups, 0, _batch.Count);
        _batch.Clear();
    }

    // What an error concerns is the next group: it is tried again, sent in another way, or dropped; or all that is left is.
    private bool TryGoOn(int error, ref bool waited, ref int next)
    {
        switch (error)
        {
            case Libc.Again or Libc.NoBuffers:
                bool wait = !waited;
                waited = true;
                return wait && IsWritable();
            case Libc.InputOutput when _batch.Segmenting:
                // udp(7): the route's device cannot checksum what would be cut. It will not learn to.
                Count(next, sent: _batch.SendSingly(next) == 0);
                next++;
                return true;
            default:
                Count(next++, sent: false);
                return true;
        }
    }

    private bool IsWritable()
    {
        Libc.PollDescriptor socket = new() { Descriptor = _socket, Events = Libc.PollOut };
        return Libc.Poll(&socket, 1, PatienceMilliseconds) > 0;
    }

    private void Count(int group, bool sent)
    {
        ref Group counted = ref _groups[group];
        if (sent)
        {
            _worker.CountOut(counted.Tunnel!, counted.Packets, counted.Octets);
        }
        else
        {
            _worker.DropOut(counted.Tunnel!, IpsecDropReason.NotSent, counted.Packets);
        }
    }

    // What the batch's group of the same number is made of.
    private struct Group
    {
        public EspTunnel? Tunnel;
        public SocketAddress? Remote;
        public int Packets;
        public long Octets;
    }
}
