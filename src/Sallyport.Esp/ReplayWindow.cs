using System.Numerics;

namespace Sallyport.Esp;

/// <summary>
/// The anti-replay window (RFC 4303 §3.4.3) as a ring of words (RFC 6479): sliding clears whole words and shifts nothing. Not safe for
/// concurrent use.
/// </summary>
public sealed class ReplayWindow
{
    /// <summary>1024 sequence numbers.</summary>
    public const int DefaultSize = 1024;

    private readonly ulong[] _words;
    private readonly int _size;

    /// <summary>Creates an empty window.</summary>
    /// <param name="size">How many sequence numbers behind the newest are still taken: a multiple of 64, at least 64.</param>
    /// <exception cref="ArgumentException">Another size.</exception>
    public ReplayWindow(int size = DefaultSize)
    {
        if (size < 64 || size % 64 != 0)
        {
            throw new ArgumentException("a multiple of 64 is wanted", nameof(size));
        }

        // RFC 6479 §2: at least one word more than the window, so that the word being filled never covers numbers still in it; and a power of
        // two, so that a mask finds the word.
        _words = new ulong[BitOperations.RoundUpToPowerOf2((uint)(size / 64) + 1)];
        _size = size;
    }

    /// <summary>The newest number marked, 0 before the first.</summary>
    public ulong Newest { get; private set; }

    /// <summary>Whether a number was not marked yet and is not too old. Zero is never sent (RFC 4303 §3.3.3).</summary>
    public bool IsFresh(ulong sequence)
    {
        if (sequence == 0)
        {
            return false;
        }

        if (sequence > Newest)
        {
            return true;
        }

        return Newest - sequence < (ulong)_size && (Word(sequence) & Bit(sequence)) == 0;
    }

    /// <summary>Marks a number whose packet proved genuine.</summary>
    public void Mark(ulong sequence)
    {
        if (sequence > Newest)
        {
            ulong steps = Math.Min((sequence >> 6) - (Newest >> 6), (ulong)_words.Length);
            for (ulong i = 1; i <= steps; i++)
            {
                _words[((Newest >> 6) + i) & Mask] = 0;
            }

            // Beyond a whole turn of the ring every word was cleared, the one of the new number among them.
            Newest = sequence;
        }

        Word(sequence) |= Bit(sequence);
    }

    /// <summary>The 64-bit number that the low 32 bits most likely stand for (RFC 4303 appendix A2.2).</summary>
    public ulong Extend(uint low)
    {
        uint newestLow = (uint)Newest;
        ulong high = Newest >> 32;
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

    private ulong Mask => (ulong)_words.Length - 1;

    private static ulong Bit(ulong sequence) => 1UL << (int)(sequence & 63);

    private ref ulong Word(ulong sequence) => ref _words[(sequence >> 6) & Mask];
}
