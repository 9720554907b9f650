using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The syntax of FreeRADIUS 3.2 as the parser reads it.</summary>
public class DictionaryParserTests
{
    [Fact]
    public void An_attribute_has_its_number_type_flags_comment_and_place()
    {
        DictionaryModel model = Parse("# a heading\n\nATTRIBUTE\tTunnel-Password\t69\tstring\thas_tag,encrypt=2\t# RFC 2868 section 3.5\n");

        DictionaryEntry entry = Assert.Single(model.Attributes);
        Assert.Empty(model.Problems);
        Assert.Equal("Tunnel-Password", entry.Name);
        Assert.Equal("69", entry.Path.ToString());
        Assert.Equal((DictionaryType.Text, true, 2, false), (entry.Type, entry.HasTag, entry.Encryption, entry.Concat));
        Assert.Equal("RFC 2868 section 3.5", entry.Comment);
        Assert.Equal(new DictionaryLocation("dictionary.test", 3, 11, 23, 15), entry.Location);
    }

    [Theory]
    [InlineData("string", DictionaryType.Text)]
    [InlineData("String", DictionaryType.Text)]
    [InlineData("octets", DictionaryType.Octets)]
    [InlineData("octets[16]", DictionaryType.Octets)]
    [InlineData("integer", DictionaryType.Integer)]
    [InlineData("uint32", DictionaryType.Integer)]
    [InlineData("integer64", DictionaryType.Integer64)]
    [InlineData("signed", DictionaryType.Signed)]
    [InlineData("short", DictionaryType.Short)]
    [InlineData("uint16", DictionaryType.Short)]
    [InlineData("byte", DictionaryType.Byte)]
    [InlineData("bool", DictionaryType.Bool)]
    [InlineData("date", DictionaryType.Date)]
    [InlineData("ipaddr", DictionaryType.IPv4)]
    [InlineData("ipv6addr", DictionaryType.IPv6)]
    [InlineData("combo-ip", DictionaryType.IPv4OrIPv6)]
    [InlineData("ipv4prefix", DictionaryType.IPv4Prefix)]
    [InlineData("ipv6prefix", DictionaryType.IPv6Prefix)]
    [InlineData("ifid", DictionaryType.InterfaceId)]
    [InlineData("ether", DictionaryType.Ether)]
    [InlineData("abinary", DictionaryType.AscendFilter)]
    [InlineData("tlv", DictionaryType.Tlv)]
    [InlineData("vsa", DictionaryType.VendorSpecific)]
    [InlineData("extended", DictionaryType.Extended)]
    [InlineData("long-extended", DictionaryType.LongExtended)]
    [InlineData("evs", DictionaryType.ExtendedVendorSpecific)]
    public void Every_type_of_version_3_is_known(string spelling, DictionaryType type)
    {
        DictionaryModel model = Parse($"ATTRIBUTE A 241 {spelling}");

        Assert.Empty(model.Problems);
        Assert.Equal(type, Assert.Single(model.Attributes).Type);
    }

    [Fact]
    public void A_vendors_attributes_are_numbered_in_its_own_space()
    {
        DictionaryModel model = Parse("ATTRIBUTE A 1 string\nVENDOR Acme 32473\nBEGIN-VENDOR Acme\nATTRIBUTE B 0x01 string\nEND-VENDOR Acme\nATTRIBUTE C 2 string");

        Assert.Empty(model.Problems);
        Assert.Equal(["1", "26.32473.1", "2"], model.Attributes.Select(a => a.Path.ToString()));
        Assert.Equal(new DictionaryVendor("Acme", 32473, DictionaryVendorFormat.Default, null), Assert.Single(model.Vendors));
    }

    [Theory]
    [InlineData("format=1,1", 1, 1, false)]
    [InlineData("format=2,1", 2, 1, false)]
    [InlineData("format=2,2", 2, 2, false)]
    [InlineData("format=4,0", 4, 0, false)]
    [InlineData("format=1,1,c", 1, 1, true)]
    public void A_vendor_may_have_a_form_of_its_own(string format, int type, int length, bool continuation)
    {
        DictionaryModel model = Parse($"VENDOR Acme 32473 {format}\nBEGIN-VENDOR Acme\nATTRIBUTE A {(type == 1 ? 255 : 65535)} string\nEND-VENDOR Acme");

        Assert.Empty(model.Problems);
        Assert.Equal(new DictionaryVendorFormat(type, length, continuation), Assert.Single(model.Vendors).Format);
    }

    [Fact]
    public void Attributes_stand_within_others_by_dots_and_by_blocks()
    {
        DictionaryModel model = Parse(
            """
            ATTRIBUTE Extended-1 241 extended
            ATTRIBUTE Frag-Status 241.1 integer
            ATTRIBUTE Extended-Vendor-Specific-1 241.26 evs
            ATTRIBUTE Outer 17 tlv
            BEGIN-TLV Outer
            ATTRIBUTE Inner 1 tlv
            BEGIN-TLV Inner
            ATTRIBUTE Innermost 2 integer
            END-TLV Inner
            END-TLV Outer
            VENDOR Acme 32473
            BEGIN-VENDOR Acme format=Extended-Vendor-Specific-1
            ATTRIBUTE Acme-Wide 9 string
            END-VENDOR Acme
            ATTRIBUTE Acme-Direct 26.32473.4 string
            ATTRIBUTE Acme-Direct-Wide 241.26.32473.4 string
            """);

        Assert.Empty(model.Problems);
        Assert.Equal(["241", "241.1", "241.26", "17", "17.1", "17.1.2", "241.26.32473.9", "26.32473.4", "241.26.32473.4"], model.Attributes.Select(a => a.Path.ToString()));
    }

    [Fact]
    public void A_value_may_stand_before_its_attribute_and_be_spelled_otherwise()
    {
        DictionaryModel model = Parse("VALUE service-TYPE Login 1\nVALUE Service-Type Framed 0x2 # both\nATTRIBUTE Service-Type 6 integer");

        Assert.Empty(model.Problems);
        Assert.Equal([new DictionaryValue("Service-Type", "Login", 1, null), new DictionaryValue("Service-Type", "Framed", 2, "both")], model.Values);
    }

    [Fact]
    public void The_same_line_again_says_nothing_new()
    {
        const string Text = "VENDOR Acme 32473\nATTRIBUTE A 1 integer\nVALUE A One 1\n";

        DictionaryModel model = Parse(Text + Text);

        Assert.Empty(model.Problems);
        Assert.Equal((1, 1, 1), (model.Vendors.Count, model.Attributes.Count, model.Values.Count));
    }

    [Fact]
    public void Included_files_are_read_where_they_are_named_and_outside_of_blocks()
    {
        Dictionary<string, string> files = new() { ["b"] = "ATTRIBUTE B 2 integer", ["c"] = "VALUE B Two 2" };

        DictionaryModel model = Parse("ATTRIBUTE A 1 string\nVENDOR Acme 32473\nBEGIN-VENDOR Acme\n$INCLUDE b\nATTRIBUTE C 3 string\nEND-VENDOR Acme\n$INCLUDE- absent\n$INCLUDE c", files);

        Assert.Empty(model.Problems);
        Assert.Equal(["1", "2", "26.32473.3"], model.Attributes.Select(a => a.Path.ToString()));
        Assert.Equal("B", Assert.Single(model.Values).Attribute);
        Assert.Equal("b", model.Attributes[1].Location.Path);
    }

    [Fact]
    public void The_files_a_dictionary_includes_can_be_listed_without_reading_it() =>
        Assert.Equal(["a", "b"], DictionaryParser.Includes("# $INCLUDE no\n$INCLUDE a # yes\n$include- b\n$INCLUDE\nATTRIBUTE X 1 string"));

    [Fact]
    public void Line_ends_of_any_system_are_read()
    {
        DictionaryModel model = Parse("ATTRIBUTE A 1 string\r\n  ATTRIBUTE\tB\t2\tstring # indented\r\n\r\nATTRIBUTE C 3 string");

        Assert.Empty(model.Problems);
        Assert.Equal(["A", "B", "C"], model.Attributes.Select(a => a.Name));
    }

    internal static DictionaryModel Parse(string text, IReadOnlyDictionary<string, string>? files = null) =>
        DictionaryParser.Parse(text, "dictionary.test", (_, name) => files?.GetValueOrDefault(name) is { } found ? new DictionaryFile(name, found) : null);
}
