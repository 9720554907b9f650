using System.Buffers.Binary;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>What the numbers of datagrams tell to whoever sees them on the wire.</summary>
internal static class Fragments
{
    /// <summary>Whether a datagram is a fragment: its first payload is an Encrypted Fragment payload.</summary>
    public static bool Is(byte[] datagram) => datagram[16] == (byte)IkePayloadType.EncryptedFragment;

    /// <summary>Fragment Number; 0 of a message that is whole.</summary>
    public static int Number(byte[] datagram) => Is(datagram) ? BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(32)) : 0;

    /// <summary>Total Fragments; 1 of a message that is whole.</summary>
    public static int Total(byte[] datagram) => Is(datagram) ? BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(34)) : 1;

    /// <summary>The first inner payload's type, as the fragment tells it.</summary>
    public static IkePayloadType First(byte[] datagram) => (IkePayloadType)datagram[28];
}
