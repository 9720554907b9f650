using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries that Debian installs for FreeRADIUS (freeradius-common), where they are, against a count that knows nothing of our parser.</summary>
[Trait("Category", "Interop")]
public class DebianDictionaryTests
{
    // What Debian 12 has (FreeRADIUS 3.2.1). Another release has other figures: there the two counts have only each other.
    private const int Files = 237;
    private const int Attributes = 7468;
    private const int Values = 7974;
    private const int Vendors = 185;

    /// <summary>The files that the root dictionary does not lead to: they define again what others do.</summary>
    private static readonly string[] Outside =
    [
        "dictionary.alvarion.wimax.v2_2", "dictionary.cisco.vpn3000", "dictionary.dhcp", "dictionary.freedhcp", "dictionary.motorola.illegal", "dictionary.nokia.conflict",
        "dictionary.openser", "dictionary.rfc5090", "dictionary.starent.vsa1", "dictionary.vqp", "dictionary.wimax.alvarion", "dictionary.wimax.wichorus",
    ];

    [SkippableFact]
    public void The_root_dictionary_is_read_whole()
    {
        Debian.SkipWhereMissing();

        DictionaryModel model = Debian.Read("dictionary");
        DictionaryCounter count = DictionaryCounter.Count("dictionary");

        Assert.Equal([], Errors(model));
        AssertSame(count, model);
        if (Debian.Files.Count == Files)
        {
            Assert.Equal((Attributes, Values, Vendors), (count.Attributes.Count, count.Values.Count, count.Vendors.Count));
            Assert.Equal(Outside, Debian.Files.Except(count.Files).Order(StringComparer.Ordinal));
        }
    }

    [SkippableFact]
    public void Every_file_outside_of_the_root_is_read_whole_by_itself()
    {
        Debian.SkipWhereMissing();

        IReadOnlyCollection<string> outside = [.. Debian.Files.Except(DictionaryCounter.Count("dictionary").Files)];

        Assert.NotEmpty(outside);
        Assert.All(outside, file =>
        {
            DictionaryModel model = Debian.Read(file);
            Assert.Equal([], Errors(model));
            AssertSame(DictionaryCounter.Count(file), model);
        });
    }

    private static void AssertSame(DictionaryCounter count, DictionaryModel model)
    {
        Assert.Equal(count.Attributes.Order(StringComparer.Ordinal), model.Attributes.Select(a => $"{a.Name} {a.Path}").Order(StringComparer.Ordinal));
        Assert.Equal(count.Vendors.Order(StringComparer.Ordinal), model.Vendors.Select(v => $"{v.Name} {v.Number}").Order(StringComparer.Ordinal));

        // Two names of one number share their values: what a packet has is counted once.
        Dictionary<string, string> places = model.Attributes.ToDictionary(a => a.ValueSet, a => a.Path.ToString(), StringComparer.OrdinalIgnoreCase);
        IEnumerable<string> values = model.Values.Select(v => $"{places.GetValueOrDefault(v.Attribute, v.Attribute)} {v.Name} {v.Number}").Distinct(StringComparer.OrdinalIgnoreCase);
        Assert.Equal(count.Values.Order(StringComparer.OrdinalIgnoreCase), values.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Errors(DictionaryModel model) =>
        model.Problems.Where(p => !DictionaryDiagnostics.IsWarning(p.Code)).Select(p => $"{p.Location.Path}:{p.Location.Line}: {p.Code} {p.Message}");
}
