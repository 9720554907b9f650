namespace Sallyport.Radius.Security;

/// <summary>Octets to hash as if they stood one behind the other.</summary>
internal readonly ref struct Md5Pieces
{
    public Md5Pieces(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default, ReadOnlySpan<byte> fourth = default, ReadOnlySpan<byte> fifth = default)
    {
        First = first;
        Second = second;
        Third = third;
        Fourth = fourth;
        Fifth = fifth;
    }

    public ReadOnlySpan<byte> First { get; }

    public ReadOnlySpan<byte> Second { get; }

    public ReadOnlySpan<byte> Third { get; }

    public ReadOnlySpan<byte> Fourth { get; }

    public ReadOnlySpan<byte> Fifth { get; }

    public int Length => First.Length + Second.Length + Third.Length + Fourth.Length + Fifth.Length;

    /// <summary>Joins them.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    public void CopyTo(Span<byte> destination)
    {
        First.CopyTo(destination);
        destination = destination[First.Length..];
        Second.CopyTo(destination);
        destination = destination[Second.Length..];
        Third.CopyTo(destination);
        destination = destination[Third.Length..];
        Fourth.CopyTo(destination);
        Fifth.CopyTo(destination[Fourth.Length..]);
    }
}
