namespace Sallyport.Radius.Wire;

/// <summary>How a vendor writes its attributes into a Vendor-Specific attribute: <c>format=</c> of a dictionary's VENDOR.</summary>
public readonly record struct RadiusVendorFormat
{
    // So that the default of the type is the format that RFC 2865 §5.26 recommends.
    private readonly byte _bits;

    /// <summary>A format.</summary>
    /// <param name="typeOctets">The width of the type: 1, 2 or 4.</param>
    /// <param name="lengthOctets">The width of the length: 1, 2, or 0 where a Vendor-Specific attribute holds just one.</param>
    /// <param name="hasContinuation">Whether an octet follows whose top bit says that the value goes on in the next attribute, as WiMAX has it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is none of these.</exception>
    public RadiusVendorFormat(int typeOctets, int lengthOctets, bool hasContinuation = false)
    {
        if (typeOctets is not (1 or 2 or 4) || lengthOctets is not (0 or 1 or 2))
        {
            throw new ArgumentOutOfRangeException(nameof(typeOctets), "a vendor's type has 1, 2 or 4 octets, its length 0, 1 or 2");
        }

        _bits = (byte)((typeOctets - 1) | ((lengthOctets ^ 1) << 2) | (hasContinuation ? 0x10 : 0));
    }

    private RadiusVendorFormat(byte bits) => _bits = bits;

    /// <summary>The width of the type.</summary>
    public int TypeOctets => (_bits & 3) + 1;

    /// <summary>The width of the length.</summary>
    public int LengthOctets => ((_bits >> 2) & 3) ^ 1;

    /// <summary>Whether an octet of continuation follows.</summary>
    public bool HasContinuation => (_bits & 0x10) != 0;

    internal byte Bits => _bits;

    /// <summary>Octets before a value.</summary>
    internal int HeaderSize => TypeOctets + LengthOctets + (_bits >> 4);

    /// <summary>As a dictionary writes it.</summary>
    public override string ToString() => $"{TypeOctets},{LengthOctets}{(HasContinuation ? ",c" : string.Empty)}";

    internal static RadiusVendorFormat FromBits(byte bits) => new(bits);
}
