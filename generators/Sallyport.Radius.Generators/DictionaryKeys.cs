using System.Globalization;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>Which key an attribute has.</summary>
internal static class DictionaryKeys
{
    private const string Wire = DictionarySource.Wire;
    private const int DeepestNesting = 6;
    private const uint FirstExtended = 241;
    private const uint FirstLongExtended = 245;
    private const uint LastExtended = 246;

    /// <summary>Whether an attribute is one that packets have: servers keep some to themselves, and the fields of structures come with those.</summary>
    public static bool IsOnWire(DictionaryEntry entry) => !entry.IsInternal && entry.Member is null && !IsOpaque(entry) && Within(entry.Path).All(n => n <= byte.MaxValue);

    /// <summary>Whether what stands within an attribute is found by other means than types and lengths.</summary>
    public static bool HidesOthers(DictionaryEntry entry) => entry.IsInternal || entry.Type == DictionaryType.Struct || IsOpaque(entry);

    /// <summary>Why there is no key for an attribute, or null where there is one.</summary>
    public static string? Why(DictionaryEntry entry) => entry switch
    {
        { IsInternal: true } => null,
        { Member.BitOffset: < 0 } => "its place depends on the fields before it",
        { Member: not null } => null,
        _ => Within(entry.Path).Count() > DeepestNesting ? $"{entry.Path} stands deeper within others than {DeepestNesting} levels" : null,
    };

    /// <summary>The type of the key: its name, and the type argument of one that is generic.</summary>
    /// <param name="entry">The attribute.</param>
    /// <param name="enumeration">The enumeration of its values, or null.</param>
    /// <param name="format">How its vendor writes attributes.</param>
    public static string Type(DictionaryEntry entry, string? enumeration, DictionaryVendorFormat format) => Wire + entry switch
    {
        { Encryption: not 0 } => "EncryptedKey",
        { HasTag: true, Type: DictionaryType.Integer } => enumeration is null ? "TaggedIntegerKey" : $"TaggedEnumKey<{enumeration}>",
        { HasTag: true } => "TaggedTextKey",
        { Concat: true } => "ConcatKey",
        { Type: DictionaryType.Text or DictionaryType.Octets } when MayBeCut(entry.Path, format) => "ConcatKey",
        _ when enumeration is not null && IsNumber(entry) => $"EnumKey<{enumeration}>",
        { Type: DictionaryType.IPv4OrIPv6 } => "IPAddressKey",
        { Type: DictionaryType.IPv4OrIPv6Prefix } => "IPPrefixKey",

        // What others stand in is read by their keys; the whole of it is octets.
        { Type: DictionaryType.AscendFilter or DictionaryType.VendorSpecific or DictionaryType.Extended or DictionaryType.LongExtended or DictionaryType.ExtendedVendorSpecific } => "OctetsKey",
        { Type: DictionaryType.Struct or DictionaryType.Attribute } => "OctetsKey",
        _ => entry.Type + "Key",
    };

    /// <summary>What the key's constructor is given.</summary>
    public static string Arguments(DictionaryEntry entry, DictionaryVendorFormat format) => Id(entry.Path, format) + entry.Encryption switch
    {
        0 => string.Empty,
        1 => $", {Wire}RadiusEncryption.UserPassword",
        2 => $", {Wire}RadiusEncryption.Salted{(entry.HasTag ? ", true" : string.Empty)}",
        _ => $", {Wire}RadiusEncryption.AscendSecret",
    };

    /// <summary>Whether the values of an attribute are numbers, so that an enumeration can stand for them.</summary>
    public static bool IsNumber(DictionaryEntry entry) => entry.Encryption == 0 && entry.Type is
        DictionaryType.Integer or DictionaryType.Integer64 or DictionaryType.Signed or DictionaryType.Short or DictionaryType.Byte or DictionaryType.Bool
        or DictionaryType.SignedByte or DictionaryType.SignedShort or DictionaryType.Signed64;

    /// <summary>The flags of an attribute, as a table of definitions has them.</summary>
    public static IEnumerable<string> Flags(DictionaryEntry entry)
    {
        if (entry.HasTag)
        {
            yield return "has_tag";
        }

        if (entry.Encryption != 0)
        {
            yield return $"encrypt={entry.Encryption}";
        }

        if (entry.Concat)
        {
            yield return "concat";
        }

        if (entry.Length != 0)
        {
            yield return $"{entry.Length}";
        }
    }

    private static bool IsOpaque(DictionaryEntry entry) => entry.Type is DictionaryType.Group or DictionaryType.Union or DictionaryType.Bits;

    // Where an attribute stands; an octet becomes an identifier by itself.
    private static string Id(DictionaryPath path, DictionaryVendorFormat format)
    {
        string within = string.Concat(Within(path).Select(n => $".Child({n})"));
        if (path.Extended is { } carrier)
        {
            return $"{Wire}RadiusAttributeId.Extended({carrier.Split('.')[0]}, {path.Vendor}, {path.Numbers[0]}){within}";
        }

        if (path.Vendor != 0)
        {
            string wide = format == DictionaryVendorFormat.Default ? string.Empty
                : $", new {Wire}RadiusVendorFormat({format.TypeOctets}, {format.LengthOctets}{(format.HasContinuation ? ", true" : string.Empty)})";
            return $"new {Wire}RadiusAttributeId({path.Vendor}, {path.Numbers[0]}{wide}){within}";
        }

        if (IsExtended(path))
        {
            return $"{Wire}RadiusAttributeId.Extended({path.Numbers[0]}, {path.Numbers[1]}){within}";
        }

        return within.Length == 0 ? $"{path.Numbers[0]}" : $"new {Wire}RadiusAttributeId({path.Numbers[0]}){within}";
    }

    private static bool IsExtended(DictionaryPath path) => path.Vendor == 0 && path.Numbers.Count > 1 && path.Numbers[0] is >= FirstExtended and <= LastExtended;

    private static IEnumerable<uint> Within(DictionaryPath path) => path.Numbers.Skip(IsExtended(path) ? 2 : 1);

    private static bool MayBeCut(DictionaryPath path, DictionaryVendorFormat format) => path switch
    {
        { Extended: { } carrier } => uint.Parse(carrier.Split('.')[0], CultureInfo.InvariantCulture) >= FirstLongExtended,
        { Vendor: 0 } => IsExtended(path) && path.Numbers[0] >= FirstLongExtended,
        _ => format.HasContinuation,
    };

    /// <summary>The width of an attribute's enumeration.</summary>
    public static string Underlying(DictionaryType type) => type switch
    {
        DictionaryType.Byte or DictionaryType.Bool => "byte",
        DictionaryType.Short => "ushort",
        DictionaryType.Signed => "int",
        DictionaryType.SignedByte => "sbyte",
        DictionaryType.SignedShort => "short",
        DictionaryType.Signed64 => "long",
        DictionaryType.Integer64 or DictionaryType.Bits => "ulong",
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
            DictionaryType.SignedByte => "a number of 8 bits with a sign",
            DictionaryType.SignedShort => "a number of 16 bits with a sign",
            DictionaryType.Signed64 => "a number of 64 bits with a sign",
            DictionaryType.Float32 => "a number of IEEE 754 in 32 bits",
            DictionaryType.Float64 => "a number of IEEE 754 in 64 bits",
            DictionaryType.TimeSpan => "a span of time",
            DictionaryType.IPv4OrIPv6Prefix => "a prefix of either version",
            DictionaryType.Bits => entry.Length == 1 ? "a bit" : $"{entry.Length} bits",
            DictionaryType.Struct => "a structure",
            DictionaryType.Attribute => "the number of an attribute",
            DictionaryType.VendorSpecific or DictionaryType.ExtendedVendorSpecific => "vendors' attributes",
            _ => "extended attributes",
        };
        return type + (entry.HasTag ? ", with a tag" : string.Empty) + (entry.Encryption != 0 ? ", hidden with the secret" : string.Empty) + (entry.Concat ? ", over as many attributes as it takes" : string.Empty);
    }
}
