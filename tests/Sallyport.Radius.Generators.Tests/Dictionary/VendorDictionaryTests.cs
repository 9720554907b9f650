using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries in dictionaries/vendor against those that Debian installs for FreeRADIUS: what people's files may name has its entry here.</summary>
[Trait("Category", "Interop")]
public class VendorDictionaryTests
{
    private const string Debian = "/usr/share/freeradius";

    // Values that two names share there, against the vendors' documents.
    internal static readonly string[] Wrong = ["Altiga-Argument-Authentication-Server-Type FirstActiveServer 1", "ERX-Service-Activate-Type opscript 1"];

    internal static readonly Lazy<DictionaryModel> Theirs = new(() =>
        DictionaryParser.Parse(File.ReadAllText($"{Debian}/dictionary"), "dictionary", (_, name) => File.Exists($"{Debian}/{name}") ? new DictionaryFile(name, File.ReadAllText($"{Debian}/{name}")) : null));

    private static readonly Lazy<DictionaryModel[]> Ours = new(() =>
        [.. Directory.EnumerateFiles(Repository.At("dictionaries/vendor"), "dictionary.*").Select(f => DictionaryParser.Parse(File.ReadAllText(f), f))]);

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Repository.At("dictionaries/vendor"), "dictionary.*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void A_vendor_lacks_no_attribute_and_no_value_that_FreeRADIUS_has(string file)
    {
        Skip.IfNot(File.Exists($"{Debian}/dictionary"), $"freeradius-common is not installed: {Debian}/dictionary is missing");

        string path = Repository.At($"dictionaries/vendor/{file}");
        HashSet<uint> vendors = [.. DictionaryParser.Parse(File.ReadAllText(path), path).Vendors.Select(v => v.Number)];
        DictionaryEntry[] attributes = [.. Theirs.Value.Attributes.Where(a => vendors.Contains(a.Path.Vendor))];
        HashSet<string> ours = new(Ours.Value.SelectMany(m => m.Attributes).Select(a => a.Name), StringComparer.OrdinalIgnoreCase);

        // Of two names that FreeRADIUS has for one number, of which the later is often that of an earlier document, one is enough.
        HashSet<DictionaryPath> covered = [.. attributes.Where(a => ours.Contains(a.Name)).Select(a => a.Path)];
        Assert.Equal([], attributes.Where(a => !covered.Contains(a.Path)).Select(a => a.Name));

        HashSet<string> named = new(attributes.Select(a => a.Name).Where(ours.Contains), StringComparer.OrdinalIgnoreCase);
        Assert.Equal([], Theirs.Value.Values.Where(v => named.Contains(v.Attribute)).Select(Line).Except(Wrong).Except(Ours.Value.SelectMany(m => m.Values).Select(Line), StringComparer.OrdinalIgnoreCase));
    }

    private static string Line(DictionaryValue value) => $"{value.Attribute} {value.Name} {value.Number}";
}
