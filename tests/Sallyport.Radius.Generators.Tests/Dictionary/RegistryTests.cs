using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries in dictionaries/rfc against IANA's registry "RADIUS Types": every number that it assigns has its entry.</summary>
public class RegistryTests
{
    // "RADIUS Attribute Types", 1 to 191. 17, 21, 54, 93 and 191 are not assigned.
    private static readonly int[] Unassigned = [17, 21, 54, 93, 191];

    private static readonly Lazy<DictionaryModel[]> Files = new(() =>
        [.. Directory.EnumerateFiles(Repository.At("dictionaries/rfc"), "dictionary.*").Select(f => DictionaryParser.Parse(File.ReadAllText(f), f))]);

    /// <summary>Which document assigns which numbers.</summary>
    public static TheoryData<string, int, int> Documents => new()
    {
        { "rfc2865", 1, 16 }, { "rfc2865", 18, 20 }, { "rfc2865", 22, 39 }, { "rfc2866", 40, 51 }, { "rfc2869", 52, 53 }, { "rfc2869", 55, 55 },
        { "rfc4675", 56, 59 }, { "rfc2865", 60, 63 }, { "rfc2868", 64, 67 }, { "rfc2867", 68, 68 }, { "rfc2868", 69, 69 }, { "rfc2869", 70, 78 },
        { "rfc3579", 79, 80 }, { "rfc2868", 81, 83 }, { "rfc2869", 84, 85 }, { "rfc2867", 86, 86 }, { "rfc2869", 87, 88 }, { "rfc4372", 89, 89 },
        { "rfc2868", 90, 91 }, { "rfc4849", 92, 92 }, { "rfc7155", 94, 94 }, { "rfc3162", 95, 100 }, { "rfc5176", 101, 101 }, { "rfc4072", 102, 102 },
        { "rfc5090", 103, 122 }, { "rfc4818", 123, 123 }, { "rfc5447", 124, 125 }, { "rfc5580", 126, 132 }, { "rfc5607", 133, 136 },
        { "rfc5904", 137, 143 }, { "rfc6519", 144, 144 }, { "rfc6572", 145, 162 }, { "rfc6677", 163, 163 }, { "rfc7055", 164, 167 },
        { "rfc6911", 168, 172 }, { "rfc6930", 173, 173 }, { "rfc7268", 174, 190 }, { "rfc6929", 241, 246 },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_defines_the_numbers_that_the_registry_gives_to_it(string document, int first, int last)
    {
        string file = Repository.At($"dictionaries/rfc/dictionary.{document}");
        IEnumerable<string> numbers = DictionaryParser.Parse(File.ReadAllText(file), file).Attributes.Select(a => a.Path.ToString());

        Assert.Equal([], Enumerable.Range(first, last - first + 1).Select(n => $"{n}").Except(numbers));
    }

    [Fact]
    public void Every_number_that_is_assigned_has_one_entry_and_no_other_has_any()
    {
        int[] defined = [.. Files.Value.SelectMany(m => m.Attributes).Where(a => a.Path is { Vendor: 0, Numbers.Count: 1 } && a.Path.Last <= 191).Select(a => (int)a.Path.Last).Order()];

        Assert.Equal(Enumerable.Range(1, 191).Except(Unassigned), defined);
    }

    /// <summary>What the registry has within 241 to 246 (RFC 6929), and which document assigns it.</summary>
    [Theory]
    [InlineData("rfc6929", "241.26", "242.26", "243.26", "244.26", "245.26", "246.26")]
    [InlineData("rfc7499", "241.1", "241.2")]
    [InlineData("rfc7930", "241.3", "241.4")]
    [InlineData("rfc8045", "241.5", "241.6", "241.7")]
    [InlineData("rfc8559", "241.8")]
    [InlineData("rfc8658", "241.9", "241.10", "241.11")]
    [InlineData("rfc7833", "245.1", "245.2")]
    [InlineData("rfc9445", "245.3", "245.4")]
    public void A_document_defines_the_extended_attributes_that_the_registry_gives_to_it(string document, params string[] numbers)
    {
        string file = Repository.At($"dictionaries/rfc/dictionary.{document}");
        IEnumerable<string> defined = DictionaryParser.Parse(File.ReadAllText(file), file).Attributes.Where(a => a.Path.Numbers.Count == 2).Select(a => a.Path.ToString());

        Assert.Equal(numbers, defined);
    }

    [Theory]
    [InlineData("Service-Type", 1, 19)]
    [InlineData("Framed-Protocol", 1, 7)]
    [InlineData("Acct-Status-Type", 7, 15)]
    [InlineData("Acct-Terminate-Cause", 1, 23)]
    [InlineData("NAS-Port-Type", 0, 43)]
    [InlineData("Tunnel-Type", 1, 13)]
    [InlineData("Tunnel-Medium-Type", 1, 15)]
    [InlineData("Error-Cause", 401, 407)]
    [InlineData("Error-Cause", 501, 509)]
    [InlineData("EAP-Lower-Layer", 1, 9)]
    public void Every_value_that_the_registry_assigns_has_a_name(string attribute, int first, int last)
    {
        IEnumerable<int> named = Files.Value.SelectMany(m => m.Values).Where(v => v.Attribute == attribute).Select(v => (int)v.Number);

        Assert.Equal([], Enumerable.Range(first, last - first + 1).Except(named));
    }
}
