using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>A thread's share of the load: its sockets, sent to and read from many datagrams at a time.</summary>
internal sealed unsafe class UdpLoadWorker : IDisposable
{
    private const int Batch = 64;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int Refused = 111;
    private const int NoBuffers = 105;
    private static readonly long ScanEvery = Stopwatch.Frequency / 10;
    private readonly LoadOptions _options;
    private readonly Stream[] _streams;
    private readonly Libc.PollDescriptor[] _descriptors;
    private readonly byte[] _received = GC.AllocateArray<byte>(Batch * (RadiusPacket.LargestSize + 1), pinned: true);
    private readonly Libc.Piece[] _pieces = GC.AllocateArray<Libc.Piece>(2 * Batch, pinned: true);
    private readonly Libc.Message[] _messages = GC.AllocateArray<Libc.Message>(2 * Batch, pinned: true);
    private long _due;

    public UdpLoadWorker(IReadOnlyList<(RequestPool Pool, double Weight, IPEndPoint Server)> streams, int sockets, LoadOptions options)
    {
        _options = options;
        _streams = [.. streams.Select(s => new Stream(s.Weight, new LoadSlots(s.Pool, options, sockets), [.. Enumerable.Range(0, sockets).Select(_ => Open(s.Server))]))];
        if (_streams.Sum(s => s.Slots.Capacity) < options.Outstanding)
        {
            throw new ArgumentException($"{options.Outstanding} requests at once need more than {sockets} sockets: each has 256 identifiers");
        }

        _descriptors = GC.AllocateArray<Libc.PollDescriptor>(streams.Count * sockets, pinned: true);
        int at = 0;
        foreach (Socket socket in _streams.SelectMany(s => s.Sockets))
        {
            _descriptors[at++] = new Libc.PollDescriptor { Descriptor = (int)socket.Handle, Events = Libc.PollIn };
        }

        // The first half sends, the second receives.
        for (int i = 0; i < 2 * Batch; i++)
        {
            _messages[i] = new Libc.Message { Header = new Libc.Header { Pieces = Pointer(_pieces) + i, PieceCount = 1 } };
        }

        for (int i = 0; i < Batch; i++)
        {
            _pieces[Batch + i] = new Libc.Piece { Octets = Pointer(_received) + (i * (RadiusPacket.LargestSize + 1)), Length = RadiusPacket.LargestSize + 1 };
        }
    }

    private int Outstanding
    {
        get
        {
            int outstanding = 0;
            foreach (Stream stream in _streams)
            {
                outstanding += stream.Slots.Outstanding;
            }

            return outstanding;
        }
    }

    /// <summary>Sends until a time on the clock of <see cref="Stopwatch"/>, then waits for what is under way.</summary>
    public void Run(long end)
    {
        foreach (Stream stream in _streams)
        {
            stream.Slots.Reset();
        }

        _due = Stopwatch.GetTimestamp();
        long scan = _due + ScanEvery;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            if (now < end)
            {
                Fill(now);
            }
            else if (Outstanding == 0)
            {
                return;
            }

            Libc.TimeSpec wait = new() { Nanoseconds = (nint)Wait(now) };
            if (Libc.Poll(Pointer(_descriptors), (nuint)_descriptors.Length, &wait, null) > 0)
            {
                Drain();
            }

            if (now > scan)
            {
                scan = now + ScanEvery;
                foreach (Stream stream in _streams)
                {
                    stream.Slots.Expire(now);
                }
            }
        }
    }

    /// <summary>Adds what it has counted.</summary>
    public void Collect(LoadCounts counts)
    {
        foreach (Stream stream in _streams)
        {
            counts.Add(stream.Slots.Counts);
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _streams.SelectMany(s => s.Sockets))
        {
            socket.Dispose();
        }
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static Socket Open(IPEndPoint server)
    {
        Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, SendBufferSize = 4 << 20 };
        socket.Connect(server);
        return socket;
    }

    // Until the next request is due, and never longer than a hundredth of a second.
    private long Wait(long now)
    {
        const long Longest = 10_000_000;
        return _options.Rate > 0 ? Math.Clamp((long)((_due - now) * (1e9 / Stopwatch.Frequency)), 0, Longest) : Longest;
    }

    private void Fill(long now)
    {
        int room = _options.Outstanding - Outstanding;
        while (room > 0 && (_options.Rate == 0 || _due <= now))
        {
            Stream stream = NextStream();
            int channel = stream.Slots.NextChannel;
            int count = 0;
            while (channel >= 0 && count < Batch && room > 0 && (_options.Rate == 0 || _due <= now) && stream.Slots.NextChannel == channel)
            {
                // A request that goes out late has waited all the same: its time counts from when it was due.
                ReadOnlySpan<byte> request = stream.Slots.Begin(_options.Rate > 0 ? _due : now, now);
                _due += _options.Rate > 0 ? (long)(Stopwatch.Frequency / _options.Rate) : 0;
                Put(count++, request);
                room--;
            }

            if (count == 0)
            {
                return;
            }

            stream.Sent += count;
            Send(stream.Sockets[channel], count);
        }
    }

    // Whoever is furthest behind its share.
    private Stream NextStream()
    {
        Stream next = _streams[0];
        foreach (Stream stream in _streams)
        {
            next = stream.Sent / stream.Weight < next.Sent / next.Weight ? stream : next;
        }

        return next;
    }

    private void Put(int index, ReadOnlySpan<byte> request)
    {
        _pieces[index] = new Libc.Piece { Octets = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(request)), Length = (nuint)request.Length };
    }

    private void Send(Socket socket, int count)
    {
        for (int sent = 0; sent < count;)
        {
            int now = Libc.Send((int)socket.Handle, Pointer(_messages) + sent, (uint)(count - sent), 0);
            if (now >= 0)
            {
                sent += now;
                continue;
            }

            // What a server that is not there yet refuses, or the system has no room for, is lost like anything else.
            int error = Marshal.GetLastPInvokeError();
            if (error is NoBuffers)
            {
                sent++;
            }
            else if (error is not (Interrupted or Again or Refused))
            {
                throw new Win32Exception(error);
            }
        }
    }

    private void Drain()
    {
        int at = 0;
        foreach (Stream stream in _streams)
        {
            for (int channel = 0; channel < stream.Sockets.Length; channel++, at++)
            {
                if (_descriptors[at].Returned != 0)
                {
                    Receive(stream, channel);
                }
            }
        }
    }

    private void Receive(Stream stream, int channel)
    {
        Socket socket = stream.Sockets[channel];
        int count;
        do
        {
            count = Libc.Receive((int)socket.Handle, Pointer(_messages) + Batch, Batch, Libc.DontWait, null);
            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> datagram = new(_pieces[Batch + i].Octets, (int)_messages[Batch + i].Length);
                ReadOnlySpan<byte> next = stream.Slots.Handle(channel, datagram, now);
                if (!next.IsEmpty)
                {
                    Put(0, next);
                    Send(socket, 1);
                }
            }
        }
        while (count == Batch);
    }

    private sealed class Stream(double weight, LoadSlots slots, Socket[] sockets)
    {
        public double Weight => weight;

        public LoadSlots Slots => slots;

        public Socket[] Sockets => sockets;

        public long Sent { get; set; }
    }
}
