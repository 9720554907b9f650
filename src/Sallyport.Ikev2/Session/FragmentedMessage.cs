using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>Seals a message, in one datagram where that holds it, else in fragments (RFC 7383 §2.5).</summary>
internal static class FragmentedMessage
{
    private const int SmallestContent = 128;

    /// <summary>Seals it.</summary>
    /// <param name="protection">The direction's keys.</param>
    /// <param name="header">The message's header.</param>
    /// <param name="first">The first inner payload's type.</param>
    /// <param name="inner">The inner chain.</param>
    /// <param name="messageSize">The longest that a datagram may be in octets, without what IP, UDP and the non-ESP marker take.</param>
    /// <returns>The datagrams, in order.</returns>
    public static byte[][] Seal(SkProtection protection, IkeHeader header, IkePayloadType first, ReadOnlySpan<byte> inner, int messageSize)
    {
        int room = Math.Max(protection.FragmentRoom(messageSize), SmallestContent);
        if (protection.SealedSize(inner.Length) <= messageSize || inner.Length <= room)
        {
            byte[] datagram = new byte[protection.SealedSize(inner.Length)];
            return protection.TrySeal(header, first, inner, datagram, out _)
                ? [datagram]
                : throw new InvalidOperationException($"a message of {datagram.Length} octets cannot be sealed");
        }

        byte[][] fragments = new byte[(inner.Length + room - 1) / room][];
        for (int i = 0; i < fragments.Length; i++)
        {
            ReadOnlySpan<byte> content = inner[(i * room)..Math.Min((i + 1) * room, inner.Length)];
            fragments[i] = new byte[protection.FragmentSize(content.Length)];
            protection.TrySealFragment(header, first, i + 1, fragments.Length, content, fragments[i], out _);
        }

        return fragments;
    }
}
