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

/// <summary>Where an attribute stands: its vendor and its numbers from the outermost attribute inward.</summary>
public sealed class DictionaryPath : IEquatable<DictionaryPath>
{
    private readonly uint[] _numbers;

    internal DictionaryPath(uint vendor, string? extended, uint[] numbers)
    {
        Vendor = vendor;
        Extended = extended;
        _numbers = numbers;
    }

    /// <summary>The vendor's SMI Private Enterprise Number, 0 for attributes of the RFCs.</summary>
    public uint Vendor { get; }

    /// <summary>The extended attribute that carries the vendor's (RFC 6929 §2.4), as "245.26", or null for Vendor-Specific.</summary>
    public string? Extended { get; }

    /// <summary>The numbers: one for an attribute that stands in the packet or the vendor's space itself, more for one within others.</summary>
    public IReadOnlyList<uint> Numbers => _numbers;

    /// <summary>The innermost number.</summary>
    public uint Last => _numbers[_numbers.Length - 1];

    internal DictionaryPath? Parent => _numbers.Length < 2 ? null : new DictionaryPath(Vendor, Extended, [.. _numbers.Take(_numbers.Length - 1)]);

    internal DictionaryPath Child(uint number) => new(Vendor, Extended, [.. _numbers, number]);

    /// <inheritdoc/>
    public bool Equals(DictionaryPath? other) =>
        other is not null && Vendor == other.Vendor && Extended == other.Extended && _numbers.SequenceEqual(other._numbers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DictionaryPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _numbers.Aggregate(unchecked((int)Vendor), (hash, number) => unchecked((hash * 31) + (int)number));

    /// <summary>The numbers with dots between; a vendor's behind those of the attribute that carries them.</summary>
    public override string ToString() => (Vendor == 0 ? string.Empty : $"{Extended ?? "26"}.{Vendor}.") + string.Join(".", _numbers);
}

/// <summary>One ATTRIBUTE.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its vendor and numbers.</param>
/// <param name="Type">Its data type.</param>
/// <param name="Length">The octets that <c>octets[16]</c> demands, or 0.</param>
/// <param name="HasTag">has_tag: a tag of RFC 2868 stands before the value.</param>
/// <param name="Encryption">encrypt=: 0 for none, 1 as User-Password, 2 as Tunnel-Password, 3 as Ascend-Send-Secret.</param>
/// <param name="Concat">concat: a long value is cut into several attributes.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
/// <param name="Location">Where it is defined.</param>
public sealed record DictionaryEntry(
    string Name, DictionaryPath Path, DictionaryType Type, int Length, bool HasTag, int Encryption, bool Concat, string? Comment, DictionaryLocation Location);

/// <summary>One VALUE.</summary>
/// <param name="Attribute">The attribute's name, as its ATTRIBUTE spells it.</param>
/// <param name="Name">The value's name.</param>
/// <param name="Number">The value.</param>
/// <param name="Comment">What stands behind it on the line, or null.</param>
public sealed record DictionaryValue(string Attribute, string Name, ulong Number, string? Comment);

/// <summary>A dictionary with all that it includes, read.</summary>
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
