namespace Sallyport.Radius.Dictionary;

/// <summary>A block that is open: a file, or one that a BEGIN opened. It says where the attributes within it stand.</summary>
internal sealed class DictionaryBlock
{
    private DictionaryBlock(string keyword, string name, DictionaryLocation? location)
    {
        Keyword = keyword;
        Name = name;
        Location = location;
    }

    /// <summary>VENDOR, TLV or PROTOCOL; empty for a BEGIN alone and for a file.</summary>
    public string Keyword { get; }

    public string Name { get; }

    /// <summary>Where it was opened, or null for a file.</summary>
    public DictionaryLocation? Location { get; }

    public bool IsFile => Location is null;

    /// <summary>How messages call it.</summary>
    public string Begin => Keyword.Length == 0 ? "BEGIN" : $"BEGIN-{Keyword}";

    /// <summary>Whether the block itself was wrong: what it holds has no place then.</summary>
    public bool IsRefused { get; private set; }

    public DictionaryVendor? Vendor { get; private set; }

    /// <summary>The space that the attributes of the block stand in.</summary>
    public DictionaryPath Scope { get; private set; } = DictionaryPath.Root;

    /// <summary>What numbers that begin with a dot stand in: the attribute of others that was defined last (version 4), or null.</summary>
    public DictionaryPath? Relative { get; set; }

    /// <summary>The structure that MEMBERs go into, or null.</summary>
    public DictionaryStruct? Struct { get; set; }

    public static DictionaryBlock File(DictionaryBlock? around) =>
        new(string.Empty, string.Empty, null) { Vendor = around?.Vendor, Scope = around?.Scope ?? DictionaryPath.Root, IsRefused = around?.IsRefused ?? false };

    public static DictionaryBlock Protocol(DictionaryWord name) => new("PROTOCOL", name.Text, name.Location);

    public static DictionaryBlock OfVendor(DictionaryWord name, DictionaryVendor vendor, string? extended) =>
        new("VENDOR", name.Text, name.Location) { Vendor = vendor, Scope = new DictionaryPath(vendor.Number, extended) };

    public static DictionaryBlock OfAttribute(string keyword, DictionaryWord name, DictionaryEntry attribute, DictionaryBlock around) =>
        new(keyword, name.Text, name.Location) { Vendor = around.Vendor, Scope = attribute.Path };

    public static DictionaryBlock Refused(string keyword, DictionaryWord name) => new(keyword, name.Text, name.Location) { IsRefused = true };
}

/// <summary>A structure whose MEMBERs are being read.</summary>
internal sealed class DictionaryStruct(DictionaryEntry entry, int bits)
{
    public DictionaryEntry Entry { get; } = entry;

    /// <summary>How many members it has so far.</summary>
    public uint Count { get; set; }

    /// <summary>Where the next member begins, or -1 behind one without a fixed length.</summary>
    public int Bits { get; set; } = bits;

    /// <summary>The member without a fixed length, behind which nothing can stand, or null.</summary>
    public string? ClosedBy { get; set; }
}
