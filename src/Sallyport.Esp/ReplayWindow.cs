using System.Numerics;

namespace Sallyport.Esp;

/// <summary>
/// The anti-replay window (RFC 4303 §3.4.3) as a ring of slots, each for a block of sequence numbers (after RFC 6479): a slot holds the block's
/// number and which of the block's sequence numbers were marked, so that the window slides by itself as slots are taken over, and one atomic
/// exchange decides who marks a number. Safe for concurrent use, without a lock.
/// </summary>
public sealed class ReplayWindow
{
    /// <summary>1024 sequence numbers.</summary>
    public const int DefaultSize = 1024;

    // A slot: 48 bits of the block's number above a bit for each of its sequence numbers. Blocks that share a slot and 48 bits are 2^52
    // sequence numbers and more apart.
    private const int BlockBits = 4;
    private const int BlockSize = 1 << BlockBits;
    private readonly ulong[] _slots;
    private readonly int _size;
    private ulong _newest;

    /// <summary>Creates an empty window.</summary>
    /// <param name="size">How many sequence numbers behind the newest are still taken: a multiple of 64, at least 64.</param>
    /// <exception cref="ArgumentException">Another size.</exception>
    public ReplayWindow(int size = DefaultSize)
    {
        if (size < 64 || size % 64 != 0)
        {
            throw new ArgumentException("a multiple of 64 is wanted", nameof(size));
        }

        // RFC 6479 §2: at least one slot more than the window fills, so that the block of the newest number never takes over one still in the
        // window; and a power of two, so that a mask finds the slot.
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)(size / BlockSize) + 1)];
        _size = size;
    }

    /// <summary>The newest number marked, 0 before the first.</summary>
    public ulong Newest => Volatile.Read(ref _newest);

    /// <summary>Whether a number was not marked yet and is not too old. Zero is never sent (RFC 4303 §3.3.3).</summary>
    public bool IsFresh(ulong sequence)
    {
        ulong newest = Volatile.Read(ref _newest);
        return sequence > newest
            || (sequence != 0 && newest - sequence < (ulong)_size && IsUnmarked(Volatile.Read(ref Slot(sequence)), sequence));
    }

    /// <summary>Marks a number whose packet proved genuine.</summary>
    /// <returns>Whether this call did: <see langword="false"/> where it was marked already, perhaps a moment ago by another thread, or has become too old.</returns>
    public bool TryMark(ulong sequence)
    {
        ref ulong slot = ref Slot(sequence);
        ulong seen = Volatile.Read(ref slot);
        while (IsUnmarked(seen, sequence))
        {
            ulong marked = (IsSameBlock(seen, sequence) ? seen : Block(sequence)) | Bit(sequence);
            ulong found = Interlocked.CompareExchange(ref slot, marked, seen);
            if (found == seen)
            {
                // Two threads may leave the older of their numbers here. Slots alone decide what is taken, so that nothing is taken twice; the
                // window's lower end is late by as much until the next number comes.
                if (sequence > Volatile.Read(ref _newest))
                {
                    Volatile.Write(ref _newest, sequence);
                }

                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>The 64-bit number that the low 32 bits most likely stand for (RFC 4303 appendix A2.2).</summary>
    public ulong Extend(uint low)
    {
        ulong newest = Volatile.Read(ref _newest);
        uint newestLow = (uint)newest;
        ulong high = newest >> 32;
        uint bottom = newestLow - (uint)_size + 1;
        if (newestLow >= (uint)_size - 1)
        {
            // The window lies within one subspace: what is below it belongs to the next.
            high += low < bottom ? 1u : 0u;
        }
        else
        {
            // The window spans two: what is above its bottom belongs to the one before, where there is one.
            high -= low >= bottom && high > 0 ? 1u : 0u;
        }

        return (high << 32) | low;
    }

    private static ulong Block(ulong sequence) => sequence >> BlockBits << BlockSize;

    private static ulong Bit(ulong sequence) => 1UL << (int)(sequence & (BlockSize - 1));

    private static bool IsSameBlock(ulong slot, ulong sequence) => (slot ^ Block(sequence)) >> BlockSize == 0;

    // A slot of an older block is about to be taken over; in one of a newer block the number has become too old.
    private static bool IsUnmarked(ulong slot, ulong sequence) =>
        IsSameBlock(slot, sequence) ? (slot & Bit(sequence)) == 0 : (long)((slot >> BlockSize << BlockSize) - Block(sequence)) < 0;

    private ref ulong Slot(ulong sequence) => ref _slots[(sequence >> BlockBits) & ((ulong)_slots.Length - 1)];
}
