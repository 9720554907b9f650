using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>Each mistake is said once, with its code and place, and what follows is read on.</summary>
public class DictionaryProblemTests
{
    // {text}, {code line:column "marked text"} …
    [Theory]
    [InlineData("ATRIBUTE A 1 string", "SALR0001 1:1 ATRIBUTE")]
    [InlineData("ATTRIBUTE A 1", "SALR0002 1:1 ATTRIBUTE")]
    [InlineData("ATTRIBUTE A 1 string concat more", "SALR0002 1:1 ATTRIBUTE")]
    [InlineData("VALUE A B", "SALR0002 1:1 VALUE")]
    [InlineData("VENDOR", "SALR0002 1:1 VENDOR")]
    [InlineData("$INCLUDE", "SALR0002 1:1 $INCLUDE")]
    [InlineData("END-TLV", "SALR0002 1:1 END-TLV")]
    [InlineData("ATTRIBUTE A one string", "SALR0003 1:13 one")]
    [InlineData("ATTRIBUTE A 0x string", "SALR0003 1:13 0x")]
    [InlineData("ATTRIBUTE A 0 string", "SALR0003 1:13 0")]
    [InlineData("ATTRIBUTE A -1 string", "SALR0003 1:13 -1")]
    [InlineData("ATTRIBUTE A 4294967296 string", "SALR0003 1:13 4294967296")]
    [InlineData("ATTRIBUTE A 1..2 string", "SALR0003 1:13 1..2")]
    [InlineData("ATTRIBUTE A 1.2.3.4.5.6.7.8.9 string", "SALR0003 1:13 1.2.3.4.5.6.7.8.9")]
    [InlineData("ATTRIBUTE A 17 tlv\nATTRIBUTE B 17.256 string", "SALR0003 2:13 17.256")]
    [InlineData("VENDOR Acme 32473\nBEGIN-VENDOR Acme\nATTRIBUTE A 256 string\nEND-VENDOR Acme", "SALR0003 3:13 256")]
    [InlineData("VENDOR Acme 16777216", "SALR0003 1:13 16777216")]
    [InlineData("ATTRIBUTE A 1 byte\nVALUE A B 256", "SALR0003 2:11 256")]
    [InlineData("ATTRIBUTE A 1 integer has_tag\nVALUE A B 0x1000000", "SALR0003 2:11 0x1000000")]
    [InlineData("ATTRIBUTE A 1 strng\nVALUE A B 1", "SALR0004 1:15 strng")]
    [InlineData("ATTRIBUTE A 1 octets[0]", "SALR0004 1:15 octets[0]")]
    [InlineData("ATTRIBUTE A 1 octets[300]", "SALR0004 1:15 octets[300]")]
    [InlineData("ATTRIBUTE A 1 octets[", "SALR0004 1:15 octets[")]
    [InlineData("ATTRIBUTE A 1 integer[4]", "SALR0004 1:15 integer[4]")]
    [InlineData("ATTRIBUTE A 1 string\nVALUE A B 1", "SALR0004 2:7 A")]
    [InlineData("ATTRIBUTE A 1 string has_tags", "SALR0005 1:22 has_tags")]
    [InlineData("ATTRIBUTE A 1 ipaddr has_tag", "SALR0005 1:22 has_tag")]
    [InlineData("ATTRIBUTE A 1 string concat", "SALR0005 1:22 concat")]
    [InlineData("ATTRIBUTE A 1 string encrypt=4", "SALR0005 1:22 encrypt=4")]
    [InlineData("ATTRIBUTE A 1 string has_tag,", "SALR0005 1:22 has_tag,")]
    [InlineData("VENDOR Acme 32473 format=3,1", "SALR0005 1:19 format=3,1")]
    [InlineData("VENDOR Acme 32473 format=2,2,c", "SALR0005 1:19 format=2,2,c")]
    [InlineData("ATTRIBUTE A 1 string\nATTRIBUTE a 2 string", "SALR0006 2:11 a")]
    [InlineData("ATTRIBUTE A 1 string\nATTRIBUTE A 1 octets", "SALR0006 2:11 A")]
    [InlineData("VENDOR Acme 1\nVENDOR Acme 2", "SALR0006 2:8 Acme")]
    [InlineData("ATTRIBUTE A 1 integer\nVALUE A B 1\nVALUE A b 2", "SALR0006 3:9 b")]
    [InlineData("VALUE Nobody B 1", "SALR0007 1:7 Nobody")]
    [InlineData("BEGIN-VENDOR Nobody\nATTRIBUTE A 1 string\nEND-VENDOR Nobody", "SALR0008 1:14 Nobody")]
    [InlineData("VENDOR Acme 1\nBEGIN-VENDOR Acme", "SALR0008 2:14 Acme")]
    [InlineData("VENDOR Acme 1\nBEGIN-VENDOR Acme\nEND-VENDOR Other\nEND-VENDOR Acme", "SALR0008 3:12 Other")]
    [InlineData("END-VENDOR Acme", "SALR0008 1:12 Acme")]
    [InlineData("VENDOR Acme 1\nBEGIN-VENDOR Acme\nBEGIN-VENDOR Acme\nEND-VENDOR Acme\nEND-VENDOR Acme", "SALR0008 3:1 BEGIN-VENDOR")]
    [InlineData("$INCLUDE nowhere", "SALR0010 1:10 nowhere")]
    [InlineData("ATTRIBUTE A 1 string\nATTRIBUTE B 1 string", "SALR0012 2:13 1")]
    [InlineData("ATTRIBUTE A 17.1 string", "SALR0013 1:13 17.1")]
    [InlineData("ATTRIBUTE A 17 string\nATTRIBUTE B 17.1 string", "SALR0013 2:13 17.1")]
    [InlineData("BEGIN-TLV A\nATTRIBUTE B 1 string\nVALUE B C 1\nEND-TLV A", "SALR0013 1:11 A")]
    [InlineData("ATTRIBUTE A 1 string\nBEGIN-TLV A\nATTRIBUTE B 1 string\nEND-TLV A", "SALR0013 2:11 A")]
    [InlineData("ATTRIBUTE A 1 nothing\nBEGIN-TLV A\nBEGIN-TLV B\nATTRIBUTE C 1 string\nEND-TLV B\nEND-TLV A", "SALR0004 1:15 nothing")]
    [InlineData("VENDOR Acme 1\nBEGIN-VENDOR Acme format=Nothing\nATTRIBUTE B 1 string\nEND-VENDOR Acme", "SALR0013 2:19 format=Nothing")]
    [InlineData("VENDOR Acme 1\nBEGIN-VENDOR Acme shape=Nothing\nEND-VENDOR Acme", "SALR0005 2:19 shape=Nothing")]
    public void A_mistake_is_one_problem_where_it_stands(string text, string expected)
    {
        DictionaryModel model = DictionaryParserTests.Parse(text);

        DictionaryProblem problem = Assert.Single(model.Problems);
        DictionaryLocation at = problem.Location;
        Assert.Equal(expected, $"{problem.Code} {at.Line}:{at.Column} {text.Substring(at.Offset, at.Length)}");
    }

    [Fact]
    public void Values_of_an_attribute_of_another_dictionary_are_told_so_once_and_kept()
    {
        DictionaryModel model = DictionaryParserTests.Parse("VALUE Service-Type Sip 15\nVALUE service-type Group 12\nVALUE Wide Most 0x100000000");

        Assert.Equal(["SALR0007 1", "SALR0007 3"], model.Problems.Select(p => $"{p.Code} {p.Location.Line}"));
        Assert.All(model.Problems, p => Assert.True(DictionaryDiagnostics.IsWarning(p.Code)));
        Assert.Equal([("Service-Type", DictionaryType.Integer), ("Wide", DictionaryType.Integer64)], model.Enumerations.Select(e => (e.Name, e.Type)));
        Assert.Equal(["Service-Type Sip=15", "Service-Type Group=12", "Wide Most=4294967296"], model.Values.Select(v => $"{v.Attribute} {v.Name}={v.Number}"));
    }

    [Fact]
    public void A_block_that_was_refused_puts_nothing_among_the_attributes_of_the_RFCs()
    {
        DictionaryModel model = DictionaryParserTests.Parse("BEGIN-VENDOR Nobody\nATTRIBUTE A 1 integer\nVALUE A One 1\nEND-VENDOR Nobody\nATTRIBUTE B 2 integer");

        Assert.Equal("B", Assert.Single(model.Attributes).Name);
        Assert.Empty(model.Values);
    }

    [Theory]
    [InlineData("a", "SALR0010")]
    [InlineData("b", "SALR0010")]
    [InlineData("c", "SALR0010")]
    public void Files_that_include_themselves_are_told_so(string start, string code)
    {
        Dictionary<string, string> files = new() { ["a"] = "$INCLUDE a", ["b"] = "$INCLUDE c\nATTRIBUTE B 1 string", ["c"] = "$INCLUDE b\nATTRIBUTE C 2 string" };

        DictionaryModel model = DictionaryParserTests.Parse($"$INCLUDE {start}", files);

        Assert.Equal(code, Assert.Single(model.Problems).Code);
    }

    [Fact]
    public void A_fan_of_includes_ends()
    {
        // Each of 31 files includes the next one twice: 2^31 readings without a bound.
        Dictionary<string, string> files = Enumerable.Range(0, 31).ToDictionary(n => $"f{n}", n => $"$INCLUDE f{n + 1}\n$INCLUDE f{n + 1}");
        files["f31"] = "ATTRIBUTE A 1 string";

        DictionaryModel model = DictionaryParserTests.Parse("$INCLUDE f0", files);

        Assert.NotEmpty(model.Problems);
        Assert.All(model.Problems, p => Assert.Equal(DictionaryDiagnostics.Include, p.Code));
    }

    [Fact]
    public void Includes_that_nest_too_deep_are_refused()
    {
        Dictionary<string, string> files = Enumerable.Range(0, 100).ToDictionary(n => $"f{n}", n => $"$INCLUDE f{n + 1}");

        DictionaryModel model = DictionaryParserTests.Parse("$INCLUDE f0", files);

        Assert.Equal(DictionaryDiagnostics.Include, Assert.Single(model.Problems).Code);
    }
}
