using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Sallyport.Ikev2.Crypto;

/// <summary>The hash by which both sides find a NAT between them (RFC 7296 §2.23).</summary>
public static class NatDetection
{
    /// <summary>The hash in octets.</summary>
    public const int HashSize = 20;

    /// <summary>SHA-1 over SPIi, SPIr, address and port.</summary>
    public static byte[] Hash(ulong initiatorSpi, ulong responderSpi, IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> data = stackalloc byte[34];
        BinaryPrimitives.WriteUInt64BigEndian(data, initiatorSpi);
        BinaryPrimitives.WriteUInt64BigEndian(data[8..], responderSpi);
        IPAddress address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        address.TryWriteBytes(data[16..], out int length);
        BinaryPrimitives.WriteUInt16BigEndian(data[(16 + length)..], (ushort)endPoint.Port);
        return SHA1.HashData(data[..(18 + length)]);
    }
}
