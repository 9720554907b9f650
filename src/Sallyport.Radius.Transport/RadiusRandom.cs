using System.Security.Cryptography;

namespace Sallyport.Radius.Transport;

/// <summary>
/// Random octets of the platform's generator, taken from it a block at a time: a call for 16 octets costs it as much as one for a thousand,
/// and more than the hashes of the packet that they are for. Octets handed out are cleared here.
/// </summary>
internal static class RadiusRandom
{
    private const int BlockSize = 4096;

    [ThreadStatic]
    private static byte[]? s_block;

    [ThreadStatic]
    private static int s_left;

    /// <summary>Fills a span of at most 64 octets.</summary>
    public static void Fill(Span<byte> destination)
    {
        byte[] block = s_block ??= GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
        if (s_left < destination.Length)
        {
            RandomNumberGenerator.Fill(block);
            s_left = BlockSize;
        }

        s_left -= destination.Length;
        Span<byte> taken = block.AsSpan(s_left, destination.Length);
        taken.CopyTo(destination);
        CryptographicOperations.ZeroMemory(taken);
    }
}
