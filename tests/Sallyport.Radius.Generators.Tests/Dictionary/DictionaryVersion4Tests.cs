using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>What version 4 of FreeRADIUS added to the syntax.</summary>
public class DictionaryVersion4Tests
{
    [Fact]
    public void Names_are_one_only_within_what_they_stand_in()
    {
        DictionaryModel model = Right(
            """
            PROTOCOL RADIUS 1 verify=lib
            BEGIN-PROTOCOL RADIUS
            ATTRIBUTE Service-Type 6 integer
            ATTRIBUTE Vendor-Specific 26 vsa
            VALUE Service-Type Login 1
            VENDOR Acme 32473
            BEGIN-VENDOR Acme
            VALUE Service-Type Voice 1
            ATTRIBUTE Service-Type 49 byte
            ATTRIBUTE Flow 50 tlv
            ATTRIBUTE Service-Type .1 short
            VALUE Flow.Service-Type Best 3
            END-VENDOR Acme
            VALUE Vendor-Specific.Acme.Service-Type Data 2
            END-PROTOCOL RADIUS
            """);

        Assert.Equal(["6 Integer", "26 VendorSpecific", "26.32473.49 Byte", "26.32473.50 Tlv", "26.32473.50.1 Short"], model.Attributes.Select(a => $"{a.Path} {a.Type}"));
        Assert.Equal(["6 Login=1", "26.32473.49 Voice=1,Data=2", "26.32473.50.1 Best=3"], ValuesByPath(model));
    }

    [Fact]
    public void Numbers_with_a_dot_in_front_count_from_the_attribute_of_others_before()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Flow 28 tlv
            ATTRIBUTE Id .1 short
            ATTRIBUTE Interface .17 tlv
            ATTRIBUTE Name .17.1 string
            ATTRIBUTE Classifier 28.11 tlv
            ATTRIBUTE Priority .2 byte
            """);

        Assert.Equal(["28", "28.1", "28.17", "28.17.1", "28.11", "28.11.2"], Paths(model));
    }

    [Fact]
    public void Begin_and_end_nest_and_end_needs_no_name()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Foo 2 tlv
            BEGIN Foo
            ATTRIBUTE Bar 1 string
            ATTRIBUTE Baz 2 tlv
            BEGIN Baz
            ATTRIBUTE Such .4 ipaddr
            END Baz
            ATTRIBUTE Last 3 string
            END
            BEGIN Foo.Baz
            ATTRIBUTE More 5 string
            END Foo.Baz
            """);

        Assert.Equal(["2", "2.1", "2.2", "2.2.4", "2.3", "2.2.5"], Paths(model));
    }

    [Fact]
    public void A_structure_has_members_at_their_places()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Location-Capable 131 struct
            MEMBER Civic bit[1]
            MEMBER Geo bit[1]
            MEMBER Reserved bit[6]
            MEMBER Index uint16
            MEMBER Seen uint64
            MEMBER Address ipv6addr
            MEMBER Key octets[4]
            MEMBER Method string
            ATTRIBUTE Other 132 struct
            MEMBER Reserved uint8
            VALUE Reserved None 0
            """);

        Assert.Equal(
            ["131.1 0+1", "131.2 1+1", "131.3 2+6", "131.4 8+16", "131.5 24+64", "131.6 88+128", "131.7 216+32", "131.8 248+0", "132.1 0+8"],
            model.Attributes.Where(a => a.Member is not null).Select(a => $"{a.Path} {a.Member!.BitOffset}+{a.Member.BitLength}"));
        Assert.Equal(["132.1 None=0"], ValuesByPath(model));
    }

    [Fact]
    public void A_structure_goes_on_in_a_block_of_its_own()
    {
        DictionaryModel model = Right("ATTRIBUTE Window 1 struct\nMEMBER Begins uint32\nATTRIBUTE Other 2 string\nBEGIN Window\nMEMBER Ends uint16\nEND Window");

        Assert.Equal(["Window 1", "Begins 1.1", "Other 2", "Ends 1.2"], model.Attributes.Select(a => $"{a.Name} {a.Path}"));
        Assert.Equal((32, 16), (model.Attributes[^1].Member!.BitOffset, model.Attributes[^1].Member!.BitLength));
    }

    [Fact]
    public void A_key_says_which_structure_follows()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Information 1 struct
            MEMBER Type uint8 key
            MEMBER Other uint32
            STRUCT Foo Type 1
            MEMBER Bar uint16
            STRUCT Blag Type 0x02 length=uint16
            MEMBER Whoops uint32
            MEMBER Stuff uint8
            """);

        Assert.Equal(["Type=1.1", "Other=1.2", "Foo=1.1.1", "Bar=1.1.1.1", "Blag=1.1.2", "Whoops=1.1.2.1", "Stuff=1.1.2.2"], model.Attributes.Skip(1).Select(a => $"{a.Name}={a.Path}"));
        Assert.Equal([0, 8, 40, 56, 88], model.Attributes.Where(a => a.Member is not null).Select(a => a.Member!.BitOffset));
        Assert.Equal(["1.1 Foo=1,Blag=2"], ValuesByPath(model));
    }

    [Fact]
    public void A_union_holds_what_its_key_may_say()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Address 7 struct
            MEMBER Family uint16 key
            MEMBER Value union key=Family
            BEGIN Value
            ATTRIBUTE Four 4 ipaddr
            ATTRIBUTE Wide 1000 struct
            MEMBER Zone uint32
            END Value
            """);

        Assert.Equal(["7", "7.1", "7.2", "7.2.4", "7.2.1000", "7.2.1000.1"], Paths(model));
    }

    [Fact]
    public void Values_are_shared_by_enum()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE First 1 uint16 enum=Second
            ATTRIBUTE Second 2 uint16 enum=Ethernet-Type
            ENUM Ethernet-Type uint16 # What a frame holds.
            VALUE Ethernet-Type IPv4 0x0800
            VALUE Second ARP 0x0806
            """);

        DictionaryEnumeration enumeration = Assert.Single(model.Enumerations);
        Assert.Equal(("Ethernet-Type", DictionaryType.Short, "What a frame holds."), (enumeration.Name, enumeration.Type, enumeration.Comment));
        Assert.All(model.Attributes, a => Assert.Equal("Ethernet-Type", a.ValueSet));
        Assert.Equal([new DictionaryValue("Ethernet-Type", "IPv4", 0x800, null), new DictionaryValue("Ethernet-Type", "ARP", 0x806, null)], model.Values);
    }

    [Theory]
    [InlineData("26.32473.1")]
    [InlineData("Acme.Role")]
    [InlineData("Vendor-Specific.Acme.Role")]
    [InlineData("@RADIUS.Vendor-Specific.Acme.Role")]
    [InlineData("@.Acme.Role")]
    [InlineData(".Acme.Role")]
    [InlineData("Role")]
    public void An_alias_is_a_second_name(string reference)
    {
        DictionaryModel model = Right($"ALIAS Acme-Role {reference} # As it was.\nATTRIBUTE Vendor-Specific 26 vsa\nVENDOR Acme 32473\nBEGIN-VENDOR Acme\nATTRIBUTE Role 1 integer\nEND-VENDOR Acme\nVALUE Acme-Role Guest 1");

        DictionaryEntry alias = model.Attributes[^1];
        Assert.Equal(("Acme-Role", "Role", "Role", "26.32473.1", "As it was."), (alias.Name, alias.AliasOf, alias.ValueSet, alias.Path.ToString(), alias.Comment));
        Assert.Equal("Role", Assert.Single(model.Values).Attribute);
    }

    [Fact]
    public void A_clone_has_the_inner_attributes_of_another()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Baz 2 tlv clone=Foo
            ATTRIBUTE Foo 1 tlv
            ATTRIBUTE Bar 1.1 integer
            ATTRIBUTE Deep 1.2 tlv
            ATTRIBUTE Deeper 1.2.3 string
            VALUE Foo.Bar One 1
            """);

        Assert.Equal(["2", "1", "1.1", "1.2", "1.2.3", "2.1", "2.2", "2.2.3"], Paths(model));
        Assert.Equal(["Bar", "Bar"], model.Attributes.Where(a => a.Name == "Bar").Select(a => a.ValueSet));
    }

    [Fact]
    public void What_is_internal_is_marked()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Open 1 string
            DEFINE Counter uint64 counter
            FLAGS internal
            ATTRIBUTE Hidden 2 string
            FLAGS !internal
            ATTRIBUTE Open-Too 3 string secret
            ATTRIBUTE Flagged 4 string internal
            ATTRIBUTE Far 1000 tlv
            ATTRIBUTE Within .2000 group ref=@RADIUS
            """);

        Assert.Equal(["Counter", "Hidden", "Flagged", "Far", "Within"], model.Attributes.Where(a => a.IsInternal).Select(a => a.Name));
        Assert.Equal("Open-Too", Assert.Single(model.Attributes, a => a.IsSecret).Name);
    }

    [Theory]
    [InlineData("string encrypt=Tunnel-Password", DictionaryType.Text, 2)]
    [InlineData("string encrypt=User-Password,secret", DictionaryType.Text, 1)]
    [InlineData("string encrypt=Ascend-Secret", DictionaryType.Text, 3)]
    [InlineData("string abinary", DictionaryType.AscendFilter, 0)]
    [InlineData("string[12]", DictionaryType.Text, 0)]
    [InlineData("tlv extended", DictionaryType.Extended, 0)]
    [InlineData("tlv long_extended", DictionaryType.LongExtended, 0)]
    [InlineData("time_delta precision=milliseconds", DictionaryType.TimeSpan, 0)]
    [InlineData("uint8", DictionaryType.Byte, 0)]
    [InlineData("uint64 array", DictionaryType.Integer64, 0)]
    [InlineData("int8", DictionaryType.SignedByte, 0)]
    [InlineData("int16", DictionaryType.SignedShort, 0)]
    [InlineData("int32", DictionaryType.Signed, 0)]
    [InlineData("int64", DictionaryType.Signed64, 0)]
    [InlineData("float32", DictionaryType.Float32, 0)]
    [InlineData("float64", DictionaryType.Float64, 0)]
    [InlineData("ipv4addr", DictionaryType.IPv4, 0)]
    [InlineData("combo-prefix", DictionaryType.IPv4OrIPv6Prefix, 0)]
    [InlineData("struct[8]", DictionaryType.Struct, 0)]
    [InlineData("group", DictionaryType.Group, 0)]
    [InlineData("attribute", DictionaryType.Attribute, 0)]
    public void Types_and_flags_of_version_4_are_known(string typeAndFlags, DictionaryType type, int encryption)
    {
        DictionaryEntry entry = Assert.Single(Right($"ATTRIBUTE A 241 {typeAndFlags}").Attributes);

        Assert.Equal((type, encryption), (entry.Type, entry.Encryption));
    }

    [Fact]
    public void Extended_attributes_and_their_vendors_are_tlvs_and_vsas()
    {
        DictionaryModel model = Right(
            """
            ATTRIBUTE Extended-Attribute-5 245 tlv long_extended
            ATTRIBUTE Extended-Vendor-Specific-5 245.26 vsa
            VENDOR Acme 32473
            BEGIN-VENDOR Acme parent=.Extended-Attribute-5.Extended-Vendor-Specific-5
            ATTRIBUTE Anonce 1 octets[32]
            END-VENDOR Acme
            """);

        Assert.Equal([DictionaryType.LongExtended, DictionaryType.ExtendedVendorSpecific, DictionaryType.Octets], model.Attributes.Select(a => a.Type));
        Assert.Equal("245.26.32473.1", model.Attributes[^1].Path.ToString());
    }

    [Theory]
    [InlineData("VALUE A Broadcast 255.255.255.255", "ipaddr", 0xffffffff)]
    [InlineData("VALUE A Below -2", "int8", 0xfe)]
    [InlineData("VALUE A Below -1", "signed", 0xffffffff)]
    [InlineData("VALUE A Yes true", "bool", 1)]
    public void Values_are_written_as_their_types_are(string value, string type, ulong number) =>
        Assert.Equal(number, Assert.Single(Right($"ATTRIBUTE A 1 {type}\n{value}").Values).Number);

    [Fact]
    public void A_file_goes_on_where_a_protocol_includes_it()
    {
        Dictionary<string, string> files = new() { ["inner"] = "ATTRIBUTE Role 1 integer\nVENDOR Later 32474\n", ["outer"] = "BEGIN-VENDOR Acme\n$INCLUDE inner\nEND-VENDOR Acme" };

        DictionaryModel model = Right("BEGIN PROTOCOL RADIUS 1\nVENDOR Acme 32473\n$INCLUDE ${dictdir}/outer\nATTRIBUTE User-Name 1 string\nEND-PROTOCOL RADIUS", files);

        Assert.Equal(["26.32473.1", "1"], Paths(model));
    }

    [Fact]
    public void Another_protocols_dictionary_is_told_so_once_and_passed_over()
    {
        DictionaryModel model = DictionaryParserTests.Parse("PROTOCOL DHCPv4 2\nBEGIN-PROTOCOL DHCPv4\nATTRIBUTE Subnet-Mask 1 ipv4addr\nNONSENSE\n$INCLUDE nowhere\nEND-PROTOCOL DHCPv4\nATTRIBUTE User-Name 1 string");

        DictionaryProblem problem = Assert.Single(model.Problems);
        Assert.Equal((DictionaryDiagnostics.Protocol, 2, 16), (problem.Code, problem.Location.Line, problem.Location.Column));
        Assert.Contains("DHCPv4", problem.Message, StringComparison.Ordinal);
        Assert.Equal("User-Name", Assert.Single(model.Attributes).Name);
    }

    [Theory]
    [InlineData("ATTRIBUTE A .1 string", "SALR0013 1:13 .1")]
    [InlineData("MEMBER A uint8", "SALR0018 1:1 MEMBER")]
    [InlineData("ATTRIBUTE A 1 struct\nMEMBER B string\nMEMBER C uint8", "SALR0018 3:8 C")]
    [InlineData("ATTRIBUTE A 1 struct\nMEMBER B bit[3]\nMEMBER C uint8", "SALR0018 3:8 C")]
    [InlineData("ATTRIBUTE A 1 struct[2]\nMEMBER B uint8\nMEMBER C uint16", "SALR0018 3:8 C")]
    [InlineData("ATTRIBUTE A 1 struct\nMEMBER B uint8\nSTRUCT C B 1\nMEMBER D uint8", "SALR0018 3:10 B")]
    [InlineData("ATTRIBUTE A 1 struct\nMEMBER B uint8 key\nSTRUCT C B 256", "SALR0003 3:12 256")]
    [InlineData("ATTRIBUTE A 1 union", "SALR0018 1:11 A")]
    [InlineData("ATTRIBUTE A 1 bit[3]", "SALR0018 1:11 A")]
    [InlineData("ATTRIBUTE A 1 bit", "SALR0004 1:15 bit")]
    [InlineData("ATTRIBUTE A 1 nothing\nMEMBER B uint8\nMEMBER C uint8", "SALR0004 1:15 nothing")]
    [InlineData("ATTRIBUTE A 1 struct\nMEMBER B uint8\nMEMBER B uint16", "SALR0006 3:8 B")]
    [InlineData("ENUM A string", "SALR0004 1:8 string")]
    [InlineData("ATTRIBUTE A 1 integer\nENUM A integer", "SALR0006 2:6 A")]
    [InlineData("ATTRIBUTE A 1 integer enum=Nobody", "SALR0019 1:23 enum=Nobody")]
    [InlineData("ATTRIBUTE A 1 string enum=A", "SALR0005 1:22 enum=A")]
    [InlineData("ATTRIBUTE A 1 tlv clone=Nobody", "SALR0019 1:19 clone=Nobody")]
    [InlineData("ATTRIBUTE A 1 tlv clone=A", "SALR0013 1:19 clone=A")]
    [InlineData("ATTRIBUTE A 1 string clone=A", "SALR0005 1:22 clone=A")]
    [InlineData("ALIAS A Nobody\nVALUE A B 1", "SALR0019 1:9 Nobody")]
    [InlineData("ALIAS A @DHCPv4.B", "SALR0019 1:9 @DHCPv4.B")]
    [InlineData("ATTRIBUTE A 1 string\nATTRIBUTE B 2 string\nALIAS B A", "SALR0006 3:7 B")]
    [InlineData("FLAGS external", "SALR0005 1:7 external")]
    [InlineData("PROTOCOL RADIUS one", "SALR0003 1:17 one")]
    [InlineData("BEGIN-PROTOCOL RADIUS\nATTRIBUTE A 1 string", "SALR0008 1:16 RADIUS")]
    [InlineData("BEGIN-PROTOCOL RADIUS\nBEGIN-PROTOCOL RADIUS\nEND-PROTOCOL RADIUS\nEND-PROTOCOL RADIUS", "SALR0008 2:1 BEGIN-PROTOCOL")]
    [InlineData("END-PROTOCOL RADIUS", "SALR0008 1:14 RADIUS")]
    [InlineData("BEGIN A\nATTRIBUTE B 1 string\nEND A", "SALR0013 1:7 A")]
    [InlineData("ATTRIBUTE A 1 string\nBEGIN A\nATTRIBUTE B 1 string\nEND A", "SALR0013 2:7 A")]
    [InlineData("ATTRIBUTE A 1 struct\nBEGIN A\nATTRIBUTE B 1 string\nEND A", "SALR0013 3:13 1")]
    [InlineData("ATTRIBUTE A 1 struct\nBEGIN-TLV A\nEND-TLV A", "SALR0013 2:11 A")]
    [InlineData("ATTRIBUTE A 1 tlv\nBEGIN A\nEND B\nEND A", "SALR0008 3:5 B")]
    [InlineData("ATTRIBUTE A 1 ipv6addr\nVALUE A B ::1", "SALR0009 2:7 A")]
    [InlineData("ATTRIBUTE A 1 int8\nVALUE A B -129", "SALR0003 2:11 -129")]
    public void A_mistake_is_one_problem_where_it_stands(string text, string expected)
    {
        DictionaryProblem problem = Assert.Single(DictionaryParserTests.Parse(text).Problems);
        DictionaryLocation at = problem.Location;
        Assert.Equal(expected, $"{problem.Code} {at.Line}:{at.Column} {text.Substring(at.Offset, at.Length)}");
    }

    [Fact]
    public void Clones_of_clones_end()
    {
        // Each level holds two copies of the one before.
        string text = "ATTRIBUTE T0 1 tlv\nATTRIBUTE A 1.1 string\nATTRIBUTE B 1.2 string\n"
            + string.Concat(Enumerable.Range(1, 60).Select(n => $"ATTRIBUTE T{n} {n + 1} tlv\nATTRIBUTE L{n} {n + 1}.1 tlv clone=T{n - 1}\nATTRIBUTE R{n} {n + 1}.2 tlv clone=T{n - 1}\n"));

        DictionaryModel model = DictionaryParserTests.Parse(text);

        Assert.NotEmpty(model.Problems);
        Assert.InRange(model.Attributes.Count, 100, 70_000);
    }

    private static DictionaryModel Right(string text, IReadOnlyDictionary<string, string>? files = null)
    {
        DictionaryModel model = DictionaryParserTests.Parse(text, files);
        Assert.Empty(model.Problems);
        return model;
    }

    private static IEnumerable<string> Paths(DictionaryModel model) => model.Attributes.Select(a => a.Path.ToString());

    private static IEnumerable<string> ValuesByPath(DictionaryModel model) => model.Attributes
        .Select(a => (a.Path, Values: model.Values.Where(v => v.Attribute == a.ValueSet).Select(v => $"{v.Name}={v.Number}").ToList()))
        .Where(a => a.Values.Count > 0).Select(a => $"{a.Path} {string.Join(',', a.Values)}");
}
