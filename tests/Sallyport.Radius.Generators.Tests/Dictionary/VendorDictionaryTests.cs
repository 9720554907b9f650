using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries in dictionaries/vendor against those that Debian installs for FreeRADIUS: what people's files may name has its entry here.</summary>
[Trait("Category", "Interop")]
public class VendorDictionaryTests
{
    private const string Debian = "/usr/share/freeradius";

    // Second names of numbers that have one here already: of an earlier document, or of FreeRADIUS' own.
    private static readonly string[] SecondNames =
    [
        "3GPP-Location-Info", "HP-Cos", "HP-Ip-Filter-Raw", "Ruckus-WSG-User", "SS3-Firewall-User-Privilege", "Foundry-SI-Context-Role", "Foundry-SI-Role-Template",
    ];

    private static readonly Lazy<DictionaryModel> Theirs = new(() =>
        DictionaryParser.Parse(File.ReadAllText($"{Debian}/dictionary"), "dictionary", (_, name) => File.Exists($"{Debian}/{name}") ? new DictionaryFile(name, File.ReadAllText($"{Debian}/{name}")) : null));

    private static readonly Lazy<DictionaryModel[]> Ours = new(() =>
        [.. Directory.EnumerateFiles(Repository.At("dictionaries/vendor"), "dictionary.*").Select(f => DictionaryParser.Parse(File.ReadAllText(f), f))]);

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Repository.At("dictionaries/vendor"), "dictionary.*").Select(f => Path.GetFileName(f)!).Except(Parts).Order(StringComparer.Ordinal)];

    // Those that are still being filled.
    private static string[] Parts => ["dictionary.cisco", "dictionary.microsoft"];

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void A_vendor_lacks_no_attribute_and_no_value_that_FreeRADIUS_has(string file)
    {
        Skip.IfNot(File.Exists($"{Debian}/dictionary"), $"freeradius-common is not installed: {Debian}/dictionary is missing");

        string path = Repository.At($"dictionaries/vendor/{file}");
        HashSet<uint> vendors = [.. DictionaryParser.Parse(File.ReadAllText(path), path).Vendors.Select(v => v.Number)];
        string[] attributes = [.. Theirs.Value.Attributes.Where(a => vendors.Contains(a.Path.Vendor)).Select(a => a.Name).Except(SecondNames)];
        HashSet<string> named = new(attributes, StringComparer.OrdinalIgnoreCase);

        Assert.Equal([], attributes.Except(Ours.Value.SelectMany(m => m.Attributes).Select(a => a.Name), StringComparer.OrdinalIgnoreCase));
        Assert.Equal([], Theirs.Value.Values.Where(v => named.Contains(v.Attribute)).Select(Line).Except(Ours.Value.SelectMany(m => m.Values).Select(Line), StringComparer.OrdinalIgnoreCase));
    }

    [SkippableFact]
    public void A_second_name_that_is_left_out_is_of_a_number_that_has_a_name()
    {
        Skip.IfNot(File.Exists($"{Debian}/dictionary"), $"freeradius-common is not installed: {Debian}/dictionary is missing");

        Assert.Equal([], Theirs.Value.Attributes.Where(a => SecondNames.Contains(a.Name)).Select(a => a.Path).Except(Ours.Value.SelectMany(m => m.Attributes).Select(a => a.Path)));
    }

    private static string Line(DictionaryValue value) => $"{value.Attribute} {value.Name} {value.Number}";
}
