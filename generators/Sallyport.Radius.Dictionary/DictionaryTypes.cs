using System.Globalization;

namespace Sallyport.Radius.Dictionary;

/// <summary>The spellings of the types, and what each can have.</summary>
internal static class DictionaryTypes
{
    private const int LongestValue = 253;
    private const int MostBits = 64;

    // Fields of a structure may be longer than a value on its own.
    private const int LongestStruct = 4096;

    private static readonly Dictionary<string, DictionaryType> Spellings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["string"] = DictionaryType.Text, ["text"] = DictionaryType.Text,
        ["octets"] = DictionaryType.Octets,
        ["integer"] = DictionaryType.Integer, ["uint32"] = DictionaryType.Integer, ["enum"] = DictionaryType.Integer,
        ["integer64"] = DictionaryType.Integer64, ["uint64"] = DictionaryType.Integer64,
        ["signed"] = DictionaryType.Signed, ["int32"] = DictionaryType.Signed,
        ["short"] = DictionaryType.Short, ["uint16"] = DictionaryType.Short,
        ["byte"] = DictionaryType.Byte, ["uint8"] = DictionaryType.Byte,
        ["bool"] = DictionaryType.Bool,
        ["date"] = DictionaryType.Date, ["time"] = DictionaryType.Date,
        ["ipaddr"] = DictionaryType.IPv4, ["ipv4addr"] = DictionaryType.IPv4,
        ["ipv6addr"] = DictionaryType.IPv6,
        ["combo-ip"] = DictionaryType.IPv4OrIPv6, ["comboip"] = DictionaryType.IPv4OrIPv6, ["comboipaddr"] = DictionaryType.IPv4OrIPv6,
        ["ipv4prefix"] = DictionaryType.IPv4Prefix,
        ["ipv6prefix"] = DictionaryType.IPv6Prefix,
        ["combo-prefix"] = DictionaryType.IPv4OrIPv6Prefix, ["comboprefix"] = DictionaryType.IPv4OrIPv6Prefix, ["comboipprefix"] = DictionaryType.IPv4OrIPv6Prefix,
        ["ifid"] = DictionaryType.InterfaceId,
        ["ether"] = DictionaryType.Ether, ["ethernet"] = DictionaryType.Ether,
        ["abinary"] = DictionaryType.AscendFilter,
        ["tlv"] = DictionaryType.Tlv,
        ["vsa"] = DictionaryType.VendorSpecific,
        ["extended"] = DictionaryType.Extended,
        ["long-extended"] = DictionaryType.LongExtended, ["long_extended"] = DictionaryType.LongExtended,
        ["evs"] = DictionaryType.ExtendedVendorSpecific,
        ["int8"] = DictionaryType.SignedByte,
        ["int16"] = DictionaryType.SignedShort,
        ["int64"] = DictionaryType.Signed64,
        ["float32"] = DictionaryType.Float32, ["float"] = DictionaryType.Float32,
        ["float64"] = DictionaryType.Float64,
        ["time_delta"] = DictionaryType.TimeSpan,
        ["bit"] = DictionaryType.Bits,
        ["struct"] = DictionaryType.Struct,
        ["union"] = DictionaryType.Union,
        ["group"] = DictionaryType.Group,
        ["attribute"] = DictionaryType.Attribute,
    };

    /// <summary>Reads a type, with the length that may stand behind it in brackets: octets, and bits of <c>bit[3]</c>.</summary>
    public static bool TryParse(string word, out DictionaryType type, out int length)
    {
        int bracket = word.IndexOf('[');
        length = 0;
        if (!Spellings.TryGetValue(bracket < 0 ? word : word.Substring(0, bracket), out type))
        {
            return false;
        }

        int longest = type switch
        {
            DictionaryType.Octets or DictionaryType.Text => LongestValue,
            DictionaryType.Struct => LongestStruct,
            DictionaryType.Bits => MostBits,
            _ => 0,
        };
        return bracket < 0
            ? type != DictionaryType.Bits
            : word.EndsWith("]", StringComparison.Ordinal)
                && int.TryParse(word.Substring(bracket + 1, word.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out length)
                && length > 0 && length <= longest;
    }

    /// <summary>Whether attributes stand within one of this type.</summary>
    public static bool HoldsOthers(DictionaryType type) => type is DictionaryType.Tlv or DictionaryType.Extended or DictionaryType.LongExtended
        or DictionaryType.ExtendedVendorSpecific or DictionaryType.VendorSpecific or DictionaryType.Union or DictionaryType.Group;

    /// <summary>Whether vendors stand within one of this type.</summary>
    public static bool HoldsVendors(DictionaryType type) => type is DictionaryType.VendorSpecific or DictionaryType.ExtendedVendorSpecific;

    /// <summary>Whether it is a number, however wide.</summary>
    public static bool IsNumber(DictionaryType type) => type is DictionaryType.Byte or DictionaryType.Short or DictionaryType.Integer or DictionaryType.Integer64
        or DictionaryType.SignedByte or DictionaryType.SignedShort or DictionaryType.Signed or DictionaryType.Signed64 or DictionaryType.Bool or DictionaryType.Bits
        or DictionaryType.Date or DictionaryType.TimeSpan;

    /// <summary>How many bits a value has, or 0 where that depends on the value.</summary>
    public static int Width(DictionaryType type, int length) => type switch
    {
        DictionaryType.Bits => length,
        DictionaryType.Byte or DictionaryType.SignedByte or DictionaryType.Bool => 8,
        DictionaryType.Short or DictionaryType.SignedShort => 16,
        DictionaryType.Integer or DictionaryType.Signed or DictionaryType.Date or DictionaryType.TimeSpan or DictionaryType.Float32 or DictionaryType.IPv4 => 32,
        DictionaryType.Ether => 48,
        DictionaryType.Integer64 or DictionaryType.Signed64 or DictionaryType.Float64 or DictionaryType.InterfaceId => 64,
        DictionaryType.IPv6 => 128,
        _ => length * 8,
    };

    /// <summary>The largest number that a value of this type may have, or null where numbers are no values of it.</summary>
    public static ulong? LargestValue(DictionaryType type, int length, bool hasTag) => type switch
    {
        // The tag takes the uppermost octet (RFC 2868 §3.1).
        DictionaryType.Integer when hasTag => 0xffffff,

        // Structures whose first number says what follows have names for it.
        DictionaryType.Octets => uint.MaxValue,
        DictionaryType.Bool => 1,
        DictionaryType.IPv4 => uint.MaxValue,
        _ when IsNumber(type) => Width(type, length) >= 64 ? ulong.MaxValue : (1UL << Width(type, length)) - 1,
        _ => null,
    };

    /// <summary>Whether it is a number that may be below zero.</summary>
    public static bool HasSign(DictionaryType type) => type is DictionaryType.SignedByte or DictionaryType.SignedShort or DictionaryType.Signed or DictionaryType.Signed64 or DictionaryType.TimeSpan;
}
