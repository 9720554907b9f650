namespace Sallyport.Radius.Dictionary;

/// <summary>A BEGIN-VENDOR or BEGIN-TLV that is open: where the attributes within it stand.</summary>
internal sealed class DictionaryBlock
{
    private DictionaryBlock(string keyword, DictionaryWord name)
    {
        Keyword = keyword;
        Name = name.Text;
        Location = name.Location;
    }

    /// <summary>VENDOR or TLV.</summary>
    public string Keyword { get; }

    public string Name { get; }

    public DictionaryLocation Location { get; }

    /// <summary>Whether the block itself was wrong: what it holds has no place then.</summary>
    public bool IsRefused { get; private set; }

    public DictionaryVendor? Vendor { get; private set; }

    /// <summary>The extended attribute that the vendor's stand in, or null.</summary>
    public string? Extended { get; private set; }

    /// <summary>The attribute that those of the block stand in, or null.</summary>
    public DictionaryPath? Parent { get; private set; }

    public static DictionaryBlock Of(DictionaryWord name, DictionaryVendor vendor, string? extended) =>
        new("VENDOR", name) { Vendor = vendor, Extended = extended };

    public static DictionaryBlock Of(DictionaryWord name, DictionaryEntry tlv, DictionaryBlock? around) =>
        new("TLV", name) { Vendor = around?.Vendor, Extended = around?.Extended, Parent = tlv.Path };

    public static DictionaryBlock Refused(string keyword, DictionaryWord name) => new(keyword, name) { IsRefused = true };
}
