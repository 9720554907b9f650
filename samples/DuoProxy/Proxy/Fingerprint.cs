using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>
/// What two messages must have in common to count as one, as a SHA-256 digest: the tables that compare messages hold no password, and
/// nobody can aim at one of their entries without knowing all of it.
/// </summary>
/// <param name="First">The digest's first half.</param>
/// <param name="Second">The digest's second half.</param>
public readonly record struct Fingerprint(UInt128 First, UInt128 Second)
{
    /// <summary>Collects the parts of a fingerprint; each is set off from the next by its length.</summary>
    public sealed class Builder : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        /// <summary>Adds octets.</summary>
        public Builder Add(ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            _hash.AppendData(length);
            _hash.AppendData(part);
            return this;
        }

        /// <summary>Adds an address.</summary>
        public Builder Add(IPAddress address)
        {
            ArgumentNullException.ThrowIfNull(address);
            Span<byte> octets = stackalloc byte[16];
            address.TryWriteBytes(octets, out int length);
            return Add(octets[..length]);
        }

        /// <summary>The fingerprint of all parts so far; the builder starts anew.</summary>
        public Fingerprint Finish()
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            _hash.GetHashAndReset(digest);
            return new Fingerprint(MemoryMarshal.Read<UInt128>(digest), MemoryMarshal.Read<UInt128>(digest[16..]));
        }

        /// <inheritdoc/>
        public void Dispose() => _hash.Dispose();
    }
}
