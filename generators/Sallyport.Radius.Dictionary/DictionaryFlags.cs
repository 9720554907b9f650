namespace Sallyport.Radius.Dictionary;

/// <summary>The flags of an ATTRIBUTE, DEFINE, MEMBER or STRUCT.</summary>
internal readonly record struct DictionaryFlags
{
    public bool HasTag { get; init; }

    public int Encryption { get; init; }

    public bool Concat { get; init; }

    public bool IsInternal { get; init; }

    public bool IsSecret { get; init; }

    public bool IsKey { get; init; }

    public bool IsArray { get; init; }

    /// <summary>The type that a flag of version 4 makes of the one that is written, or null.</summary>
    public DictionaryType? Becomes { get; init; }

    /// <summary>enum=: whose values it has.</summary>
    public string? ValuesOf { get; init; }

    /// <summary>clone=: whose inner attributes it has.</summary>
    public string? InnerOf { get; init; }

    /// <summary>length=: the octets of length that stand before a structure, 0 for none.</summary>
    public int LengthOctets { get; init; }

    /// <summary>Reads flags, with commas between; gives the one that is wrong.</summary>
    public static bool TryParse(string word, DictionaryType type, bool isMember, out DictionaryFlags flags, out string? wrong)
    {
        flags = default;
        wrong = null;
        foreach (string flag in word.Split(','))
        {
            int equals = flag.IndexOf('=');
            string name = (equals < 0 ? flag : flag.Substring(0, equals)).ToLowerInvariant();
            string? value = equals < 0 ? null : flag.Substring(equals + 1);
            if (Add(flags, name, value, type, isMember) is not { } more)
            {
                wrong = flag;
                return false;
            }

            flags = more;
        }

        return true;
    }

    /// <summary>Reads a VENDOR's <c>format=</c>.</summary>
    public static bool TryFormat(string word, out DictionaryVendorFormat? format)
    {
        string[] parts = word.ToLowerInvariant().Split('=', ',');
        format = null;
        if (parts.Length is 3 or 4 && parts[0] == "format" && parts[1] is "1" or "2" or "4" && parts[2] is "0" or "1" or "2")
        {
            bool continuation = parts.Length == 4;
            if (!continuation || (parts[3] == "c" && parts[1] == "1" && parts[2] == "1"))
            {
                format = new DictionaryVendorFormat(parts[1][0] - '0', parts[2][0] - '0', continuation);
            }
        }

        return format is not null;
    }

    private static DictionaryFlags? Add(DictionaryFlags flags, string name, string? value, DictionaryType type, bool isMember) => (name, value) switch
    {
        // RFC 2868 §3 has tags before numbers and strings.
        ("has_tag", null) when type is DictionaryType.Integer or DictionaryType.Text or DictionaryType.Octets => flags with { HasTag = true },
        ("encrypt", not null) when !DictionaryTypes.HoldsOthers(type) && Scheme(value) is { } scheme => flags with { Encryption = scheme },
        ("concat", null) when type == DictionaryType.Octets => flags with { Concat = true },
        ("internal" or "virtual", null) => flags with { IsInternal = true },
        ("secret", null) => flags with { IsSecret = true },
        ("key", null) when isMember && type is DictionaryType.Byte or DictionaryType.Short or DictionaryType.Integer or DictionaryType.Bits => flags with { IsKey = true },
        ("key", { Length: > 0 }) when isMember && type == DictionaryType.Union => flags,
        ("abinary", null) when type is DictionaryType.Text or DictionaryType.Octets => flags with { Becomes = DictionaryType.AscendFilter },
        ("extended", null) when type == DictionaryType.Tlv => flags with { Becomes = DictionaryType.Extended },
        ("long-extended" or "long_extended", null) when type == DictionaryType.Tlv => flags with { Becomes = DictionaryType.LongExtended },
        ("enum", { Length: > 0 }) when DictionaryTypes.LargestValue(type, 1, false) is not null => flags with { ValuesOf = value },
        ("clone", { Length: > 0 }) when type is DictionaryType.Tlv or DictionaryType.Struct or DictionaryType.Union => flags with { InnerOf = value },
        ("length", "uint8" or "uint16") when type is DictionaryType.Struct or DictionaryType.Octets or DictionaryType.Text => flags with { LengthOctets = value == "uint8" ? 1 : 2 },
        ("offset", not null) when type == DictionaryType.Struct && DictionaryWord.TryNumber(value, out ulong offset) && offset is > 0 and <= byte.MaxValue => flags,
        ("precision", "seconds" or "milliseconds" or "microseconds" or "nanoseconds" or "s" or "ms" or "us" or "ns") when type is DictionaryType.Date or DictionaryType.TimeSpan => flags,
        ("counter", null) when DictionaryTypes.IsNumber(type) => flags,
        ("ref", { Length: > 0 }) when type is DictionaryType.Group or DictionaryType.Tlv or DictionaryType.Octets => flags,

        ("array", null) => flags with { IsArray = true },

        // Of how FreeRADIUS lists attributes: nothing on RADIUS' wire.
        ("unsafe" or "local", null) => flags,
        _ => null,
    };

    private static int? Scheme(string word) => word.ToLowerInvariant() switch
    {
        "0" => 0,
        "1" or "user-password" => 1,
        "2" or "tunnel-password" => 2,
        "3" or "ascend-secret" => 3,
        _ => null,
    };
}
