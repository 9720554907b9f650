using System.Security.Cryptography;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>
/// HMAC-MD5 (RFC 2104) under one key, in managed code and without allocating. The key's two blocks are hashed once, here, and only the two
/// states are kept: a message then costs its own blocks and one more. It may be used from several threads.
/// </summary>
public sealed class ManagedHmacMd5 : IDisposable
{
    // Inner and outer; an array, so that it can be pinned and leaves no copies behind when the heap is compacted.
    private readonly Md5State[] _states = Pinned.Array<Md5State>(2);
    private volatile bool _disposed;

    /// <summary>Takes a key.</summary>
    /// <param name="key">The key, of any length; one above 64 octets counts as its MD5 (RFC 2104 §2).</param>
    public ManagedHmacMd5(ReadOnlySpan<byte> key)
    {
        Span<byte> block = stackalloc byte[Md5State.BlockSize];
        block.Clear();
        if (key.Length > block.Length)
        {
            ManagedMd5.HashData(key, block);
        }
        else
        {
            key.CopyTo(block);
        }

        _states[0] = Begin(block, 0x36);
        _states[1] = Begin(block, 0x36 ^ 0x5c);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Authenticates octets.</summary>
    /// <param name="source">What to authenticate.</param>
    /// <param name="destination">At least 16 octets.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public void HashData(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Guard.AtLeast(destination, ManagedMd5.HashSize);
        HashData(new Md5Pieces(source), destination);
    }

    /// <summary>Clears the states.</summary>
    public void Dispose()
    {
        _disposed = true;
        Array.Clear(_states, 0, _states.Length);
    }

    internal void HashData(in Md5Pieces source, Span<byte> destination)
    {
        Span<byte> inner = stackalloc byte[ManagedMd5.HashSize];
        ManagedMd5.Complete(_states[0], Md5State.BlockSize, source, inner);
        ManagedMd5.Complete(_states[1], Md5State.BlockSize, new Md5Pieces(inner), destination);

        // Asked last: a key cleared meanwhile would be one that everybody knows.
        if (_disposed)
        {
            destination.Clear();
            throw new ObjectDisposedException(nameof(ManagedHmacMd5));
        }
    }

    private static Md5State Begin(Span<byte> block, byte pad)
    {
        for (int i = 0; i < block.Length; i++)
        {
            block[i] ^= pad;
        }

        Md5State state = Md5State.Initial;
        state.Add(block);
        return state;
    }
}
