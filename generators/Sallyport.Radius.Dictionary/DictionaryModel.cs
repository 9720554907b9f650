namespace Sallyport.Radius.Dictionary;

/// <summary>How a vendor writes its attributes into a Vendor-Specific attribute (<c>format=</c>).</summary>
/// <param name="TypeOctets">The width of the type: 1, 2 or 4.</param>
/// <param name="LengthOctets">The width of the length: 0, 1 or 2.</param>
/// <param name="HasContinuation">Whether an octet of continuation follows, as WiMAX has it.</param>
public sealed record DictionaryVendorFormat(int TypeOctets, int LengthOctets, bool HasContinuation)
{
    /// <summary>What RFC 2865 §5.26 recommends: an octet of type and one of length.</summary>
    public static DictionaryVendorFormat Default { get; } = new(1, 1, false);
}

/// <summary>One VENDOR.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its SMI Private Enterprise Number.</param>
/// <param name="Format">How it writes its attributes.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
public sealed record DictionaryVendor(string Name, uint Number, DictionaryVendorFormat Format, string? Comment);

/// <summary>The place of a MEMBER in its structure.</summary>
/// <param name="Structure">The name of the structure.</param>
/// <param name="BitOffset">How many bits stand before it, or -1 where a field without a fixed length does.</param>
/// <param name="BitLength">How many bits it has, or 0 for all that are left.</param>
/// <param name="IsKey">Whether its value says what follows the structure's own fields.</param>
public sealed record DictionaryMember(string Structure, int BitOffset, int BitLength, bool IsKey);

/// <summary>One ATTRIBUTE, or what version 4 of the syntax has besides: MEMBER, STRUCT, DEFINE, ALIAS.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its vendor and numbers. A member's last number counts the members of its structure from 1.</param>
/// <param name="Type">Its data type.</param>
/// <param name="Length">The octets that <c>octets[16]</c> demands, or 0.</param>
/// <param name="HasTag">has_tag: a tag of RFC 2868 stands before the value.</param>
/// <param name="Encryption">encrypt=: 0 for none, 1 as User-Password, 2 as Tunnel-Password, 3 as Ascend-Send-Secret.</param>
/// <param name="Concat">concat: a long value is cut into several attributes.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
/// <param name="Location">Where it is defined.</param>
public sealed record DictionaryEntry(
    string Name, DictionaryPath Path, DictionaryType Type, int Length, bool HasTag, int Encryption, bool Concat, string? Comment, DictionaryLocation Location)
{
    /// <summary>Whose <see cref="DictionaryValue.Attribute"/> values are its own: its name as a rule, that of another one by ALIAS or <c>enum=</c>.</summary>
    public string ValueSet { get; internal set; } = Name;

    /// <summary>The attribute that it is another name of (ALIAS), or null.</summary>
    public string? AliasOf { get; init; }

    /// <summary>Its place in a structure, or null where it is no MEMBER.</summary>
    public DictionaryMember? Member { get; init; }

    /// <summary>internal, virtual, DEFINE, a number beyond 255 that is no vendor's: FreeRADIUS' own, which no packet carries.</summary>
    public bool IsInternal { get; init; }

    /// <summary>secret: not to be shown.</summary>
    public bool IsSecret { get; init; }
}

/// <summary>One ENUM, values with names that several attributes share; or the values of an attribute that another dictionary has.</summary>
/// <param name="Name">Its name, and the <see cref="DictionaryEntry.ValueSet"/> of its values.</param>
/// <param name="Type">The data type of the values.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
/// <param name="Location">Where it is defined.</param>
public sealed record DictionaryEnumeration(string Name, DictionaryType Type, string? Comment, DictionaryLocation Location);

/// <summary>One VALUE.</summary>
/// <param name="Attribute">The <see cref="DictionaryEntry.ValueSet"/> that it belongs to.</param>
/// <param name="Name">The value's name.</param>
/// <param name="Number">The value; one below zero as the two's complement of the type's width, an IPv4 address as its 32 bits.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
public sealed record DictionaryValue(string Attribute, string Name, ulong Number, string? Comment);

/// <summary>A dictionary with all that it includes, read.</summary>
public sealed class DictionaryModel
{
    internal List<DictionaryVendor> VendorList { get; } = [];

    internal List<DictionaryEntry> EntryList { get; } = [];

    internal List<DictionaryEnumeration> EnumerationList { get; } = [];

    internal List<DictionaryValue> ValueList { get; } = [];

    internal List<DictionaryProblem> ProblemList { get; } = [];

    /// <summary>The vendors, in order.</summary>
    public IReadOnlyList<DictionaryVendor> Vendors => VendorList;

    /// <summary>The attributes, in order; behind them those that <c>clone=</c> copies, and the aliases.</summary>
    public IReadOnlyList<DictionaryEntry> Attributes => EntryList;

    /// <summary>The enumerations that stand by themselves, in order.</summary>
    public IReadOnlyList<DictionaryEnumeration> Enumerations => EnumerationList;

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<DictionaryValue> Values => ValueList;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<DictionaryProblem> Problems => ProblemList;

    internal void Report(string code, DictionaryWord word, string message) => ProblemList.Add(new DictionaryProblem(code, word.Location, message));
}
