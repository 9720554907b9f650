using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>From the project's items to classes that compile.</summary>
public class GeneratorTests
{
    [Theory]
    [InlineData("dictionary.acme", "ATTRIBUTE A 1 string", "Acme")]
    [InlineData("dictionary.acme-corp.wifi", "ATTRIBUTE A 1 string", "AcmeCorpWifi")]
    [InlineData("dictionary.rfc2865", "ATTRIBUTE A 1 string", "Rfc2865")]
    [InlineData("dictionary.3com", "ATTRIBUTE A 1 string", "_3com")]
    [InlineData("DICTIONARY.ACME", "ATTRIBUTE A 1 string", "Acme")]
    [InlineData("acme.dictionary", "ATTRIBUTE A 1 string", "Acme")]
    [InlineData("dictionary", "ATTRIBUTE A 1 string", "Dictionary")]
    [InlineData("dictionary.acme", "VENDOR Acme 1\nBEGIN-VENDOR Acme\nATTRIBUTE A 1 string\nEND-VENDOR Acme", "AcmeVsa")]
    public void The_class_is_named_after_the_file(string file, string text, string className) =>
        Assert.Equal($"Acme.Radius.{className}.g.cs", Assert.Single(Compile(new TestDictionary($"/p/{file}", text)).GeneratedSources).HintName);

    [Fact]
    public void The_item_may_name_namespace_and_class() =>
        Assert.Equal("Other.Place.Own.g.cs", Assert.Single(Compile(new TestDictionary("/p/dictionary.a", "ATTRIBUTE A 1 string", "Other.Place", "Own")).GeneratedSources).HintName);

    [Fact]
    public void Without_a_namespace_the_project_gives_its_own() =>
        Assert.Equal("Root.A.g.cs", Assert.Single(Compile(new TestDictionary("/p/dictionary.a", "ATTRIBUTE A 1 string", null)).GeneratedSources).HintName);

    [Theory]
    [InlineData("class Wire { }")]
    [InlineData("namespace Wire { class TextKey { } }")]
    [InlineData("namespace Acme.Radius { class EnumKey { } }")]
    [InlineData("namespace Acme { class Wire { } class Role { } }")]
    public void What_a_project_calls_its_own_things_takes_no_name_from_what_is_generated(string code)
    {
        GeneratorHost host = new([new TestDictionary("/p/dictionary.names", "ATTRIBUTE Wire 1 integer\nVALUE Wire Copper 1\nATTRIBUTE TextKey 2 string\nATTRIBUTE Role 3 integer\nVALUE Role Guest 1\nATTRIBUTE Global 4 string encrypt=2")]);
        host.EditCode(code);

        Assert.Null(host.Run().Exception);
        Assert.Empty(host.CompilerDiagnostics);
    }

    [Fact]
    public void Other_files_of_the_project_are_left_alone() =>
        Assert.Empty(Compile(new TestDictionary("/p/readme.txt", "no dictionary") { IsRadiusDictionary = false }).GeneratedSources);

    [Fact]
    public void A_dictionary_without_attributes_makes_no_class() =>
        Assert.Empty(Compile(new TestDictionary("/p/dictionary.rfc5997", "# RFC 5997 defines none.\n")).GeneratedSources);

    [Fact]
    public void A_dictionary_that_another_includes_is_a_part_of_that_one()
    {
        GeneratorRunResult result = Compile(
            new TestDictionary("/p/dictionary.root", "$INCLUDE sub/dictionary.part\nVALUE Part One 1"),
            new TestDictionary("/p/sub/dictionary.part", "ATTRIBUTE Part 3 integer\n$INCLUDE ../dictionary.other"),
            new TestDictionary("/p/dictionary.other", "ATTRIBUTE Other 4 string"));

        GeneratedSourceResult source = Assert.Single(result.GeneratedSources);
        Assert.Equal("Acme.Radius.Root.g.cs", source.HintName);
        Assert.Contains("One = 1", source.SourceText.ToString(), StringComparison.Ordinal);
        Assert.Contains(" Other =>", source.SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_that_nobody_asked_for_is_there_to_be_included()
    {
        GeneratorRunResult result = Compile(
            new TestDictionary("/p/dictionary.root", "$INCLUDE dictionary.part\n"),
            new TestDictionary("/p/dictionary.part", "ATTRIBUTE Part 3 integer") { IsPart = true },
            new TestDictionary("/p/dictionary.unused", "ATTRIBUTE Unused 3 what") { IsPart = true });

        Assert.Equal("Acme.Radius.Root.g.cs", Assert.Single(result.GeneratedSources).HintName);
        Assert.Empty(result.Diagnostics);
    }

    [Theory]
    [InlineData(null, "public")]
    [InlineData("true", "public")]
    [InlineData("False", "internal")]
    public void The_item_says_who_sees_its_types(string? isPublic, string access)
    {
        string source = Compile(new TestDictionary("/p/dictionary.a", "ATTRIBUTE Mode 1 integer\nVALUE Mode On 1") { Public = isPublic }).GeneratedSources[0].SourceText.ToString();

        Assert.Contains($" {access} static partial class A", source, StringComparison.Ordinal);
        Assert.Contains($" {access} enum Mode ", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Dictionaries_that_include_each_other_are_both_told_so()
    {
        GeneratorHost host = new([new("/p/dictionary.a", "$INCLUDE dictionary.b\nATTRIBUTE A 1 string"), new("/p/dictionary.b", "$INCLUDE dictionary.a\nATTRIBUTE B 2 string")]);

        GeneratorRunResult result = host.Run();

        Assert.Equal(["/p/dictionary.b: SALR0010", "/p/dictionary.a: SALR0010"], result.Diagnostics.Select(d => $"{d.Location.GetLineSpan().Path}: {d.Id}"));
        Assert.Null(result.Exception);
    }

    [Fact]
    public void Every_data_type_of_dictionaries_is_one_at_run_time() =>
        Assert.Equal(Enum.GetNames<Sallyport.Radius.Dictionary.DictionaryType>().Order(), Enum.GetNames<Sallyport.Radius.Wire.RadiusDataType>().Order());

    private const string Deep = "ATTRIBUTE E 20 tlv\nATTRIBUTE F 20.1 tlv\nATTRIBUTE G 20.1.2 tlv\nATTRIBUTE H 20.1.2.3 tlv\nATTRIBUTE I 20.1.2.3.4 tlv\nATTRIBUTE J 20.1.2.3.4.5 tlv\nATTRIBUTE J2 20.1.2.3.4.5.6 tlv\nATTRIBUTE K 20.1.2.3.4.5.6.7 string";

    [Fact]
    public void A_problem_is_shown_at_its_place_as_error_or_warning()
    {
        GeneratorHost host = new([new("/p/dictionary.a", "ATTRIBUTE A 1 string\n  ATTRIBUTE B 2 strng\nATTRIBUTE C 300 string\nATTRIBUTE D 1 string\n" + Deep)]);

        GeneratorRunResult result = host.Run();

        Assert.Equal(
            [
                "/p/dictionary.a: (1,16)-(1,21): error SALR0004: 'strng' is no data type",
                "/p/dictionary.a: (3,12)-(3,13): warning SALR0012: 1 has the name A already; both work",
                "/p/dictionary.a: (11,10)-(11,11): warning SALR0009: no key is made for K: 20.1.2.3.4.5.6.7 stands deeper within others than 6 levels",
            ],
            result.Diagnostics.Select(d => $"{d.Location.GetLineSpan()}: {d.DefaultSeverity.ToString().ToLowerInvariant()} {d.Id}: {d.GetMessage()}"));
        Assert.Single(result.GeneratedSources);
    }

    [Theory]
    [InlineData("/p/dictionary.a", "/q/dictionary.a", "ATTRIBUTE A 1 string", "ATTRIBUTE B 2 string")]
    [InlineData("/p/dictionary.a", "/p/dictionary.A", "ATTRIBUTE A 1 string", "ATTRIBUTE B 2 string")]
    [InlineData("/p/dictionary.a", "/p/dictionary.b", "ATTRIBUTE Mode 1 integer\nVALUE Mode On 1", "ATTRIBUTE Mode 2 integer\nVALUE Mode On 1")]
    public void Of_two_dictionaries_that_make_the_same_type_the_later_is_told_so(string first, string second, string one, string two)
    {
        GeneratorHost host = new([new(first, one), new(second, two)]);

        GeneratorRunResult result = host.Run();

        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("SALR0014", second), (diagnostic.Id, diagnostic.Location.GetLineSpan().Path));
        Assert.Single(result.GeneratedSources);
        Assert.Equal([], host.CompilerDiagnostics.Where(d => d.Id != "SALR0014"));
    }

    [Theory]
    [InlineData("No Namespace", null)]
    [InlineData("Acme..Radius", null)]
    [InlineData("Acme.class", null)]
    [InlineData("Acme", "1st")]
    public void Names_that_are_none_in_CSharp_are_refused(string @namespace, string? className)
    {
        GeneratorRunResult result = new GeneratorHost([new("/p/dictionary.a", "ATTRIBUTE A 1 string", @namespace, className)]).Run();

        Assert.Equal("SALR0015", Assert.Single(result.Diagnostics).Id);
        Assert.Empty(result.GeneratedSources);
    }

    [Fact]
    public void What_names_and_comments_hold_cannot_leave_their_place()
    {
        const string Hostile = "\u2028class Broken {\u2029\u0085 */ <b> & \" \ud800 \ufffe";
        GeneratorRunResult result = Compile(new TestDictionary("/p/dictionary.a", $"ATTRIBUTE A<b>&{{}}\"; 1 integer # {Hostile}\nVALUE A<b>&{{}}\"; Say\"&'<x> 1 # {Hostile}\rmore\nATTRIBUTE -- 2 string\nATTRIBUTE é 3 string"));

        Assert.Single(result.GeneratedSources);
    }

    [Fact]
    public void Names_that_become_one_or_that_every_object_has_get_their_numbers()
    {
        string source = Compile(new TestDictionary("/p/dictionary.acme",
            """
            ATTRIBUTE A-B 1 integer
            ATTRIBUTE A.B 2 integer
            ATTRIBUTE A/B 2 integer
            ATTRIBUTE Equals 4 string
            ATTRIBUTE GetType 5 string
            ATTRIBUTE Acme 6 string
            ATTRIBUTE 3GPP-IMSI 7 string
            ATTRIBUTE class 8 string
            VALUE A-B x-y 1
            VALUE A-B x.y 1
            VALUE A-B Equals 2
            VALUE A.B One 1
            """)).GeneratedSources[0].SourceText.ToString();

        foreach (string expected in new[] { " AB =>", " AB_2 =>", " AB_2_1 =>", " Equals_4 =>", " GetType_5 =>", " Acme_6 =>", " _3gppImsi =>", " Class =>", "XY = 1", "XY_1 = 1", "Equals = 2", "enum AB :", "enum AB_2 :" })
        {
            Assert.Contains(expected, source, StringComparison.Ordinal);
        }
    }

    /// <summary>Runs the generator and compiles the outcome: no diagnostic of either, in today's C# and in that of netstandard2.0.</summary>
    internal static GeneratorRunResult Compile(params TestDictionary[] dictionaries)
    {
        GeneratorHost old = new(dictionaries, language: LanguageVersion.CSharp7_3);
        old.Run();
        Assert.Equal([], old.CompilerDiagnostics.Where(d => !d.Id.StartsWith("SALR", StringComparison.Ordinal)));

        GeneratorHost host = new(dictionaries);
        GeneratorRunResult result = host.Run();
        Assert.Null(result.Exception);
        Assert.Equal([], host.CompilerDiagnostics.Where(d => !d.Id.StartsWith("SALR", StringComparison.Ordinal)));
        Assert.Equal([], result.Diagnostics.Where(d => d.DefaultSeverity == DiagnosticSeverity.Error));
        return result;
    }
}
