using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>Which key an attribute has.</summary>
internal static class DictionaryKeys
{
    /// <summary>Why there is no key for an attribute, or null where there is one.</summary>
    public static string? Why(DictionaryEntry entry, DictionaryModel model)
    {
        DictionaryPath path = entry.Path;
        if (path.Extended is not null || path.Numbers.Count > 1)
        {
            return $"{path} stands within another attribute";
        }

        if (path.Last > byte.MaxValue)
        {
            return path.Vendor == 0 ? $"{path.Last} is a number of FreeRADIUS' own, which no packet carries" : $"the type {path.Last} is wider than an octet";
        }

        if (path.Vendor != 0 && model.Vendors.FirstOrDefault(v => v.Number == path.Vendor) is { } vendor && vendor.Format != DictionaryVendorFormat.Default)
        {
            return $"{vendor.Name} writes its attributes in a form of its own";
        }

        if (entry.IsInternal || entry.Member is not null || entry.Type >= DictionaryType.SignedByte)
        {
            return "version 4 has it and this library no key for it";
        }

        if (entry.Encryption == 3)
        {
            return "encrypt=3 is Ascend's own";
        }

        return entry.Type is DictionaryType.IPv4OrIPv6 or DictionaryType.Extended or DictionaryType.LongExtended or DictionaryType.ExtendedVendorSpecific
            ? $"there is none for {Describe(entry)}"
            : null;
    }

    /// <summary>The type of the key, and what its constructor is given behind the numbers.</summary>
    public static (string Key, string Extra) Of(DictionaryEntry entry, bool hasValues) => entry switch
    {
        { Encryption: not 0 } => ("EncryptedKey", $", global::Sallyport.Radius.Wire.RadiusEncryption.{(entry.Encryption == 1 ? "UserPassword" : "Salted")}{(entry.HasTag ? ", true" : string.Empty)}"),
        { HasTag: true, Type: DictionaryType.Integer } => ("TaggedIntegerKey", string.Empty),
        { HasTag: true } => ("TaggedTextKey", string.Empty),
        { Concat: true } => ("ConcatKey", string.Empty),
        { Type: DictionaryType.Integer } when hasValues => ("EnumKey", string.Empty),
        { Type: DictionaryType.VendorSpecific or DictionaryType.AscendFilter } => ("OctetsKey", string.Empty),
        { Type: DictionaryType.Bool } => ("ByteKey", string.Empty),
        _ => (entry.Type + "Key", string.Empty),
    };

    /// <summary>The width of an attribute's enumeration.</summary>
    public static string Underlying(DictionaryEntry entry) => entry.Type switch
    {
        DictionaryType.Byte or DictionaryType.Bool => "byte",
        DictionaryType.Short => "ushort",
        DictionaryType.Signed => "int",
        DictionaryType.Integer64 => "ulong",
        _ => "uint",
    };

    /// <summary>The data type in words.</summary>
    public static string Describe(DictionaryEntry entry)
    {
        string type = entry.Type switch
        {
            DictionaryType.Text => "text",
            DictionaryType.Octets when entry.Length > 0 => $"{entry.Length} octets",
            DictionaryType.Octets => "octets",
            DictionaryType.Integer when entry.HasTag => "a number of 24 bits",
            DictionaryType.Integer => "a number of 32 bits",
            DictionaryType.Integer64 => "a number of 64 bits",
            DictionaryType.Signed => "a number of 32 bits with a sign",
            DictionaryType.Short => "a number of 16 bits",
            DictionaryType.Byte => "a number of 8 bits",
            DictionaryType.Bool => "0 or 1 in 8 bits",
            DictionaryType.Date => "a time",
            DictionaryType.IPv4 => "an IPv4 address",
            DictionaryType.IPv6 => "an IPv6 address",
            DictionaryType.IPv4OrIPv6 => "an address of either version",
            DictionaryType.IPv4Prefix => "an IPv4 prefix",
            DictionaryType.IPv6Prefix => "an IPv6 prefix",
            DictionaryType.InterfaceId => "an interface identifier",
            DictionaryType.Ether => "an Ethernet address",
            DictionaryType.AscendFilter => "a filter in Ascend's binary form",
            DictionaryType.Tlv => "attributes",
            DictionaryType.VendorSpecific => "vendors' attributes",
            _ => "extended attributes",
        };
        return type + (entry.HasTag ? ", with a tag" : string.Empty) + (entry.Encryption != 0 ? ", hidden with the secret" : string.Empty) + (entry.Concat ? ", over as many attributes as it takes" : string.Empty);
    }
}
