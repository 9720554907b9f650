using Sallyport.Radius.Dictionary;
using Sallyport.Radius.Generators.Tests.Generator;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>
/// A whole tree of dictionaries in the syntax of FreeRADIUS 4, which no package of Debian has: written for this test after the reference of its
/// keywords, types and flags (FreeRADIUS 4, doc/antora/modules/reference/pages/dictionary and type/all_types).
/// </summary>
public class Version4TreeTests
{
    private static readonly string Folder = Repository.At("tests/Sallyport.Radius.Generators.Tests/Version4");

    private static readonly string[][] Lines =
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains("dhcp", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Select(l => l.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length > 0),
    ];

    public static TheoryData<string> Keywords => [.. "ALIAS ATTRIBUTE DEFINE ENUM FLAGS $INCLUDE $INCLUDE- MEMBER PROTOCOL STRUCT VALUE VENDOR BEGIN-PROTOCOL END-PROTOCOL BEGIN END BEGIN-VENDOR END-VENDOR".Split(' ')];

    public static TheoryData<string> Types =>
    [
        .. ("bool date ethernet float32 float64 ifid int8 int16 int32 int64 ipaddr ipv6addr ipv4prefix ipv6prefix octets string time_delta uint8 uint16 uint32 uint64 "
            + "group struct tlv union vsa bit").Split(' '),
    ];

    public static TheoryData<string> Flags => [.. "array clone concat counter enum ref secret key length offset precision encrypt has_tag extended long_extended".Split(' ')];

    [Theory]
    [MemberData(nameof(Keywords))]
    public void The_tree_has_every_keyword(string keyword) => Assert.Contains(Lines, l => l[0] == keyword);

    // The type vendor is what VENDOR makes; no line names it.
    [Theory]
    [MemberData(nameof(Types))]
    public void The_tree_has_every_type(string type) => Assert.Contains(Lines, l => l[0] is "ATTRIBUTE" or "MEMBER" or "DEFINE" && l.Skip(2).Any(w => w == type || w.StartsWith(type + "[", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Flags))]
    public void The_tree_has_every_flag(string flag) => Assert.Contains(Lines, l => l.Length > 2 && l[^1].Split(',').Any(f => f.Split('=')[0] == flag));

    [Fact]
    public void Nothing_of_the_tree_is_refused_or_passed_over_but_the_other_protocol()
    {
        DictionaryModel model = Read();

        DictionaryProblem problem = Assert.Single(model.Problems);
        Assert.Equal((DictionaryDiagnostics.Protocol, "dhcp/dictionary"), (problem.Code, problem.Location.Path));

        // A clone has more than its line says.
        string[] cloned = ["Again", "Copy"];
        int inClones = model.Attributes.Count(a => cloned.Any(c => model.Attributes.Any(o => o.Name == c && $"{a.Path}".StartsWith($"{o.Path}.", StringComparison.Ordinal))));
        Assert.Equal(6, inClones);
        Assert.Equal(Count("ATTRIBUTE", "MEMBER", "DEFINE", "STRUCT", "ALIAS"), model.Attributes.Count - inClones);

        // What a key's STRUCT is called is a value of the key.
        Assert.Equal(Count("VALUE", "STRUCT"), model.Values.Count);
        Assert.Equal(Count("ENUM"), model.Enumerations.Count);
        Assert.Equal(Count("VENDOR"), model.Vendors.Count);
    }

    [Theory]
    [InlineData("User-Password", "2", "Text encrypt=1 secret")]
    [InlineData("Tunnel-Password", "69", "Text encrypt=2 tag secret")]
    [InlineData("EAP-Message", "79", "Octets concat")]
    [InlineData("Geo", "131.2", "Bits @1+1")]
    [InlineData("Method", "131.5", "Text @24+0")]
    [InlineData("Frag-Status", "241.1", "Integer")]
    [InlineData("Last", "241.5.2.2", "Integer")]
    [InlineData("Extended-Vendor-Specific-5", "245.26", "ExtendedVendorSpecific")]
    [InlineData("Role", "26.32473.1", "Byte values=Colour")]
    [InlineData("Key", "26.32473.19", "Text encrypt=3")]
    [InlineData("Others", "26.32473.17", "Group")]
    [InlineData("Direction", "26.32473.20.1", "Byte values=Colour")]
    [InlineData("Shade", "26.32473.20.2", "Byte values=Colour")]
    [InlineData("Direction", "26.32473.21.1", "Byte values=Colour")]
    [InlineData("Count", "26.32473.30.1.1.1", "Short @40+16")]
    [InlineData("Total", "26.32473.30.1.2.1", "Integer64 @56+64")]
    [InlineData("Six", "26.32473.31.2.2", "IPv6")]
    [InlineData("Ends", "26.32473.32.2", "Integer @32+32")]
    [InlineData("Certificate", "245.26.32473.1", "Octets")]
    [InlineData("Auth-Type", "1000", "Integer internal")]
    [InlineData("Acme-Role", "26.32473.1", "Byte alias=Role values=Colour")]
    [InlineData("Acme-Direction", "26.32473.20.1", "Byte alias=Direction values=Colour")]
    [InlineData("Acme-Certificate", "245.26.32473.1", "Octets alias=Certificate")]
    public void Attributes_are_where_and_what_their_lines_say(string name, string path, string what)
    {
        DictionaryEntry entry = Assert.Single(Read().Attributes, a => a.Name == name && a.Path.ToString() == path);

        IEnumerable<string?> words =
        [
            entry.Type.ToString(), entry.Member is { } member ? $"@{member.BitOffset}+{member.BitLength}" : null, entry.AliasOf is { } alias ? $"alias={alias}" : null,
            entry.Encryption > 0 ? $"encrypt={entry.Encryption}" : null, entry.HasTag ? "tag" : null, entry.Concat ? "concat" : null, entry.IsSecret ? "secret" : null,
            entry.IsInternal ? "internal" : null, entry.ValueSet == "Colour" ? "values=Colour" : null,
        ];
        Assert.Equal(what, string.Join(' ', words.OfType<string>()));
    }

    [Fact]
    public void The_tree_compiles()
    {
        GeneratorHost host = new(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => new TestDictionary(f, File.ReadAllText(f)) { IsPart = Path.GetRelativePath(Folder, f) != "dictionary" }));

        Microsoft.CodeAnalysis.GeneratorRunResult result = host.Run();

        Assert.Equal([DictionaryDiagnostics.Protocol], result.Diagnostics.Select(d => d.Id));
        Assert.Empty(host.CompilerDiagnostics);
        string code = Assert.Single(result.GeneratedSources).SourceText.ToString();
        Assert.Contains("Wire::RadiusField LongReportTotal => new Wire::RadiusField(56, 64);", code, StringComparison.Ordinal);
        Assert.Contains("Wire::EnumKey<Colour> Role => ", code, StringComparison.Ordinal);
    }

    private static int Count(params string[] keywords) => Lines.Count(l => keywords.Contains(l[0]));

    private static DictionaryModel Read() => DictionaryParser.Parse(File.ReadAllText(Path.Combine(Folder, "dictionary")), "dictionary", (from, name) =>
    {
        string path = Path.Combine(Path.GetDirectoryName(from)!, name);
        return File.Exists(Path.Combine(Folder, path)) ? new DictionaryFile(path, File.ReadAllText(Path.Combine(Folder, path))) : null;
    });
}
