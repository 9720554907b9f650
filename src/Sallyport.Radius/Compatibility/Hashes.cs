using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Sallyport.Radius.Compatibility;

/// <summary>The primitives that both targets have under different names.</summary>
internal static class Hashes
{
    /// <summary>MD5 over one span; 16 octets.</summary>
    public static void Md5(ReadOnlySpan<byte> data, Span<byte> destination)
    {
#if NET
        MD5.HashData(data, destination);
#else
        using MD5 md5 = MD5.Create();
        md5.ComputeHash(data.ToArray()).CopyTo(destination);
#endif
    }

    /// <summary>HMAC-MD5 over one span; 16 octets.</summary>
    public static void HmacMd5(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
#if NET
        HMACMD5.HashData(key, data, destination);
#else
        using HMACMD5 hmac = new(key.ToArray());
        hmac.ComputeHash(data.ToArray()).CopyTo(destination);
#endif
    }
}

/// <summary>Text and addresses on both targets.</summary>
internal static class Octets
{
    public static string Utf8(ReadOnlySpan<byte> octets)
    {
#if NET
        return Encoding.UTF8.GetString(octets);
#else
        return Encoding.UTF8.GetString(octets.ToArray());
#endif
    }

    public static IPAddress Address(ReadOnlySpan<byte> octets)
    {
#if NET
        return new IPAddress(octets);
#else
        return new IPAddress(octets.ToArray());
#endif
    }

    /// <summary>An address' octets.</summary>
    /// <param name="address">The address.</param>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="length">4 or 16.</param>
    public static bool TryWrite(IPAddress address, Span<byte> destination, out int length)
    {
        Guard.NotNull(address);
#if NET
        return address.TryWriteBytes(destination, out length);
#else
        byte[] octets = address.GetAddressBytes();
        length = octets.Length;
        return octets.AsSpan().TryCopyTo(destination);
#endif
    }
}
