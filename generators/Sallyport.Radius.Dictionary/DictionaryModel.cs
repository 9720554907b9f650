namespace Sallyport.Radius.Dictionary;

/// <summary>A place in a dictionary.</summary>
/// <param name="Path">The file as it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Length">How many characters it spans.</param>
public sealed record DictionaryLocation(string Path, int Line, int Column, int Length);

/// <summary>What is wrong with a dictionary, or more than this parser takes.</summary>
/// <param name="Code">Which of <see cref="DictionaryDiagnostics"/>.</param>
/// <param name="Location">Where.</param>
/// <param name="Message">What, and what would be right.</param>
public sealed record DictionaryProblem(string Code, DictionaryLocation Location, string Message);

/// <summary>The codes of <see cref="DictionaryProblem"/>.</summary>
public static class DictionaryDiagnostics
{
    /// <summary>A keyword that is unknown.</summary>
    public const string UnknownKeyword = "SALR0001";

    /// <summary>A line with too few or too many words.</summary>
    public const string WordCount = "SALR0002";

    /// <summary>A number that is none, or out of range.</summary>
    public const string Number = "SALR0003";

    /// <summary>A data type that is unknown.</summary>
    public const string UnknownType = "SALR0004";

    /// <summary>A flag that is unknown, or does not go with the type.</summary>
    public const string Flag = "SALR0005";

    /// <summary>An attribute's name or number given twice.</summary>
    public const string Duplicate = "SALR0006";

    /// <summary>A value for an attribute that this dictionary does not define.</summary>
    public const string UnknownAttribute = "SALR0007";

    /// <summary>A vendor that was not defined, or a block that is not open or not closed.</summary>
    public const string Vendor = "SALR0008";

    /// <summary>Right syntax for which no code can be made yet.</summary>
    public const string Unsupported = "SALR0009";

    /// <summary>An included file that is missing, or that includes itself.</summary>
    public const string Include = "SALR0010";
}

/// <summary>The data types.</summary>
public enum DictionaryType
{
    /// <summary>string, text.</summary>
    Text,

    /// <summary>octets.</summary>
    Octets,

    /// <summary>integer, uint32, enum.</summary>
    Integer,

    /// <summary>integer64, uint64.</summary>
    Integer64,

    /// <summary>signed, int32.</summary>
    Signed,

    /// <summary>short, uint16.</summary>
    Short,

    /// <summary>byte, uint8.</summary>
    Byte,

    /// <summary>date, time.</summary>
    Date,

    /// <summary>ipaddr, ipv4addr.</summary>
    IPv4,

    /// <summary>ipv6addr.</summary>
    IPv6,

    /// <summary>ipv4prefix.</summary>
    IPv4Prefix,

    /// <summary>ipv6prefix.</summary>
    IPv6Prefix,

    /// <summary>ifid.</summary>
    InterfaceId,

    /// <summary>ether.</summary>
    Ether,

    /// <summary>tlv.</summary>
    Tlv,

    /// <summary>vsa: the Vendor-Specific attribute itself.</summary>
    VendorSpecific,
}

/// <summary>One ATTRIBUTE.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Vendor">The vendor's number, 0 for the RFCs.</param>
/// <param name="Number">Its number, 1 to 255.</param>
/// <param name="Type">Its data type.</param>
/// <param name="HasTag">has_tag.</param>
/// <param name="Encryption">encrypt=: 0 for none, 1, 2 or 3.</param>
/// <param name="Concat">concat.</param>
/// <param name="Location">Where it is defined.</param>
public sealed record DictionaryEntry(
    string Name, uint Vendor, byte Number, DictionaryType Type, bool HasTag, int Encryption, bool Concat, DictionaryLocation Location);

/// <summary>One VALUE.</summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Name">The value's name.</param>
/// <param name="Number">The value.</param>
public sealed record DictionaryValue(string Attribute, string Name, uint Number);

/// <summary>One VENDOR.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its SMI Private Enterprise Number.</param>
public sealed record DictionaryVendor(string Name, uint Number);

/// <summary>A dictionary, read.</summary>
public sealed class DictionaryModel
{
    internal List<DictionaryVendor> VendorList { get; } = [];

    internal List<DictionaryEntry> EntryList { get; } = [];

    internal List<DictionaryValue> ValueList { get; } = [];

    internal List<DictionaryProblem> ProblemList { get; } = [];

    /// <summary>The vendors, in order.</summary>
    public IReadOnlyList<DictionaryVendor> Vendors => VendorList;

    /// <summary>The attributes, in order.</summary>
    public IReadOnlyList<DictionaryEntry> Attributes => EntryList;

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<DictionaryValue> Values => ValueList;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<DictionaryProblem> Problems => ProblemList;
}
