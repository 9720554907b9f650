namespace Sallyport.Radius.Wire;

/// <summary>What names an attribute: its type, and for a vendor's own the vendor (RFC 2865 §5.26).</summary>
/// <param name="Vendor">The vendor's SMI Private Enterprise Number; 0 for attributes of the RFCs.</param>
/// <param name="Type">The type within the RFCs' or the vendor's space.</param>
public readonly record struct RadiusAttributeId(uint Vendor, byte Type)
{
    /// <summary>The type; with a vendor both.</summary>
    public override string ToString() => Vendor == 0 ? $"{Type}" : $"26.{Vendor}.{Type}";
}

/// <summary>The key of an attribute that holds text in UTF-8 (RFC 8044 §3.4).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct TextKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public TextKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public TextKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds octets of no further structure (RFC 8044 §3.5).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct OctetsKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public OctetsKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public OctetsKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a 32-bit unsigned number (RFC 8044 §3.1).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct IntegerKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public IntegerKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public IntegerKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a 64-bit unsigned number (RFC 8044 §3.13).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct Integer64Key(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public Integer64Key(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public Integer64Key(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a 32-bit signed number.</summary>
/// <param name="Id">What names it.</param>
public readonly record struct SignedKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public SignedKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public SignedKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a 16-bit unsigned number.</summary>
/// <param name="Id">What names it.</param>
public readonly record struct ShortKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public ShortKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public ShortKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds one octet.</summary>
/// <param name="Id">What names it.</param>
public readonly record struct ByteKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public ByteKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public ByteKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds seconds since 1970 in 32 bits (RFC 8044 §3.3).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct DateKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public DateKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public DateKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an IPv4 address (RFC 8044 §3.8).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct IPv4Key(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public IPv4Key(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public IPv4Key(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an IPv6 address (RFC 8044 §3.9).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct IPv6Key(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public IPv6Key(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public IPv6Key(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an IPv4 prefix (RFC 8044 §3.11).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct IPv4PrefixKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public IPv4PrefixKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public IPv4PrefixKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an IPv6 prefix (RFC 8044 §3.10).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct IPv6PrefixKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public IPv6PrefixKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public IPv6PrefixKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an interface identifier of 8 octets (RFC 8044 §3.7).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct InterfaceIdKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public InterfaceIdKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public InterfaceIdKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds an Ethernet address of 6 octets.</summary>
/// <param name="Id">What names it.</param>
public readonly record struct EtherKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public EtherKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public EtherKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds attributes within an attribute (RFC 8044 §3.13).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct TlvKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public TlvKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public TlvKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a value that may be longer than one attribute holds, cut into several in order (RFC 8044 §3.6).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct ConcatKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public ConcatKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public ConcatKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a tag and a 24-bit number (RFC 2868 §3).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct TaggedIntegerKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public TaggedIntegerKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public TaggedIntegerKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds a tag and text (RFC 2868 §3).</summary>
/// <param name="Id">What names it.</param>
public readonly record struct TaggedTextKey(RadiusAttributeId Id)
{
    /// <summary>An attribute of the RFCs.</summary>
    public TaggedTextKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public TaggedTextKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>The key of an attribute that holds one of a set of named numbers, which stays open.</summary>
/// <typeparam name="T">The names: an enumeration over <see cref="uint"/>.</typeparam>
/// <param name="Id">What names it.</param>
public readonly record struct EnumKey<T>(RadiusAttributeId Id)
    where T : struct, Enum
{
    /// <summary>An attribute of the RFCs.</summary>
    public EnumKey(byte type)
        : this(new RadiusAttributeId(0, type))
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public EnumKey(uint vendor, byte type)
        : this(new RadiusAttributeId(vendor, type))
    {
    }
}

/// <summary>How an attribute is hidden.</summary>
public enum RadiusEncryption
{
    /// <summary>As User-Password (RFC 2865 §5.2).</summary>
    UserPassword = 1,

    /// <summary>With a salt, as Tunnel-Password (RFC 2868 §3.5) and the MS-MPPE keys (RFC 2548 §2.4.2).</summary>
    Salted = 2,
}

/// <summary>
/// The key of an attribute that is hidden with the shared secret. It has no plain getter: only decryption reads it.
/// </summary>
/// <param name="Id">What names it.</param>
/// <param name="Encryption">How it is hidden.</param>
/// <param name="IsTagged">Whether a tag stands in front of the salt (RFC 2868 §3.5).</param>
public readonly record struct EncryptedKey(RadiusAttributeId Id, RadiusEncryption Encryption, bool IsTagged = false)
{
    /// <summary>An attribute of the RFCs.</summary>
    public EncryptedKey(byte type, RadiusEncryption encryption, bool isTagged = false)
        : this(new RadiusAttributeId(0, type), encryption, isTagged)
    {
    }

    /// <summary>A vendor's attribute.</summary>
    public EncryptedKey(uint vendor, byte type, RadiusEncryption encryption, bool isTagged = false)
        : this(new RadiusAttributeId(vendor, type), encryption, isTagged)
    {
    }
}
