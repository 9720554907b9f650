using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sallyport.Radius.Security;

/// <summary>The state of MD5 between two blocks (RFC 1321 §3.3), and what a block does to it.</summary>
internal struct Md5State
{
    /// <summary>A block in octets.</summary>
    public const int BlockSize = 64;

    private uint _a;
    private uint _b;
    private uint _c;
    private uint _d;

    /// <summary>The state before the first block (RFC 1321 §3.3).</summary>
    public static Md5State Initial => new() { _a = 0x67452301, _b = 0xefcdab89, _c = 0x98badcfe, _d = 0x10325476 };

    /// <summary>Writes the hash, 16 octets, low-order octet first (RFC 1321 §3.5).</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, _a);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], _b);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], _c);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], _d);
    }

    /// <summary>Takes whole blocks in.</summary>
    /// <param name="blocks">A multiple of 64 octets.</param>
    public void Add(ReadOnlySpan<byte> blocks)
    {
        if (!BitConverter.IsLittleEndian)
        {
            AddSwapped(blocks);
            return;
        }

        for (ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(blocks); words.Length >= 16; words = words[16..])
        {
            Add(words);
        }
    }

    private void AddSwapped(ReadOnlySpan<byte> blocks)
    {
        Span<uint> words = stackalloc uint[16];
        for (; blocks.Length >= BlockSize; blocks = blocks[BlockSize..])
        {
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = BinaryPrimitives.ReadUInt32LittleEndian(blocks[(4 * i)..]);
            }

            Add(words);
        }

        words.Clear();
    }

    // Each sum begins with what does not depend on the step before, because MD5 is bound by the length of that chain and not by the number of
    // operations; in round 2 the two halves of the choice cannot both be set, so they are added one after the other rather than joined first.
    private void Add(ReadOnlySpan<uint> words)
    {
        uint a = _a;
        uint b = _b;
        uint c = _c;
        uint d = _d;
        unchecked
        {
            // One check of the length here saves one at each word.
            _ = words[15];

            // RFC 1321 §3.4, round 1.
            a = a + words[0] + 0xd76aa478 + (d ^ (b & (c ^ d)));
            a = ((a << 7) | (a >> 25)) + b;
            d = d + words[1] + 0xe8c7b756 + (c ^ (a & (b ^ c)));
            d = ((d << 12) | (d >> 20)) + a;
            c = c + words[2] + 0x242070db + (b ^ (d & (a ^ b)));
            c = ((c << 17) | (c >> 15)) + d;
            b = b + words[3] + 0xc1bdceee + (a ^ (c & (d ^ a)));
            b = ((b << 22) | (b >> 10)) + c;
            a = a + words[4] + 0xf57c0faf + (d ^ (b & (c ^ d)));
            a = ((a << 7) | (a >> 25)) + b;
            d = d + words[5] + 0x4787c62a + (c ^ (a & (b ^ c)));
            d = ((d << 12) | (d >> 20)) + a;
            c = c + words[6] + 0xa8304613 + (b ^ (d & (a ^ b)));
            c = ((c << 17) | (c >> 15)) + d;
            b = b + words[7] + 0xfd469501 + (a ^ (c & (d ^ a)));
            b = ((b << 22) | (b >> 10)) + c;
            a = a + words[8] + 0x698098d8 + (d ^ (b & (c ^ d)));
            a = ((a << 7) | (a >> 25)) + b;
            d = d + words[9] + 0x8b44f7af + (c ^ (a & (b ^ c)));
            d = ((d << 12) | (d >> 20)) + a;
            c = c + words[10] + 0xffff5bb1 + (b ^ (d & (a ^ b)));
            c = ((c << 17) | (c >> 15)) + d;
            b = b + words[11] + 0x895cd7be + (a ^ (c & (d ^ a)));
            b = ((b << 22) | (b >> 10)) + c;
            a = a + words[12] + 0x6b901122 + (d ^ (b & (c ^ d)));
            a = ((a << 7) | (a >> 25)) + b;
            d = d + words[13] + 0xfd987193 + (c ^ (a & (b ^ c)));
            d = ((d << 12) | (d >> 20)) + a;
            c = c + words[14] + 0xa679438e + (b ^ (d & (a ^ b)));
            c = ((c << 17) | (c >> 15)) + d;
            b = b + words[15] + 0x49b40821 + (a ^ (c & (d ^ a)));
            b = ((b << 22) | (b >> 10)) + c;

            // RFC 1321 §3.4, round 2.
            a = a + words[1] + 0xf61e2562 + (c & ~d) + (b & d);
            a = ((a << 5) | (a >> 27)) + b;
            d = d + words[6] + 0xc040b340 + (b & ~c) + (a & c);
            d = ((d << 9) | (d >> 23)) + a;
            c = c + words[11] + 0x265e5a51 + (a & ~b) + (d & b);
            c = ((c << 14) | (c >> 18)) + d;
            b = b + words[0] + 0xe9b6c7aa + (d & ~a) + (c & a);
            b = ((b << 20) | (b >> 12)) + c;
            a = a + words[5] + 0xd62f105d + (c & ~d) + (b & d);
            a = ((a << 5) | (a >> 27)) + b;
            d = d + words[10] + 0x02441453 + (b & ~c) + (a & c);
            d = ((d << 9) | (d >> 23)) + a;
            c = c + words[15] + 0xd8a1e681 + (a & ~b) + (d & b);
            c = ((c << 14) | (c >> 18)) + d;
            b = b + words[4] + 0xe7d3fbc8 + (d & ~a) + (c & a);
            b = ((b << 20) | (b >> 12)) + c;
            a = a + words[9] + 0x21e1cde6 + (c & ~d) + (b & d);
            a = ((a << 5) | (a >> 27)) + b;
            d = d + words[14] + 0xc33707d6 + (b & ~c) + (a & c);
            d = ((d << 9) | (d >> 23)) + a;
            c = c + words[3] + 0xf4d50d87 + (a & ~b) + (d & b);
            c = ((c << 14) | (c >> 18)) + d;
            b = b + words[8] + 0x455a14ed + (d & ~a) + (c & a);
            b = ((b << 20) | (b >> 12)) + c;
            a = a + words[13] + 0xa9e3e905 + (c & ~d) + (b & d);
            a = ((a << 5) | (a >> 27)) + b;
            d = d + words[2] + 0xfcefa3f8 + (b & ~c) + (a & c);
            d = ((d << 9) | (d >> 23)) + a;
            c = c + words[7] + 0x676f02d9 + (a & ~b) + (d & b);
            c = ((c << 14) | (c >> 18)) + d;
            b = b + words[12] + 0x8d2a4c8a + (d & ~a) + (c & a);
            b = ((b << 20) | (b >> 12)) + c;

            // RFC 1321 §3.4, round 3.
            a = a + words[5] + 0xfffa3942 + ((c ^ d) ^ b);
            a = ((a << 4) | (a >> 28)) + b;
            d = d + words[8] + 0x8771f681 + ((b ^ c) ^ a);
            d = ((d << 11) | (d >> 21)) + a;
            c = c + words[11] + 0x6d9d6122 + ((a ^ b) ^ d);
            c = ((c << 16) | (c >> 16)) + d;
            b = b + words[14] + 0xfde5380c + ((d ^ a) ^ c);
            b = ((b << 23) | (b >> 9)) + c;
            a = a + words[1] + 0xa4beea44 + ((c ^ d) ^ b);
            a = ((a << 4) | (a >> 28)) + b;
            d = d + words[4] + 0x4bdecfa9 + ((b ^ c) ^ a);
            d = ((d << 11) | (d >> 21)) + a;
            c = c + words[7] + 0xf6bb4b60 + ((a ^ b) ^ d);
            c = ((c << 16) | (c >> 16)) + d;
            b = b + words[10] + 0xbebfbc70 + ((d ^ a) ^ c);
            b = ((b << 23) | (b >> 9)) + c;
            a = a + words[13] + 0x289b7ec6 + ((c ^ d) ^ b);
            a = ((a << 4) | (a >> 28)) + b;
            d = d + words[0] + 0xeaa127fa + ((b ^ c) ^ a);
            d = ((d << 11) | (d >> 21)) + a;
            c = c + words[3] + 0xd4ef3085 + ((a ^ b) ^ d);
            c = ((c << 16) | (c >> 16)) + d;
            b = b + words[6] + 0x04881d05 + ((d ^ a) ^ c);
            b = ((b << 23) | (b >> 9)) + c;
            a = a + words[9] + 0xd9d4d039 + ((c ^ d) ^ b);
            a = ((a << 4) | (a >> 28)) + b;
            d = d + words[12] + 0xe6db99e5 + ((b ^ c) ^ a);
            d = ((d << 11) | (d >> 21)) + a;
            c = c + words[15] + 0x1fa27cf8 + ((a ^ b) ^ d);
            c = ((c << 16) | (c >> 16)) + d;
            b = b + words[2] + 0xc4ac5665 + ((d ^ a) ^ c);
            b = ((b << 23) | (b >> 9)) + c;

            // RFC 1321 §3.4, round 4.
            a = a + words[0] + 0xf4292244 + (c ^ (b | ~d));
            a = ((a << 6) | (a >> 26)) + b;
            d = d + words[7] + 0x432aff97 + (b ^ (a | ~c));
            d = ((d << 10) | (d >> 22)) + a;
            c = c + words[14] + 0xab9423a7 + (a ^ (d | ~b));
            c = ((c << 15) | (c >> 17)) + d;
            b = b + words[5] + 0xfc93a039 + (d ^ (c | ~a));
            b = ((b << 21) | (b >> 11)) + c;
            a = a + words[12] + 0x655b59c3 + (c ^ (b | ~d));
            a = ((a << 6) | (a >> 26)) + b;
            d = d + words[3] + 0x8f0ccc92 + (b ^ (a | ~c));
            d = ((d << 10) | (d >> 22)) + a;
            c = c + words[10] + 0xffeff47d + (a ^ (d | ~b));
            c = ((c << 15) | (c >> 17)) + d;
            b = b + words[1] + 0x85845dd1 + (d ^ (c | ~a));
            b = ((b << 21) | (b >> 11)) + c;
            a = a + words[8] + 0x6fa87e4f + (c ^ (b | ~d));
            a = ((a << 6) | (a >> 26)) + b;
            d = d + words[15] + 0xfe2ce6e0 + (b ^ (a | ~c));
            d = ((d << 10) | (d >> 22)) + a;
            c = c + words[6] + 0xa3014314 + (a ^ (d | ~b));
            c = ((c << 15) | (c >> 17)) + d;
            b = b + words[13] + 0x4e0811a1 + (d ^ (c | ~a));
            b = ((b << 21) | (b >> 11)) + c;
            a = a + words[4] + 0xf7537e82 + (c ^ (b | ~d));
            a = ((a << 6) | (a >> 26)) + b;
            d = d + words[11] + 0xbd3af235 + (b ^ (a | ~c));
            d = ((d << 10) | (d >> 22)) + a;
            c = c + words[2] + 0x2ad7d2bb + (a ^ (d | ~b));
            c = ((c << 15) | (c >> 17)) + d;
            b = b + words[9] + 0xeb86d391 + (d ^ (c | ~a));
            b = ((b << 21) | (b >> 11)) + c;

            _a += a;
            _b += b;
            _c += c;
            _d += d;
        }
    }
}
