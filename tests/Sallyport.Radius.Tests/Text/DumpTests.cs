using System.Net;
using System.Reflection;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Text;

public class DumpTests
{
    [Fact]
    public void A_packet_reads_as_radclient_shows_it()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Request, out RadiusPacket packet, out _));

        string dump = packet.Dump(Texts.Dictionary, new IPEndPoint(IPAddress.Parse("192.0.2.10"), 40000), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1812));

        Assert.Equal(
            """
            Received Access-Request Id 90 from 192.0.2.10:40000 to 192.0.2.1:1812 length 372
            	Message-Authenticator = 0xefe2875e3a774cbb890184f1115bf0d7
            	User-Name = "alice@corp.example.com"
            	User-Password = <<< secret >>>
            	NAS-IP-Address = 192.0.2.10
            	NAS-Port = 50112
            	NAS-Port-Type = Ethernet
            	Service-Type = Framed-User
            	Called-Station-Id = "00-1B-0D-63-C2-26:corp-wifi"
            	Calling-Station-Id = "9C-1C-12-00-AA-F1"
            	NAS-Identifier = "edge-sw-17.dc1.example.com"
            	State = 0x404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f
            	Class = 0x0207003c1a0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9
            	Attr-26.9.1 = 0x61756469742d73657373696f6e2d69643d433030303032303930303030303146344236463841394332
            	Attr-26.9.1 = 0x736572766963652d747970653d43616c6c20436865636b

            """,
            dump);
    }

    // What radclient 3.2 prints for the same octets.
    [Theory]
    [InlineData("01", "616c226963650a095c7801c3a9ff27", "User-Name = \"al\\\"ice\\n\\t\\\\x\\001é\\377'\"")]
    [InlineData("05", "0000ffff", "NAS-Port = 65535")]
    [InlineData("06", "00000002", "Service-Type = Framed-User")]
    [InlineData("3d", "0000004d", "NAS-Port-Type = 77")]
    [InlineData("37", "6b06b1a0", "Event-Timestamp = \"Nov 25 2026 10:00:00 UTC\"")]
    [InlineData("19", "00ff41", "Class = 0x00ff41")]
    [InlineData("19", "", "Class = 0x")]
    [InlineData("61", "002020010db8000000000000000000000000", "Framed-IPv6-Prefix = 2001:db8::/32")]
    [InlineData("61", "002020010db8", "Framed-IPv6-Prefix = 2001:db8::/32")]
    [InlineData("60", "0001000200030004", "Framed-Interface-Id = 1:2:3:4")]
    [InlineData("40", "0100000d", "Tunnel-Type:1 = VLAN")]
    [InlineData("41", "00000006", "Tunnel-Medium-Type:0 = IEEE-802")]
    [InlineData("51", "013333", "Tunnel-Private-Group-Id:1 = \"33\"")]
    [InlineData("51", "3333", "Tunnel-Private-Group-Id = \"33\"")]
    [InlineData("5f", "00000000000000000000000000000001", "NAS-IPv6-Address = ::1")]
    [InlineData("de", "aabb", "Attr-222 = 0xaabb")]
    [InlineData("1a", "00000009c7040102", "Attr-26.9.199 = 0x0102")]
    [InlineData("1a", "00007a6901040909", "Attr-26.31337.1 = 0x0909")]
    [InlineData("1a", "000000090106", "Attr-26 = 0x000000090106")]
    [InlineData("1a", "0000", "Attr-26 = 0x0000")]
    [InlineData("f1", "c800000007", "Extended-Number = 7")]
    [InlineData("f1", "cb00", "Attr-241.203 = 0x00")]
    [InlineData("f1", "", "Attr-241 = 0x")]
    public void Values_have_the_spelling_of_their_type(string type, string value, string line) =>
        Assert.Equal($"\t{line}\n", Texts.Dump(Packets.Raw(RadiusCode.AccountingRequest, type + value)));

    [Theory]
    [InlineData("01", "41", "Example-Text = \"A\"")]
    [InlineData("03", "00112233445566778899aabbccddeeff", "Example-Digest = 0x00112233445566778899aabbccddeeff")]
    [InlineData("03", "0011", "Attr-26.32473.3 = 0x0011")]
    [InlineData("04", "0000000100000000", "Example-Integer64 = 4294967296")]
    [InlineData("05", "fffffffe", "Example-Signed = -2")]
    [InlineData("05", "ffffffff", "Example-Signed = Minus-One")]
    [InlineData("06", "0102", "Example-Short = 258")]
    [InlineData("07", "07", "Example-Byte = Seven")]
    [InlineData("08", "01", "Example-Bool = yes")]
    [InlineData("08", "02", "Example-Bool = 2")]
    [InlineData("09", "c0000201", "Example-Address = 192.0.2.1")]
    [InlineData("09", "20010db8000000000000000000000001", "Example-Address = 2001:db8::1")]
    [InlineData("0a", "02005e100001", "Example-Ether = 02:00:5e:10:00:01")]
    [InlineData("0b", "0102", "Example-Filter = 0x0102")]
    [InlineData("0d", "00000001", "Example-Odd = \"a,b\"")]
    [InlineData("0d", "00000003", "Example-Odd = 3")]
    [InlineData("0e", "00080a000000", "Example-Prefix = 10.0.0.0/8")]
    [InlineData("0e", "00080a010000", "Attr-26.32473.14 = 0x00080a010000")]
    [InlineData("11", "80", "Example-Small = -128")]
    [InlineData("12", "ffffffff", "Example-Span = -1")]
    [InlineData("13", "0102", "Example-Struct = 0x0102")]
    [InlineData("0f", "0102", "Example-Shared-Secret = <<< secret >>>")]
    [InlineData("10", "00112233445566778899aabbccddeeff", "Example-Ascend = <<< secret >>>")]
    public void A_vendors_values_do_too(string type, string value, string line) =>
        Assert.Equal($"\t{line}\n", Texts.Dump(Packets.Raw(RadiusCode.AccountingRequest, $"1a00007ed9{type}{(value.Length / 2) + 2:x2}{value}")));

    [Fact]
    public void Tlvs_are_shown_as_what_they_hold_and_a_second_group_as_its_octets()
    {
        const string Group = "0103410206000000010306010400050204";
        string[] attributes = [$"1a00007ed90c11{Group[..^4]}", "1a00007ed90c05010342", "1a00007ed90c0401ff", "1a00007ed90c02"];

        Assert.Equal(
            """
            	Example-Name = "A"
            	Example-Number = One
            	Example-Deep = 5
            	Example-Group = 0x010342
            	Example-Group = 0x01ff
            	Example-Group = 0x

            """,
            Texts.Dump(Packets.Raw(RadiusCode.AccountingRequest, attributes)));
    }

    [Theory]
    [InlineData("02", "<<< secret >>>")] // User-Password
    [InlineData("03", "<<< secret >>>")] // CHAP-Password
    [InlineData("45", "<<< secret >>>")] // Tunnel-Password
    [InlineData("46", "<<< secret >>>")] // ARAP-Password
    [InlineData("1a0000013701", "<<< secret >>>")] // MS-CHAP-Response
    [InlineData("1a000001370c", "<<< secret >>>")] // MS-CHAP-MPPE-Keys
    [InlineData("1a0000013710", "<<< secret >>>")] // MS-MPPE-Send-Key
    [InlineData("1a0000013711", "<<< secret >>>")] // MS-MPPE-Recv-Key
    [InlineData("1a0000013719", "<<< secret >>>")] // MS-CHAP2-Response
    [InlineData("1a000001371a", "<<< secret >>>")] // MS-CHAP2-Success
    [InlineData("4f0201001d06", "<<< secret >>>")] // a Generic Token Card's answer
    [InlineData("4f0201001d04", "<<< secret >>>")] // MD5-Challenge's
    [InlineData("4f0201001d01", "0x")] // an Identity is none
    [InlineData("18", "0x")] // State
    [InlineData("19", "0x")] // Class
    public void Passwords_keys_and_answers_to_challenges_are_masked(string prefix, string shown)
    {
        string value = string.Concat(Enumerable.Repeat("5a", 24));
        string attribute = prefix.StartsWith("1a", StringComparison.Ordinal) ? $"{prefix}1a{value}" : prefix + value;

        string dump = Texts.Dump(Packets.Raw(RadiusCode.AccessRequest, attribute));

        Assert.Contains(" = " + shown, dump, StringComparison.Ordinal);
        Assert.Equal(shown == "0x", dump.Contains("5a5a", StringComparison.Ordinal));
        Assert.DoesNotContain("ZZ", dump, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_is_masked_however_it_is_cut() =>
        Assert.Equal(
            string.Concat(Enumerable.Repeat("\tEAP-Message = <<< secret >>>\n", 3)),
            Texts.Dump(Packets.Raw(RadiusCode.AccessRequest, "4f02", "4f0100", "4f0f0673656372657421")));

    [Fact]
    public void What_moves_the_cursor_or_turns_text_round_is_escaped()
    {
        string hostile = Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes("a\u001b[2Jb\u202ec\u2028d\u0085e\u200bf"));

        Assert.Equal(
            "\tUser-Name = \"a\\033[2Jb\\342\\200\\256c\\342\\200\\250d\\302\\205e\\342\\200\\213f\"\n",
            Texts.Dump(Packets.Raw(RadiusCode.AccessRequest, "01" + hostile)));
    }

    [Fact]
    public void The_stock_dictionary_has_every_class_that_is_compiled_in()
    {
        IEnumerable<RadiusDefinitions> all =
            from type in typeof(RadiusPacket).Assembly.GetTypes()
            where type.Namespace == "Sallyport.Radius.Dictionaries"
            let property = type.GetProperty("Definitions", BindingFlags.Public | BindingFlags.Static)
            where property is not null
            select (RadiusDefinitions)property.GetValue(null)!;

        IEnumerable<string> missing = all.SelectMany(d => d.Attributes).Where(a => !RadiusDictionary.Standard.TryFind(a.Name, out _)).Select(a => a.Name);

        Assert.Empty(missing);
        Assert.True(RadiusDictionary.Standard.TryFind("user-name", out RadiusAttributeDefinition? name));
        Assert.Equal(new RadiusAttributeId(1), name.Id);
        Assert.True(RadiusDictionary.Standard.TryFind(new RadiusAttributeId(311, 16), out RadiusAttributeDefinition? key));
        Assert.Equal("MS-MPPE-Send-Key", key.Name);
    }
}
