namespace Sallyport.Radius.Wire;

/// <summary>The data types of values (RFC 8044 §3, and those that only dictionaries know).</summary>
public enum RadiusDataType
{
    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>Octets of no further structure.</summary>
    Octets,

    /// <summary>A number of 32 bits; behind a tag, of 24.</summary>
    Integer,

    /// <summary>A number of 64 bits.</summary>
    Integer64,

    /// <summary>A number of 32 bits with a sign.</summary>
    Signed,

    /// <summary>A number of 16 bits.</summary>
    Short,

    /// <summary>A number of 8 bits.</summary>
    Byte,

    /// <summary>0 or 1 in 8 bits.</summary>
    Bool,

    /// <summary>Seconds since 1970 in 32 bits.</summary>
    Date,

    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>An address of either version.</summary>
    IPv4OrIPv6,

    /// <summary>An IPv4 prefix.</summary>
    IPv4Prefix,

    /// <summary>An IPv6 prefix.</summary>
    IPv6Prefix,

    /// <summary>An interface identifier of 64 bits.</summary>
    InterfaceId,

    /// <summary>An Ethernet address.</summary>
    Ether,

    /// <summary>A filter in Ascend's binary form.</summary>
    AscendFilter,

    /// <summary>TLVs.</summary>
    Tlv,

    /// <summary>A vendor's attributes: Vendor-Specific itself.</summary>
    VendorSpecific,

    /// <summary>An extended type and its value (RFC 6929 §2.1).</summary>
    Extended,

    /// <summary>An extended type, flags and a value that may be cut (RFC 6929 §2.2).</summary>
    LongExtended,

    /// <summary>A vendor's attribute within an extended one (RFC 6929 §2.4).</summary>
    ExtendedVendorSpecific,

    /// <summary>A number of 8 bits with a sign.</summary>
    SignedByte,

    /// <summary>A number of 16 bits with a sign.</summary>
    SignedShort,

    /// <summary>A number of 64 bits with a sign.</summary>
    Signed64,

    /// <summary>A number of IEEE 754 in 32 bits.</summary>
    Float32,

    /// <summary>A number of IEEE 754 in 64 bits.</summary>
    Float64,

    /// <summary>A span of time: seconds in 32 bits with a sign.</summary>
    TimeSpan,

    /// <summary>A prefix of either version.</summary>
    IPv4OrIPv6Prefix,

    /// <summary>A number of some bits, in a structure.</summary>
    Bits,

    /// <summary>Fields one behind the other.</summary>
    Struct,

    /// <summary>What another field of the structure says.</summary>
    Union,

    /// <summary>Other attributes under one name; on no wire.</summary>
    Group,

    /// <summary>The number of another attribute.</summary>
    Attribute,
}

/// <summary>A value that has a name.</summary>
/// <param name="Name">The name, as the dictionary has it.</param>
/// <param name="Number">The value; of a signed one its 32 bits.</param>
public readonly record struct RadiusNamedValue(string Name, ulong Number);

/// <summary>A VENDOR of a dictionary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its SMI Private Enterprise Number.</param>
/// <param name="Format">How it writes its attributes.</param>
public sealed record RadiusVendorDefinition(string Name, uint Number, RadiusVendorFormat Format);

/// <summary>An ATTRIBUTE of a dictionary: what its key is made from, for those who learn only at run time which attribute they want.</summary>
public sealed class RadiusAttributeDefinition
{
    private readonly List<RadiusNamedValue> _values = [];

    internal RadiusAttributeDefinition(string name, RadiusAttributeId id, uint number, bool isOnWire, RadiusDataType type)
    {
        Name = name;
        Id = id;
        Number = number;
        IsOnWire = isOnWire;
        Type = type;
    }

    /// <summary>The name, as the dictionary has it.</summary>
    public string Name { get; }

    /// <summary>Where it stands; of no meaning for one that is not on the wire.</summary>
    public RadiusAttributeId Id { get; }

    /// <summary>The innermost number.</summary>
    public uint Number { get; }

    /// <summary>Whether packets have it: dictionaries also number what servers only keep to themselves.</summary>
    public bool IsOnWire { get; }

    /// <summary>The data type of its value.</summary>
    public RadiusDataType Type { get; }

    /// <summary>How many octets a value has to have, or 0.</summary>
    public int FixedLength { get; internal set; }

    /// <summary>Whether a tag stands before the value (RFC 2868 §3).</summary>
    public bool HasTag { get; internal set; }

    /// <summary>How it is hidden.</summary>
    public RadiusEncryption Encryption { get; internal set; }

    /// <summary>Whether all attributes of the type make one value (RFC 8044 §3.6).</summary>
    public bool IsConcat { get; internal set; }

    /// <summary>The values that have names, in the dictionary's order.</summary>
    public IReadOnlyList<RadiusNamedValue> Values => _values;

    /// <summary>Name and number.</summary>
    public override string ToString() => $"{Name} ({(IsOnWire ? Id.ToString() : Number.ToString(System.Globalization.CultureInfo.InvariantCulture))})";

    internal void Add(RadiusNamedValue value) => _values.Add(value);
}
