using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sallyport.Esp;
using Sallyport.Ipsec.Devices.Linux;
using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// The way out: a packet or super-packet is read from the TUN device, cut straight to its place behind the ESP header, sealed there, and sent
/// with others of the same peer.
/// </summary>
internal sealed unsafe class TunToUdp : IDisposable
{
    // A super-packet and its header.
    private const int BufferSize = ushort.MaxValue + VirtioNetHeader.Size;

    // How often a batch reads at most. What it drops or hands over does not fill it, and the other direction waits.
    private const int MostReads = UdpSendBatch.MostGroups;

    // How long a socket or another loop is waited for that takes no more just now, before what is left is dropped.
    private const int PatienceMilliseconds = 2;
    private readonly EspWorker _worker;
    private readonly int _number;
    private readonly Inbox[] _inboxes;
    private readonly int _socket;
    private readonly UdpSendBatch _batch;
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* _scratch = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly Group[] _groups = new Group[UdpSendBatch.MostGroups];

    /// <summary>Allocates its memory.</summary>
    /// <param name="worker">Of the same loop.</param>
    /// <param name="number">The loop's number.</param>
    /// <param name="inboxes">Those of all loops.</param>
    /// <param name="socket">The loop's socket.</param>
    /// <param name="segmenting">Whether the kernel can cut datagrams.</param>
    public TunToUdp(EspWorker worker, int number, Inbox[] inboxes, int socket, bool segmenting)
    {
        _worker = worker;
        _number = number;
        _inboxes = inboxes;
        _socket = socket;
        _batch = new UdpSendBatch(socket, segmenting);
    }

    /// <summary>Forwards what the device and other loops have, up to a batch.</summary>
    /// <param name="queue">The device's queue; <see langword="null"/> where there is no device any more.</param>
    /// <returns>Whether there was anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryForward(TunQueue? queue)
    {
        Inbox own = _inboxes[_number];
        bool handedOver = !own.IsEmpty;
        int length = handedOver ? 0 : Read(queue);
        if (length <= 0 && !handedOver)
        {
            return false;
        }

        _worker.Begin();
        try
        {
            int reads = 1;
            if (handedOver)
            {
                reads += TakeHandedOver(own, queue);
                length = _batch.IsFull ? 0 : Read(queue);
            }

            for (; length > 0; reads++)
            {
                Take(new Span<byte>(_buffer, length), queue);
                length = _batch.IsFull || reads >= MostReads ? 0 : Read(queue);
            }

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
        NativeMemory.Free(_scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Read(TunQueue? queue) => queue is null ? 0 : queue.Read(_buffer, BufferSize);

    private int TakeHandedOver(Inbox inbox, TunQueue? queue)
    {
        int taken = 0;
        for (; taken < Inbox.Capacity && !_batch.IsFull && inbox.TryPeek(out Span<byte> octets); taken++)
        {
            try
            {
                Take(octets, queue);
            }
            finally
            {
                inbox.Remove();
            }
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(Span<byte> octets, TunQueue? queue)
    {
        if (octets.Length < VirtioNetHeader.Size
            || !PacketSegments.TryCreate(VirtioNetHeader.Read(octets), octets[VirtioNetHeader.Size..], out PacketSegments segments))
        {
            _worker.Drop(IpsecDropReason.NotIp, 1);
            return;
        }

        ReadOnlySpan<byte> packet = octets[VirtioNetHeader.Size..];
        if (!_worker.TryRoute(packet, segments.Count, out EspTunnel tunnel))
        {
            return;
        }

        int owner = tunnel.Loop % _inboxes.Length;
        if (owner != _number)
        {
            HandOver(octets, segments, tunnel, owner);
            return;
        }

        if (!tunnel.TryGetCurrent(out EspPair pair))
        {
            _worker.DropOut(tunnel, IpsecDropReason.NotSealed, segments.Count);
            return;
        }

        // RFC 4301 §5.1.2.1, RFC 6040 §4.1: DSCP and ECN go outside as they are inside.
        OuterHeader.TryCreate(packet, out OuterHeader outer);
        PacketFit fit = _worker.Fit(packet, segments.LargestLength, segments.Count, pair);
        Group to = new() { Tunnel = tunnel, Remote = tunnel.Remote, TrafficClass = outer.TrafficClass, IsTooLong = fit.Action == PacketFitAction.SealForFragments };
        switch (fit.Action)
        {
            case PacketFitAction.Refuse:
                Explain(ref segments, fit.Mtu, queue);
                break;
            case PacketFitAction.Fragment:
                SealFragments(ref segments, fit.Mtu, pair, to);
                break;
            default:
                Seal(ref segments, pair, to);
                break;
        }
    }

    // One loop seals all of a tunnel's packets, so that they leave in the order of their numbers: a peer's replay window may be small. That loop
    // is given time to take what waits; meanwhile further packets wait in the device's queue, which slows their senders down.
    private void HandOver(Span<byte> octets, in PacketSegments segments, EspTunnel tunnel, int owner)
    {
        if (segments.IsSingle)
        {
            // Its checksum has just been completed, which must be done once.
            octets[..VirtioNetHeader.Size].Clear();
        }

        Inbox inbox = _inboxes[owner];
        bool added = inbox.TryAdd(octets);
        for (long end = Environment.TickCount64 + PatienceMilliseconds; !added && Environment.TickCount64 <= end; added = inbox.TryAdd(octets))
        {
            inbox.WakeIfSleeping();
            Thread.Yield();
        }

        if (added)
        {
            inbox.WakeIfSleeping();
        }
        else
        {
            _worker.DropOut(tunnel, IpsecDropReason.ForwardingQueue, segments.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Seal(ref PacketSegments segments, EspPair pair, in Group to)
    {
        for (int i = 0; i < segments.Count; i++)
        {
            Span<byte> place = Place();
            segments.TryNext(place[pair.TextOffset..], out int inner);
            Seal(place, inner, pair, to);
        }
    }

    // RFC 4301 §8.2: what may be fragmented is, before it is sealed, so that the other end need not put anything together.
    private void SealFragments(ref PacketSegments segments, int mtu, EspPair pair, in Group to)
    {
        Span<byte> scratch = new(_scratch, BufferSize);
        while (segments.TryNext(scratch, out int length))
        {
            if (!IPv4Fragments.TryCreate(scratch[..length], mtu, out IPv4Fragments fragments))
            {
                _worker.DropOut(pair.Tunnel, IpsecDropReason.NotIp, 1);
                continue;
            }

            Span<byte> place = Place();
            while (fragments.TryNext(place[pair.TextOffset..], out int inner))
            {
                Seal(place, inner, pair, to);
                place = Place();
            }
        }
    }

    // About a super-packet, as about the first of its packets.
    private void Explain(ref PacketSegments segments, int mtu, TunQueue? queue)
    {
        Span<byte> packet = new(_scratch, BufferSize);
        Span<byte> message = new(_buffer, VirtioNetHeader.Size + PacketTooBig.LargestSize);
        segments.TryNext(packet, out int length);
        if (_worker.TryExplain(packet[..length], mtu, message[VirtioNetHeader.Size..], out int messageLength))
        {
            default(VirtioNetHeader).Write(message);
            Iovec piece = new() { Base = _buffer, Length = (nuint)(VirtioNetHeader.Size + messageLength) };
            queue?.TryWrite(&piece, 1);
        }
    }

    private Span<byte> Place()
    {
        if (_batch.IsFull)
        {
            Send();
        }

        return _batch.Free;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Seal(Span<byte> place, int inner, EspPair pair, in Group to)
    {
        if (!pair.Outbound.TrySeal(place.Slice(pair.TextOffset, inner), place, out int length))
        {
            _worker.DropOut(pair.Tunnel, IpsecDropReason.NotSealed, 1);
            return;
        }

        _worker.Trace(pair.Tunnel, place[..length]);
        int last = _batch.Count - 1;
        if (last < 0 || !to.GoesWith(_groups[last]) || !_batch.TryAppend(length))
        {
            SocketAddress remote = to.Remote!;
            _batch.Begin(length, remote.Buffer.Span[..remote.Size], to.TrafficClass, to.IsTooLong);
            _groups[++last] = to;
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
            case Libc.InputOutput:
                // udp(7): the route's device cannot checksum what would be cut. It will not learn to; those that were made before are sent singly too.
                _batch.StopSegmenting();
                Count(next, sent: _batch.SendSingly(next) == 0);
                next++;
                return true;
            case Libc.Invalid or Libc.MessageSize:
                // What is longer than the path carries goes in fragments, since it is sealed already. Where that is news, others will be made shorter.
                if (!_groups[next].IsTooLong)
                {
                    _worker.MeasurePath(_groups[next].Tunnel!);
                }

                Count(next, sent: _batch.SendInFragments(next) == 0);
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
        public byte TrafficClass;
        public bool IsTooLong;
        public int Packets;
        public long Octets;

        public readonly bool GoesWith(in Group other) => Tunnel == other.Tunnel && Remote == other.Remote && TrafficClass == other.TrafficClass && !IsTooLong;
    }
}
