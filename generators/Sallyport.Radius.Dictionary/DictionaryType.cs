using System.Globalization;

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

    /// <summary>extended (RFC 6929 §2.1).</summary>
    Extended,

    /// <summary>long-extended (RFC 6929 §2.2).</summary>
    LongExtended,

    /// <summary>evs: vendors' attributes within an extended one (RFC 6929 §2.4).</summary>
    ExtendedVendorSpecific,
}

/// <summary>The spellings of the types.</summary>
internal static class DictionaryTypes
{
    private const int LongestValue = 253;

    /// <summary>Reads a type, with the length that may stand behind it in brackets.</summary>
    public static bool TryParse(string word, out DictionaryType type, out int length)
    {
        string name = word.ToLowerInvariant();
        int bracket = name.IndexOf('[');
        length = 0;
        DictionaryType? found = (bracket < 0 ? name : name.Substring(0, bracket)) switch
        {
            "string" or "text" => DictionaryType.Text,
            "octets" => DictionaryType.Octets,
            "integer" or "uint32" or "enum" => DictionaryType.Integer,
            "integer64" or "uint64" => DictionaryType.Integer64,
            "signed" or "int32" => DictionaryType.Signed,
            "short" or "uint16" => DictionaryType.Short,
            "byte" or "uint8" => DictionaryType.Byte,
            "bool" => DictionaryType.Bool,
            "date" or "time" => DictionaryType.Date,
            "ipaddr" or "ipv4addr" => DictionaryType.IPv4,
            "ipv6addr" => DictionaryType.IPv6,
            "combo-ip" => DictionaryType.IPv4OrIPv6,
            "ipv4prefix" => DictionaryType.IPv4Prefix,
            "ipv6prefix" => DictionaryType.IPv6Prefix,
            "ifid" => DictionaryType.InterfaceId,
            "ether" => DictionaryType.Ether,
            "abinary" => DictionaryType.AscendFilter,
            "tlv" => DictionaryType.Tlv,
            "vsa" => DictionaryType.VendorSpecific,
            "extended" => DictionaryType.Extended,
            "long-extended" => DictionaryType.LongExtended,
            "evs" => DictionaryType.ExtendedVendorSpecific,
            _ => null,
        };
        type = found ?? default;
        if (found is null || bracket < 0)
        {
            return found is not null;
        }

        return type is DictionaryType.Octets or DictionaryType.Text
            && name.EndsWith("]", StringComparison.Ordinal)
            && int.TryParse(name.Substring(bracket + 1, name.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out length)
            && length is > 0 and <= LongestValue;
    }

    /// <summary>Whether a word names a type that only FreeRADIUS 4 has.</summary>
    public static bool IsVersion4(string word) => word.ToLowerInvariant() is "struct" or "union" or "group" or "time_delta" or "attribute" or "int8" or "int16" or "int64" or "float32" or "float64"
        || word.StartsWith("bit[", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether attributes stand within one of this type.</summary>
    public static bool HoldsOthers(DictionaryType type) => type is DictionaryType.Tlv or DictionaryType.Extended or DictionaryType.LongExtended or DictionaryType.ExtendedVendorSpecific or DictionaryType.VendorSpecific;

    /// <summary>The largest number that a value of this type may have, or null where values have no names.</summary>
    public static ulong? LargestValue(DictionaryEntry attribute) => attribute.Type switch
    {
        DictionaryType.Byte => byte.MaxValue,
        DictionaryType.Bool => 1,
        DictionaryType.Short => ushort.MaxValue,

        // The tag takes the uppermost octet (RFC 2868 §3.1).
        DictionaryType.Integer => attribute.HasTag ? 0xffffff : uint.MaxValue,
        DictionaryType.Signed or DictionaryType.Date => uint.MaxValue,

        // Structures whose first number says what follows have names for it.
        DictionaryType.Octets => uint.MaxValue,
        DictionaryType.Integer64 => ulong.MaxValue,
        _ => null,
    };
}
