using System.Security.Cryptography;
using System.Text;
using FsCheck.Xunit;
using Sallyport.Radius.Security;

namespace Sallyport.Radius.Tests.Security;

/// <summary>Our MD5 is MD5: against the vectors of RFC 1321 and RFC 2202, and against the platform's at every length that RADIUS knows.</summary>
public class Md5Tests
{
    private const int Longest = 4096;
    private static readonly byte[] Data = Random(Longest);

    /// <summary>RFC 1321 §A.5.</summary>
    public static TheoryData<string, string> Rfc1321 => new()
    {
        { "", "d41d8cd98f00b204e9800998ecf8427e" },
        { "a", "0cc175b9c0f1b6a831c399e269772661" },
        { "abc", "900150983cd24fb0d6963f7d28e17f72" },
        { "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
        { "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f" },
        { "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a" },
    };

    /// <summary>RFC 2202 §2: key, data and digest in hexadecimal.</summary>
    public static TheoryData<string, string, string> Rfc2202 => new()
    {
        { Repeat("0b", 16), Hex("Hi There"), "9294727a3638bb1c13f48ef8158bfc9d" },
        { Hex("Jefe"), Hex("what do ya want for nothing?"), "750c783e6ab0b503eaa86e310a5db738" },
        { Repeat("aa", 16), Repeat("dd", 50), "56be34521d144c88dbb8c733f0e8b3f6" },
        { "0102030405060708090a0b0c0d0e0f10111213141516171819", Repeat("cd", 50), "697eaf0aca3a3aea3a75164746ffaa79" },
        { Repeat("0c", 16), Hex("Test With Truncation"), "56461ef2342edc00f9bab995690efd4c" },
        { Repeat("aa", 80), Hex("Test Using Larger Than Block-Size Key - Hash Key First"), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
        { Repeat("aa", 80), Hex("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"), "6f630fad67cda0ee1fb1f562db3aa53e" },
    };

    [Theory]
    [MemberData(nameof(Rfc1321))]
    public void RFC_1321_digests_come_out(string text, string digest) => Assert.Equal(digest, Hash(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [MemberData(nameof(Rfc2202))]
    public void RFC_2202_digests_come_out(string key, string data, string digest)
    {
        using ManagedHmacMd5 hmac = new(Convert.FromHexString(key));

        // Twice: a message leaves nothing behind in the key.
        Assert.Equal(digest, Authenticate(hmac, Convert.FromHexString(data)));
        Assert.Equal(digest, Authenticate(hmac, Convert.FromHexString(data)));
    }

    [Fact]
    public void It_agrees_with_the_platform_at_every_length()
    {
        byte[] key = Data[..22];
        using ManagedHmacMd5 hmac = new(key);
        byte[] ours = new byte[16];
        byte[] theirs = new byte[16];
        for (int length = 0; length <= Longest; length++)
        {
            ReadOnlySpan<byte> data = Data.AsSpan(Longest - length);
            ManagedMd5.HashData(data, ours);
            MD5.HashData(data, theirs);
            Assert.True(ours.AsSpan().SequenceEqual(theirs), $"MD5 over {length} octets");

            hmac.HashData(data, ours);
            HMACMD5.HashData(key, data, theirs);
            Assert.True(ours.AsSpan().SequenceEqual(theirs), $"HMAC-MD5 over {length} octets");
        }
    }

    [Fact]
    public void It_agrees_with_the_platform_for_keys_of_every_length()
    {
        for (int length = 0; length <= RadiusSecret.LargestSize; length++)
        {
            using ManagedHmacMd5 hmac = new(Data.AsSpan(0, length));
            Assert.Equal(Convert.ToHexStringLower(HMACMD5.HashData(Data.AsSpan(0, length), Data)), Authenticate(hmac, Data));
        }
    }

    [Property(MaxTest = 300)]
    public void It_agrees_with_the_platform_on_anything(byte[] data, byte[] key)
    {
        using ManagedHmacMd5 hmac = new(key ?? []);

        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(data ?? [])), Hash(data));
        Assert.Equal(Convert.ToHexStringLower(HMACMD5.HashData(key ?? [], data ?? [])), Authenticate(hmac, data));
    }

    [Fact]
    public void It_hashes_without_allocating()
    {
        using ManagedHmacMd5 hmac = new(Data.AsSpan(0, 22));
        byte[] hash = new byte[16];
        Assert.Equal(0, Allocations.Least(() =>
        {
            ManagedMd5.HashData(Data, hash);
            hmac.HashData(Data, hash);
        }));
    }

    [Fact]
    public void A_key_that_is_gone_computes_nothing()
    {
        ManagedHmacMd5 hmac = new(Data.AsSpan(0, 22));
        hmac.Dispose();
        byte[] hash = [.. Enumerable.Repeat((byte)1, 16)];

        Assert.Throws<ObjectDisposedException>(() => hmac.HashData(Data, hash));
        Assert.Equal(new byte[16], hash);
    }

    [Fact]
    public void A_destination_too_short_is_refused()
    {
        using ManagedHmacMd5 hmac = new(Data.AsSpan(0, 22));

        Assert.Throws<ArgumentException>(() => ManagedMd5.HashData(Data, new byte[15]));
        Assert.Throws<ArgumentException>(() => hmac.HashData(Data, new byte[15]));
    }

    private static string Hash(byte[]? data)
    {
        byte[] hash = new byte[16];
        ManagedMd5.HashData(data, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static string Authenticate(ManagedHmacMd5 hmac, byte[]? data)
    {
        byte[] hash = new byte[16];
        hmac.HashData(data, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static string Repeat(string octet, int count) => string.Concat(Enumerable.Repeat(octet, count));

    private static byte[] Random(int length)
    {
        byte[] data = new byte[length];
        new Random(1321).NextBytes(data);
        return data;
    }
}
