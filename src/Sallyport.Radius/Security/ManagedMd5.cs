using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>
/// MD5 (RFC 1321) in managed code over spans, without allocating. RADIUS is built on it and cannot do without; for nothing else should it be
/// used.
/// </summary>
public static class ManagedMd5
{
    /// <summary>A hash in octets.</summary>
    public const int HashSize = 16;

    // Where the length of the message stands in the last block (RFC 1321 §3.2).
    private const int LengthOffset = Md5State.BlockSize - 8;

    /// <summary>Hashes octets.</summary>
    /// <param name="source">What to hash.</param>
    /// <param name="destination">At least 16 octets.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void HashData(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Guard.AtLeast(destination, HashSize);
        Complete(Md5State.Initial, 0, new Md5Pieces(source), destination);
    }

    /// <summary>Hashes what follows octets that a state has taken in already.</summary>
    /// <param name="state">The state.</param>
    /// <param name="before">How many octets it has taken in: a multiple of 64.</param>
    /// <param name="rest">What follows.</param>
    /// <param name="destination">16 octets.</param>
    internal static void Complete(Md5State state, int before, in Md5Pieces rest, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[Md5State.BlockSize];
        int held = Add(ref state, block, 0, rest.First);
        held = Add(ref state, block, held, rest.Second);
        held = Add(ref state, block, held, rest.Third);
        held = Add(ref state, block, held, rest.Fourth);
        held = Add(ref state, block, held, rest.Fifth);

        // RFC 1321 §3.1: a bit, then zeros up to the length.
        block[held++] = 0x80;
        if (held > LengthOffset)
        {
            block[held..].Clear();
            state.Add(block);
            held = 0;
        }

        block[held..LengthOffset].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(block[LengthOffset..], 8L * (before + rest.Length));
        state.Add(block);
        state.CopyTo(destination);

        // It may have held the end of a secret or of a password.
        CryptographicOperations.ZeroMemory(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add(ref Md5State state, Span<byte> block, int held, ReadOnlySpan<byte> octets) => octets.IsEmpty ? held : AddSome(ref state, block, held, octets);

    private static int AddSome(ref Md5State state, Span<byte> block, int held, ReadOnlySpan<byte> octets)
    {
        if (held > 0)
        {
            int take = Math.Min(block.Length - held, octets.Length);
            octets[..take].CopyTo(block[held..]);
            octets = octets[take..];
            held += take;
            if (held < block.Length)
            {
                return held;
            }

            state.Add(block);
        }

        int whole = octets.Length & ~(Md5State.BlockSize - 1);
        state.Add(octets[..whole]);
        octets[whole..].CopyTo(block);
        return octets.Length - whole;
    }
}
