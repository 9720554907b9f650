namespace Sallyport.Esp.Aead;

/// <summary>
/// What the kernel reads of a key, in one pinned array: the collector never copies it, so that nothing is left behind where it was cleared.
/// <list type="bullet">
/// <item>from 0 on the round keys, 16 octets each;</item>
/// <item>up to <see cref="Powers"/>, descending, the powers of H: power i stands 16·i octets before, so that one load of 32 octets has those
/// of two consecutive blocks;</item>
/// <item><see cref="Karatsuba"/> octets behind each power the sum of its halves, twice.</item>
/// </list>
/// </summary>
internal static class GcmKeyTable
{
    /// <summary>The highest power: the additional data, eight blocks and the lengths.</summary>
    public const int MostPowers = 10;

    /// <summary>Where the powers end.</summary>
    public const int Powers = 256 + ((MostPowers + 2) * 16);

    /// <summary>How far behind a power the sum of its halves stands.</summary>
    public const int Karatsuba = (MostPowers + 2) * 16;

    /// <summary>The whole table in octets.</summary>
    public const int Size = Powers + Karatsuba;

    /// <summary>The table begins on a cache line.</summary>
    public const int Alignment = 64;
}
