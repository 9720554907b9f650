namespace Sallyport.Radius.Dictionary;

/// <summary>The data types (RFC 8044 §3, and those that only dictionaries know).</summary>
public enum DictionaryType
{
    /// <summary>string, text.</summary>
    Text,

    /// <summary>octets.</summary>
    Octets,

    /// <summary>integer, uint32, enum: 32 bits.</summary>
    Integer,

    /// <summary>integer64, uint64: 64 bits.</summary>
    Integer64,

    /// <summary>signed, int32: 32 bits with a sign.</summary>
    Signed,

    /// <summary>short, uint16: 16 bits.</summary>
    Short,

    /// <summary>byte, uint8: 8 bits.</summary>
    Byte,

    /// <summary>bool: 8 bits, 0 or 1.</summary>
    Bool,

    /// <summary>date, time: seconds since 1970.</summary>
    Date,

    /// <summary>ipaddr, ipv4addr.</summary>
    IPv4,

    /// <summary>ipv6addr.</summary>
    IPv6,

    /// <summary>combo-ip: an address of either version.</summary>
    IPv4OrIPv6,

    /// <summary>ipv4prefix.</summary>
    IPv4Prefix,

    /// <summary>ipv6prefix.</summary>
    IPv6Prefix,

    /// <summary>ifid.</summary>
    InterfaceId,

    /// <summary>ether.</summary>
    Ether,

    /// <summary>abinary: an Ascend filter in its binary form.</summary>
    AscendFilter,

    /// <summary>tlv.</summary>
    Tlv,

    /// <summary>vsa: the Vendor-Specific attribute itself.</summary>
    VendorSpecific,

    /// <summary>extended (RFC 6929 §2.1); in version 4 a tlv with the flag of that name.</summary>
    Extended,

    /// <summary>long-extended (RFC 6929 §2.2); in version 4 a tlv with the flag of that name.</summary>
    LongExtended,

    /// <summary>evs: vendors' attributes within an extended one (RFC 6929 §2.4); in version 4 a vsa there.</summary>
    ExtendedVendorSpecific,

    /// <summary>int8: 8 bits with a sign.</summary>
    SignedByte,

    /// <summary>int16: 16 bits with a sign.</summary>
    SignedShort,

    /// <summary>int64: 64 bits with a sign.</summary>
    Signed64,

    /// <summary>float32: IEEE 754 in 32 bits.</summary>
    Float32,

    /// <summary>float64: IEEE 754 in 64 bits.</summary>
    Float64,

    /// <summary>time_delta: a span of seconds in 32 bits.</summary>
    TimeSpan,

    /// <summary>combo-prefix: a prefix of either version.</summary>
    IPv4OrIPv6Prefix,

    /// <summary>bit[N]: a number of N bits, only in a structure.</summary>
    Bits,

    /// <summary>struct: fields one behind the other, named by MEMBER.</summary>
    Struct,

    /// <summary>union: what a field of the structure before it says.</summary>
    Union,

    /// <summary>group: other attributes under one name, of FreeRADIUS' own.</summary>
    Group,

    /// <summary>attribute: the name of another attribute.</summary>
    Attribute,
}
