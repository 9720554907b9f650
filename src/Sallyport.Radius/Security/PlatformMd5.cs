using System.Security.Cryptography;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>MD5 and HMAC-MD5 of <c>System.Security.Cryptography</c>, which take one span: the pieces are joined for them.</summary>
internal static class PlatformMd5
{
    // What is joined is at most a packet and a secret, some 4 KiB of stack.
    public static void Hash(in Md5Pieces data, Span<byte> destination)
    {
        Span<byte> joined = stackalloc byte[data.Length];
        data.CopyTo(joined);
        Hashes.Md5(joined, destination);
        CryptographicOperations.ZeroMemory(joined);
    }

    public static void Authenticate(ReadOnlySpan<byte> key, in Md5Pieces data, Span<byte> destination)
    {
        Span<byte> joined = stackalloc byte[data.Length];
        data.CopyTo(joined);
        Hashes.HmacMd5(key, joined, destination);
    }
}
