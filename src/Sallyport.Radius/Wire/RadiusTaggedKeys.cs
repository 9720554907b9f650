namespace Sallyport.Radius.Wire;

/// <summary>A value and the tag that says which of several tunnels it belongs to (RFC 2868 §3).</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Tag">1 to 0x1F, or 0 for none.</param>
/// <param name="Value">The value.</param>
public readonly record struct RadiusTagged<T>(byte Tag, T Value);

/// <summary>The key of an attribute that holds a tag and a 24-bit number (RFC 2868 §3.1).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct TaggedIntegerKey(RadiusAttributeId Id) : IRadiusKey<RadiusTagged<uint>>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out RadiusTagged<uint> value) => RadiusTags.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(RadiusTagged<uint> value, Span<byte> octets, out int length) => RadiusTags.TryWrite(value.Tag, value.Value, octets, out length);
}

/// <summary>The key of an attribute that holds a tag and one of a set of named numbers, which stays open (RFC 2868 §3.1).</summary>
/// <typeparam name="T">The names: an enumeration over <see cref="uint"/>.</typeparam>
/// <param name="Id">Where it stands.</param>
public readonly record struct TaggedEnumKey<T>(RadiusAttributeId Id) : IRadiusKey<RadiusTagged<T>>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out RadiusTagged<T> value)
    {
        bool found = RadiusTags.TryRead(octets, out RadiusTagged<uint> number);
        value = new RadiusTagged<T>(number.Tag, RadiusNumbers.From<T>(number.Value));
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(RadiusTagged<T> value, Span<byte> octets, out int length) => RadiusTags.TryWrite(value.Tag, RadiusNumbers.Of(value.Value), octets, out length);
}

/// <summary>The key of an attribute that holds a tag and text (RFC 2868 §3.3).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct TaggedTextKey(RadiusAttributeId Id);

/// <summary>Tags before numbers.</summary>
internal static class RadiusTags
{
    /// <summary>RFC 2868 §3.1: tags are 1 to 0x1F.</summary>
    public const byte Largest = 0x1f;

    private const uint LargestNumber = 0xffffff;

    // RFC 2868 §3.1: what is above 0x1F is no tag, and there is no room for a fourth octet of the number.
    public static bool TryRead(ReadOnlySpan<byte> octets, out RadiusTagged<uint> value)
    {
        bool found = RadiusNumbers.TryRead(octets, out uint number) && number >> 24 <= Largest;
        value = found ? new RadiusTagged<uint>((byte)(number >> 24), number & LargestNumber) : default;
        return found;
    }

    public static bool TryWrite(byte tag, ulong number, Span<byte> octets, out int length) =>
        RadiusNumbers.Write(((uint)tag << 24) | ((uint)number & LargestNumber), octets, out length) && tag <= Largest && number <= LargestNumber;
}
