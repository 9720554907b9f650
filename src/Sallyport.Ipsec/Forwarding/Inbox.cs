using System.Runtime.InteropServices;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// What other loops have read from their TUN queues for a tunnel that this loop sends for: a bounded ring with any number of writers and one
/// reader, without locks. Each place has a number that says whose turn it is: that of the round's writer, or one more for the reader. It also
/// wakes the loop.
/// </summary>
internal sealed unsafe class Inbox : IDisposable
{
    /// <summary>What was read from a TUN device fits a place.</summary>
    public const int PlaceSize = ushort.MaxValue + 1 + 64;

    /// <summary>How many may wait.</summary>
    public const int Capacity = 256;

    // Turn and length stand before the octets; a place begins on a cache line.
    private const int HeaderSize = 64;
    private const int Stride = HeaderSize + ((PlaceSize + 63) & ~63);
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Capacity * Stride, 64);
    private readonly SafeDescriptor _wake = new(Libc.EventDescriptor(0, Libc.EventNonblockCloseOnExec));
    private long _written;
    private long _read;
    private int _sleeping;

    /// <summary>Allocates its memory.</summary>
    /// <exception cref="IOException">The process may open no further descriptor.</exception>
    public Inbox()
    {
        if (_wake.IsInvalid)
        {
            NativeMemory.AlignedFree(_memory);
            throw Libc.Failure("making an event descriptor");
        }

        for (long i = 0; i < Capacity; i++)
        {
            Turn(i) = i;
        }
    }

    /// <summary>What becomes readable when the loop is woken.</summary>
    public int WakeDescriptor => (int)_wake.DangerousGetHandle();

    /// <summary>Whether something waits.</summary>
    public bool IsEmpty => Volatile.Read(ref Turn(_read)) != _read + 1;

    /// <summary>Puts a packet in; not where as many wait as may.</summary>
    public bool TryAdd(ReadOnlySpan<byte> octets)
    {
        long place = Volatile.Read(ref _written);
        while (true)
        {
            long turn = Volatile.Read(ref Turn(place));
            if (turn < place)
            {
                return false;
            }

            long seen = turn == place ? Interlocked.CompareExchange(ref _written, place + 1, place) : Volatile.Read(ref _written);
            if (turn == place && seen == place)
            {
                break;
            }

            place = seen;
        }

        byte* start = Place(place);
        *(int*)(start + sizeof(long)) = octets.Length;
        octets.CopyTo(new Span<byte>(start + HeaderSize, PlaceSize));
        Volatile.Write(ref Turn(place), place + 1);
        return true;
    }

    /// <summary>Looks at the packet whose turn it is. It stays until it is <see cref="Remove"/>d.</summary>
    public bool TryPeek(out Span<byte> octets)
    {
        octets = default;
        if (IsEmpty)
        {
            return false;
        }

        byte* start = Place(_read);
        octets = new Span<byte>(start + HeaderSize, *(int*)(start + sizeof(long)));
        return true;
    }

    /// <summary>Takes away what was looked at.</summary>
    public void Remove()
    {
        Volatile.Write(ref Turn(_read), _read + Capacity);
        _read++;
    }

    /// <summary>Wakes the loop where it sleeps. After something was put in.</summary>
    public void WakeIfSleeping()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) != 0)
        {
            Wake();
        }
    }

    /// <summary>Wakes the loop.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Says that the loop is about to sleep.</summary>
    /// <returns>Whether it may: nothing waits, and whoever puts something in from now on sees that it sleeps.</returns>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _sleeping, 1);
        if (IsEmpty)
        {
            return true;
        }

        _sleeping = 0;
        return false;
    }

    /// <summary>Says that the loop is awake.</summary>
    /// <param name="woken">Whether by this.</param>
    public void Awake(bool woken)
    {
        Volatile.Write(ref _sleeping, 0);
        if (woken)
        {
            ulong count = 0;
            _ = Libc.Read(_wake, (byte*)&count, sizeof(ulong));
        }
    }

    public void Dispose()
    {
        _wake.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    private byte* Place(long number) => _memory + ((number % Capacity) * Stride);

    private ref long Turn(long number) => ref *(long*)Place(number);
}
