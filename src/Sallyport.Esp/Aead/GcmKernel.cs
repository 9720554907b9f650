using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sallyport.Esp.Aead;

/// <summary>
/// AES-GCM (NIST SP 800-38D) for packets, in one pass. Text of 128 octets and more goes through <see cref="Bulk{TDirection}"/>, where eight
/// blocks are encrypted while eight others are hashed: AES has waiting time, and the multiplier fills it. What is left, the tag's block among
/// it, is one step. Branches and addresses depend on lengths alone, which are no secrets.
/// </summary>
internal static class GcmKernel<T>
    where T : struct, IGcmInstructions
{
    /// <summary>The blocks that one step of <see cref="Bulk{TDirection}"/> takes, in octets.</summary>
    private const int Step = 128;

    /// <summary>Encrypts or decrypts, and hashes the ciphertext.</summary>
    /// <typeparam name="TDirection"><see cref="Sealing"/> or <see cref="Opening"/>.</typeparam>
    /// <param name="table">The key's table (<see cref="GcmKeyTable"/>).</param>
    /// <param name="rounds">The rounds of AES.</param>
    /// <param name="start">The block J0: the nonce and a counter of 1.</param>
    /// <param name="data">The additional data as <see cref="GcmHash{T}.Data"/> leaves it: a factor is yet to come.</param>
    /// <param name="dataLength">The additional data's octets.</param>
    /// <param name="input">The text.</param>
    /// <param name="output">Where the other text goes: the same place or one apart.</param>
    /// <param name="length">The text's octets.</param>
    /// <returns>The tag.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Run<TDirection>(ref byte table, int rounds, Vector128<byte> start, Vector128<ulong> data, int dataLength, ref byte input, ref byte output, int length)
        where TDirection : struct, IGcmDirection
    {
        int left = length;
        uint counter = 2;
        ref byte powers = ref Unsafe.Add(ref table, GcmKeyTable.Powers);
        Vector128<ulong> hash = Vector128<ulong>.Zero;
        if (left >= Step)
        {
            int bulk = left & -Step;
            hash = GcmHash<T>.Multiply(data, ref Unsafe.Add(ref powers, -16));
            hash = Bulk<TDirection>(ref table, rounds, start, hash, ref input, ref output, bulk);
            counter += (uint)bulk / 16;
            left -= bulk;
            input = ref Unsafe.Add(ref input, bulk);
            output = ref Unsafe.Add(ref output, bulk);
        }

        int blocks = (left + 15) >> 4;
        Unsafe.SkipInit(out KeyStream stream);
        ref Vector256<byte> keys = ref Unsafe.As<KeyStream, Vector256<byte>>(ref stream);
        Vector128<byte> mask = Generate(ref table, rounds, start, counter, blocks, ref keys);

        Vector256<ulong> low = Vector256<ulong>.Zero;
        Vector256<ulong> middle = Vector256<ulong>.Zero;
        Vector256<ulong> high = Vector256<ulong>.Zero;
        Vector256<ulong> before = hash.ToVector256();
        ref byte power = ref Unsafe.Add(ref powers, -16 * (blocks + 1));
        if (length < Step)
        {
            // In front of a short text the additional data is one block more: no reduction of its own.
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref power, -16), data.ToVector256(), ref low, ref middle, ref high);
        }

        for (; left >= 32; left -= 32)
        {
            Vector256<byte> from = Vector256.LoadUnsafe(ref input);
            Vector256<byte> to = from ^ keys;
            to.StoreUnsafe(ref output);
            Vector256<ulong> cipher = T.Reverse(TDirection.Seals ? to : from).AsUInt64() ^ before;
            before = Vector256<ulong>.Zero;
            GcmHash<T>.Accumulate(ref power, cipher, ref low, ref middle, ref high);
            keys = ref Unsafe.Add(ref keys, 1);
            power = ref Unsafe.Add(ref power, 32);
            input = ref Unsafe.Add(ref input, 32);
            output = ref Unsafe.Add(ref output, 32);
        }

        // The lengths in bits are the last block (SP 800-38D §7.1 step 5), here octet-reversed.
        Vector128<ulong> lengths = Vector128.Create((ulong)length * 8, (ulong)dataLength * 8);
        if (left > 16)
        {
            int rest = left - 16;
            Vector128<byte> from = Vector128.LoadUnsafe(ref input);
            Vector128<byte> fromRest = PartialBlock.Load(ref Unsafe.Add(ref input, 16), rest);
            Vector128<byte> to = from ^ keys.GetLower();
            Vector128<byte> toRest = (fromRest ^ keys.GetUpper()) & PartialBlock.Mask(rest);
            to.StoreUnsafe(ref output);
            PartialBlock.Store(toRest, ref Unsafe.Add(ref output, 16), rest);
            Vector256<byte> cipher = TDirection.Seals ? Vector256.Create(to, toRest) : Vector256.Create(from, fromRest);
            GcmHash<T>.Accumulate(ref power, T.Reverse(cipher).AsUInt64() ^ before, ref low, ref middle, ref high);
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -16), lengths.ToVector256(), ref low, ref middle, ref high);
        }
        else if (left > 0)
        {
            Vector128<byte> from = PartialBlock.Load(ref input, left);
            Vector128<byte> to = (from ^ keys.GetLower()) & PartialBlock.Mask(left);
            PartialBlock.Store(to, ref output, left);
            Vector256<ulong> cipher = T.Reverse((TDirection.Seals ? to : from).ToVector256()).AsUInt64() ^ before;
            GcmHash<T>.Accumulate(ref power, cipher.WithUpper(lengths), ref low, ref middle, ref high);
        }
        else
        {
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -16), lengths.ToVector256() ^ before, ref low, ref middle, ref high);
        }

        Vector128<ulong> tag = GcmHash<T>.Reduce(low, middle, high);
        return T.Reverse(tag.AsByte().ToVector256()).GetLower() ^ mask;
    }

    // Eight blocks a turn. Sealing hashes the ciphertext of the turn before, which stays eight blocks behind; opening hashes what it decrypts.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> Bulk<TDirection>(ref byte table, int rounds, Vector128<byte> start, Vector128<ulong> hash, ref byte input, ref byte output, int length)
        where TDirection : struct, IGcmDirection
    {
        uint counter = 2;
        nint at = 0;
        if (TDirection.Seals)
        {
            First(ref table, rounds, start, ref input, ref output);
            counter += Step / 16;
            at = Step;
        }

        ref byte powers = ref Unsafe.Add(ref table, GcmKeyTable.Powers);
        for (; at < length; at += Step)
        {
            Vector128<byte> key = Key(ref table, 0);
            Count(start, counter, out Vector128<byte> x0, out Vector128<byte> x1, out Vector128<byte> x2, out Vector128<byte> x3, out Vector128<byte> x4, out Vector128<byte> x5, out Vector128<byte> x6, out Vector128<byte> x7);
            counter += Step / 16;
            x0 ^= key;
            x1 ^= key;
            x2 ^= key;
            x3 ^= key;
            x4 ^= key;
            x5 ^= key;
            x6 ^= key;
            x7 ^= key;

            ref byte from = ref Unsafe.Add(ref input, at);
            ref byte cipher = ref TDirection.Seals ? ref Unsafe.Add(ref output, at - Step) : ref from;
            Vector256<ulong> low = Vector256<ulong>.Zero;
            Vector256<ulong> middle = Vector256<ulong>.Zero;
            Vector256<ulong> high = Vector256<ulong>.Zero;
            Round(Key(ref table, 1), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -128), GcmHash<T>.Pair(ref cipher, 0) ^ hash.ToVector256(), ref low, ref middle, ref high);
            Round(Key(ref table, 2), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -96), GcmHash<T>.Pair(ref cipher, 32), ref low, ref middle, ref high);
            Round(Key(ref table, 3), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -64), GcmHash<T>.Pair(ref cipher, 64), ref low, ref middle, ref high);
            Round(Key(ref table, 4), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            GcmHash<T>.Accumulate(ref Unsafe.Add(ref powers, -32), GcmHash<T>.Pair(ref cipher, 96), ref low, ref middle, ref high);
            Round(Key(ref table, 5), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Round(Key(ref table, 6), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            hash = GcmHash<T>.Reduce(low, middle, high);
            Round(Key(ref table, 7), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Round(Key(ref table, 8), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Round(Key(ref table, 9), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            for (int round = 10; round < rounds; round += 2)
            {
                Round(Key(ref table, round), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
                Round(Key(ref table, round + 1), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            }

            LastRound(Key(ref table, rounds), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
            Write(ref from, ref Unsafe.Add(ref output, at), x0, x1, x2, x3, x4, x5, x6, x7);
        }

        return TDirection.Seals ? GcmHash<T>.Eight(ref table, ref Unsafe.Add(ref output, length - Step), hash) : hash;
    }

    // The first eight blocks that are sealed: there is nothing to hash yet.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void First(ref byte table, int rounds, Vector128<byte> start, ref byte input, ref byte output)
    {
        Count(start, 2, out Vector128<byte> x0, out Vector128<byte> x1, out Vector128<byte> x2, out Vector128<byte> x3, out Vector128<byte> x4, out Vector128<byte> x5, out Vector128<byte> x6, out Vector128<byte> x7);
        Vector128<byte> key = Key(ref table, 0);
        x0 ^= key;
        x1 ^= key;
        x2 ^= key;
        x3 ^= key;
        x4 ^= key;
        x5 ^= key;
        x6 ^= key;
        x7 ^= key;
        for (int round = 1; round < rounds; round++)
        {
            Round(Key(ref table, round), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        }

        LastRound(Key(ref table, rounds), ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        Write(ref input, ref output, x0, x1, x2, x3, x4, x5, x6, x7);
    }

    // The key stream of up to eight blocks, two by two; returns what masks the tag. Fewer blocks cost fewer rounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Generate(ref byte table, int rounds, Vector128<byte> start, uint counter, int blocks, ref Vector256<byte> keys)
    {
        Vector128<byte> key = Key(ref table, 0);
        Vector128<byte> mask = start ^ key;
        if (blocks == 0)
        {
            for (int round = 1; round < rounds; round++)
            {
                mask = T.Round(mask, Key(ref table, round));
            }

            return T.LastRound(mask, Key(ref table, rounds));
        }

        Count(start, counter, out Vector128<byte> x0, out Vector128<byte> x1, out Vector128<byte> x2, out Vector128<byte> x3, out Vector128<byte> x4, out Vector128<byte> x5, out Vector128<byte> x6, out Vector128<byte> x7);
        x0 ^= key;
        x1 ^= key;
        x2 ^= key;
        x3 ^= key;
        if (blocks <= 4)
        {
            for (int round = 1; round < rounds; round++)
            {
                key = Key(ref table, round);
                mask = T.Round(mask, key);
                x0 = T.Round(x0, key);
                x1 = T.Round(x1, key);
                x2 = T.Round(x2, key);
                x3 = T.Round(x3, key);
            }

            key = Key(ref table, rounds);
            keys = Vector256.Create(T.LastRound(x0, key), T.LastRound(x1, key));
            Unsafe.Add(ref keys, 1) = Vector256.Create(T.LastRound(x2, key), T.LastRound(x3, key));
            return T.LastRound(mask, key);
        }

        x4 ^= key;
        x5 ^= key;
        if (blocks <= 6)
        {
            for (int round = 1; round < rounds; round++)
            {
                key = Key(ref table, round);
                mask = T.Round(mask, key);
                x0 = T.Round(x0, key);
                x1 = T.Round(x1, key);
                x2 = T.Round(x2, key);
                x3 = T.Round(x3, key);
                x4 = T.Round(x4, key);
                x5 = T.Round(x5, key);
            }

            key = Key(ref table, rounds);
            keys = Vector256.Create(T.LastRound(x0, key), T.LastRound(x1, key));
            Unsafe.Add(ref keys, 1) = Vector256.Create(T.LastRound(x2, key), T.LastRound(x3, key));
            Unsafe.Add(ref keys, 2) = Vector256.Create(T.LastRound(x4, key), T.LastRound(x5, key));
            return T.LastRound(mask, key);
        }

        x6 ^= key;
        x7 ^= key;
        for (int round = 1; round < rounds; round++)
        {
            key = Key(ref table, round);
            mask = T.Round(mask, key);
            Round(key, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        }

        key = Key(ref table, rounds);
        LastRound(key, ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        keys = Vector256.Create(x0, x1);
        Unsafe.Add(ref keys, 1) = Vector256.Create(x2, x3);
        Unsafe.Add(ref keys, 2) = Vector256.Create(x4, x5);
        Unsafe.Add(ref keys, 3) = Vector256.Create(x6, x7);
        return T.LastRound(mask, key);
    }

    // Eight counter blocks. The counter is big-endian in the last four octets: as long as its low octet does not overflow, adding to the last
    // octet alone is enough.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(Vector128<byte> start, uint counter, out Vector128<byte> x0, out Vector128<byte> x1, out Vector128<byte> x2, out Vector128<byte> x3, out Vector128<byte> x4, out Vector128<byte> x5, out Vector128<byte> x6, out Vector128<byte> x7)
    {
        x0 = At(start, counter);
        if ((byte)counter <= 255 - 7)
        {
            Vector128<uint> first = x0.AsUInt32();
            x1 = (first + Vector128.Create(0, 0, 0, 1u << 24)).AsByte();
            x2 = (first + Vector128.Create(0, 0, 0, 2u << 24)).AsByte();
            x3 = (first + Vector128.Create(0, 0, 0, 3u << 24)).AsByte();
            x4 = (first + Vector128.Create(0, 0, 0, 4u << 24)).AsByte();
            x5 = (first + Vector128.Create(0, 0, 0, 5u << 24)).AsByte();
            x6 = (first + Vector128.Create(0, 0, 0, 6u << 24)).AsByte();
            x7 = (first + Vector128.Create(0, 0, 0, 7u << 24)).AsByte();
            return;
        }

        x1 = At(start, counter + 1);
        x2 = At(start, counter + 2);
        x3 = At(start, counter + 3);
        x4 = At(start, counter + 4);
        x5 = At(start, counter + 5);
        x6 = At(start, counter + 6);
        x7 = At(start, counter + 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> At(Vector128<byte> start, uint counter) => start.AsUInt32().WithElement(3, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Key(ref byte table, int round) => Vector128.LoadUnsafe(ref table, (nuint)(16 * round));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(Vector128<byte> key, ref Vector128<byte> x0, ref Vector128<byte> x1, ref Vector128<byte> x2, ref Vector128<byte> x3, ref Vector128<byte> x4, ref Vector128<byte> x5, ref Vector128<byte> x6, ref Vector128<byte> x7)
    {
        x0 = T.Round(x0, key);
        x1 = T.Round(x1, key);
        x2 = T.Round(x2, key);
        x3 = T.Round(x3, key);
        x4 = T.Round(x4, key);
        x5 = T.Round(x5, key);
        x6 = T.Round(x6, key);
        x7 = T.Round(x7, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LastRound(Vector128<byte> key, ref Vector128<byte> x0, ref Vector128<byte> x1, ref Vector128<byte> x2, ref Vector128<byte> x3, ref Vector128<byte> x4, ref Vector128<byte> x5, ref Vector128<byte> x6, ref Vector128<byte> x7)
    {
        x0 = T.LastRound(x0, key);
        x1 = T.LastRound(x1, key);
        x2 = T.LastRound(x2, key);
        x3 = T.LastRound(x3, key);
        x4 = T.LastRound(x4, key);
        x5 = T.LastRound(x5, key);
        x6 = T.LastRound(x6, key);
        x7 = T.LastRound(x7, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(ref byte input, ref byte output, Vector128<byte> x0, Vector128<byte> x1, Vector128<byte> x2, Vector128<byte> x3, Vector128<byte> x4, Vector128<byte> x5, Vector128<byte> x6, Vector128<byte> x7)
    {
        (Vector256.LoadUnsafe(ref input) ^ Vector256.Create(x0, x1)).StoreUnsafe(ref output);
        (Vector256.LoadUnsafe(ref input, 32) ^ Vector256.Create(x2, x3)).StoreUnsafe(ref output, 32);
        (Vector256.LoadUnsafe(ref input, 64) ^ Vector256.Create(x4, x5)).StoreUnsafe(ref output, 64);
        (Vector256.LoadUnsafe(ref input, 96) ^ Vector256.Create(x6, x7)).StoreUnsafe(ref output, 96);
    }

    /// <summary>The key stream of the last, incomplete eight blocks.</summary>
    [InlineArray(4)]
    private struct KeyStream
    {
        private Vector256<byte> _first;
    }
}

/// <summary>Which of the two texts is the ciphertext, known when the kernel is compiled.</summary>
internal interface IGcmDirection
{
    /// <summary>Whether the output is.</summary>
    static abstract bool Seals { get; }
}

/// <summary>From plaintext to ciphertext.</summary>
internal readonly struct Sealing : IGcmDirection
{
    /// <inheritdoc/>
    public static bool Seals => true;
}

/// <summary>From ciphertext to plaintext.</summary>
internal readonly struct Opening : IGcmDirection
{
    /// <inheritdoc/>
    public static bool Seals => false;
}
