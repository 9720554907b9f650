using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;

namespace Sallyport.Ikev2.Endpoint;

/// <summary>
/// Stateless cookies (RFC 7296 §2.6): version | HMAC-SHA-256(secret of that version, Ni | IPi | SPIi). The secret changes every two minutes;
/// the one before is still good.
/// </summary>
internal sealed class CookieJar(IkeRandom random)
{
    public const int CookieSize = 33;
    private static readonly TimeSpan Rotation = TimeSpan.FromMinutes(2);
    private readonly byte[][] _secrets = [new byte[32], new byte[32]];
    private TimeSpan _rotated = TimeSpan.MinValue;
    private byte _version;

    /// <summary>Makes the cookie for a request.</summary>
    public void Write(ReadOnlySpan<byte> nonce, IPAddress address, ulong initiatorSpi, TimeSpan now, Span<byte> cookie)
    {
        if (_rotated == TimeSpan.MinValue)
        {
            random(_secrets[0]);
            random(_secrets[1]);
            _rotated = now;
        }
        else if (now - _rotated > Rotation)
        {
            _version++;
            random(_secrets[_version & 1]);
            _rotated = now;
        }

        Compute(_version, nonce, address, initiatorSpi, cookie);
    }

    /// <summary>Whether a cookie is one of ours for this request.</summary>
    public bool Verify(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> nonce, IPAddress address, ulong initiatorSpi)
    {
        if (cookie.Length != CookieSize || _rotated == TimeSpan.MinValue || (cookie[0] != _version && cookie[0] != (byte)(_version - 1)))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[CookieSize];
        Compute(cookie[0], nonce, address, initiatorSpi, expected);
        return CryptographicOperations.FixedTimeEquals(expected, cookie);
    }

    private void Compute(byte version, ReadOnlySpan<byte> nonce, IPAddress address, ulong initiatorSpi, Span<byte> cookie)
    {
        Span<byte> data = stackalloc byte[256 + 16 + 8];
        nonce.CopyTo(data);
        address.TryWriteBytes(data[nonce.Length..], out int written);
        int length = nonce.Length + written;
        BinaryPrimitives.WriteUInt64BigEndian(data[length..], initiatorSpi);
        cookie[0] = version;
        HMACSHA256.HashData(_secrets[version & 1], data[..(length + 8)], cookie[1..]);
    }
}
