namespace Sallyport.Radius.Wire;

/// <summary>A field of an attribute whose value is a structure: MEMBER in version 4 of the dictionary syntax.</summary>
/// <param name="BitOffset">How many bits of the value stand before it.</param>
/// <param name="BitLength">How many bits it has, or 0 where it takes all that is left.</param>
public readonly record struct RadiusField(int BitOffset, int BitLength)
{
    private const int LargestNumber = 64;

    /// <summary>Reads the field as a number; its first bit is the most significant one.</summary>
    /// <param name="value">The value of the attribute.</param>
    /// <param name="number">The number.</param>
    /// <returns>Whether the value reaches so far, and the field is a number: of 1 to 64 bits.</returns>
    public bool TryRead(ReadOnlySpan<byte> value, out ulong number)
    {
        number = 0;
        if (!IsNumber(value.Length))
        {
            return false;
        }

        for (int bit = BitOffset; bit < BitOffset + BitLength; bit++)
        {
            number = (number << 1) | ((uint)value[bit / 8] >> (7 - (bit % 8)) & 1);
        }

        return true;
    }

    /// <summary>Reads the field as octets.</summary>
    /// <param name="value">The value of the attribute.</param>
    /// <param name="octets">The octets, within the value.</param>
    /// <returns>Whether the value reaches so far, and the field has whole octets.</returns>
    public bool TryRead(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> octets)
    {
        octets = default;
        bool isWhole = BitOffset >= 0 && BitLength >= 0 && BitOffset % 8 == 0 && BitLength % 8 == 0 && (BitOffset / 8) + (BitLength / 8) <= value.Length;
        if (isWhole)
        {
            octets = BitLength == 0 ? value.Slice(BitOffset / 8) : value.Slice(BitOffset / 8, BitLength / 8);
        }

        return isWhole;
    }

    /// <summary>Writes a number into the field, and leaves the bits around it as they are.</summary>
    /// <param name="value">The value of the attribute that is being built.</param>
    /// <param name="number">The number.</param>
    /// <returns>Whether the value reaches so far, and the field is a number that is wide enough.</returns>
    public bool TryWrite(Span<byte> value, ulong number)
    {
        if (!IsNumber(value.Length) || (BitLength < LargestNumber && number >> BitLength != 0))
        {
            return false;
        }

        for (int bit = BitOffset + BitLength - 1; bit >= BitOffset; bit--, number >>= 1)
        {
            int mask = 0x80 >> (bit % 8);
            value[bit / 8] = (byte)((number & 1) != 0 ? value[bit / 8] | mask : value[bit / 8] & ~mask);
        }

        return true;
    }

    private bool IsNumber(int octets) => BitOffset >= 0 && BitLength is > 0 and <= LargestNumber && (long)BitOffset + BitLength <= octets * 8L;
}
