using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Text;

public class ParseTests
{
    // The octets that radclient 3.2 sends for the same lines.
    [Theory]
    [InlineData("User-Name = alice", "1 616c696365")]
    [InlineData("user-name=alice # a comment", "1 616c696365")]
    [InlineData("Filter-Id = a#b", "11 61")]
    [InlineData("User-Name = \"a\\\"l\\n\\t\\\\\\001\\303\\251\"", "1 61226c0a095c01c3a9")]
    [InlineData("User-Name = \"é \\101\\q\"", "1 c3a920415c71")]
    [InlineData("User-Name = \"\\x41\\x0a\"", "1 410a")]
    [InlineData("User-Name = 'a\\'b\\n\"'", "1 6127625c6e22")]
    [InlineData("User-Name = 0x6162", "1 307836313632")]
    [InlineData("NAS-Port = 0x10", "5 00000010")]
    [InlineData("NAS-Port = 007", "5 00000007")]
    [InlineData("Service-Type = Framed-User", "6 00000002")]
    [InlineData("Service-Type = framed-user", "6 00000002")]
    [InlineData("Service-Type = 2", "6 00000002")]
    [InlineData("Framed-IP-Address = 192.0.2.1", "8 c0000201")]
    [InlineData("Framed-IP-Address = 0xc0000201", "8 c0000201")]
    [InlineData("Class = 0x00ff41", "25 00ff41")]
    [InlineData("Class = \"abc\"", "25 616263")]
    [InlineData("Event-Timestamp = \"Nov 25 2026 10:00:00 UTC\"", "55 6b06b1a0")]
    [InlineData("Event-Timestamp = \"Nov  5 2026 10:00:00 UTC\"", "55 6aec53a0")]
    [InlineData("Event-Timestamp = 1700000000", "55 6553f100")]
    [InlineData("Event-Timestamp = 2026-11-25T10:00:00Z", "55 6b06b1a0")]
    [InlineData("Framed-IPv6-Prefix = 2001:db8::1/32", "97 002020010db8000000000000000000000000")]
    [InlineData("Framed-IPv6-Prefix = ::1", "97 008000000000000000000000000000000001")]
    [InlineData("Framed-Interface-Id = 1:2:3:4", "96 0001000200030004")]
    [InlineData("Tunnel-Type:1 = VLAN", "64 0100000d")]
    [InlineData("Tunnel-Type = VLAN", "64 0000000d")]
    [InlineData("Tunnel-Private-Group-Id:1 = \"33\"", "81 013333")]
    [InlineData("Tunnel-Private-Group-Id = 33", "81 3333")]
    [InlineData("Attr-26.9.199 = 0x0102", "26 00000009c7040102")]
    [InlineData("Attr-222 = 0xaabb", "222 aabb")]
    [InlineData("Attr-26 = 0x000000090106", "26 000000090106")]
    [InlineData("Attr-1 = 0x61", "1 61")]
    [InlineData("Attr-241.1 = 0x00", "241 0100")]
    [InlineData("Attr-241.26.9.1 = 0x41", "241 1a000000090141")]
    [InlineData("Example-Ether = 02-00-5e-10-00-01", "26 00007ed90a0802005e100001")]
    [InlineData("Example-Address = 2001:db8::1", "26 00007ed9091220010db8000000000000000000000001")]
    [InlineData("Example-Bool = no", "26 00007ed9080300")]
    [InlineData("Example-Signed = -2", "26 00007ed90506fffffffe")]
    [InlineData("Example-Small = -128", "26 00007ed9110380")]
    [InlineData("Wide-Text = A", "26 00007eda0102000541")]
    [InlineData("Bare-Text = A", "26 00007edb0001000041")]
    [InlineData("Continued-Text = A", "26 00007edc01040041")]
    [InlineData("Extended-Text = A", "245 c80041")]
    [InlineData("Example-Group = 0x010341", "26 00007ed90c05010341")]
    public void A_value_becomes_the_octets_that_radclient_sends(string line, string attribute) =>
        Assert.Equal(attribute + "\n", Texts.Attributes(Texts.Build(line)));

    [Fact]
    public void Tlvs_behind_each_other_share_an_attribute_and_others_do_not() =>
        Assert.Equal(
            "26 00007ed90c18010341010342020600000001030a0104000502044344\n5 00000001\n26 00007ed90c05010345\n",
            Texts.Attributes(Texts.Build(
                "Example-Name = A, Example-Name = B, Example-Number = One, Example-Deep = 5, Example-Deep-Text = CD\nNAS-Port = 1\nExample-Name = E")));

    [Fact]
    public void Packets_have_blank_lines_between_and_may_begin_as_a_dump_does()
    {
        const string Text = """
            # Two requests and an answer.
            Packet-Type = Access-Request
            User-Name := alice, NAS-Port += 3,
            # still the same one
            Filter-Id == "x"

            User-Name = bob

            Sent Access-Request Id 4 from 0.0.0.0:1 to 127.0.0.1:2 length 20
            Received Access-Accept Id 5 from 192.0.2.1:1812 to 192.0.2.9:40000 length 51
            	Reply-Message = "Welcome"
            """;

        Assert.True(RadiusText.TryParse(Text, Texts.Dictionary, out IReadOnlyList<RadiusTextPacket>? packets, out _));
        Assert.Equal([4, 1, 0, 1], packets.Select(p => p.Items.Count));
        Assert.Equal([RadiusCode.AccessRequest, null, RadiusCode.AccessRequest, RadiusCode.AccessAccept], packets.Select(p => p.Code));
        Assert.Equal([null, null, (byte)4, (byte)5], packets.Select(p => p.Identifier));
        Assert.Equal([RadiusTextOperator.Set, RadiusTextOperator.Replace, RadiusTextOperator.Append, RadiusTextOperator.Equal], packets[0].Items.Select(i => i.Operator));
    }

    [Fact]
    public void Passwords_are_hidden_with_the_secret_and_chap_is_answered()
    {
        byte[] request = Texts.Build("Packet-Type = Access-Request\nUser-Name = alice\nUser-Password = \"open sesame\"\nCHAP-Password = \"open sesame\"\nTunnel-Password:2 = tunnel\nMS-MPPE-Send-Key = 0x0102\nMessage-Authenticator = 0x00");

        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        Span<byte> value = stackalloc byte[253];
        Assert.True(packet.TryDecrypt(Keys.UserPassword, Packets.Secret, packet.Authenticator, value, out int length));
        Assert.Equal("open sesame"u8.ToArray(), value[..length].ToArray());
        Assert.True(packet.TryGetRaw(new RadiusAttributeId(3), out ReadOnlySpan<byte> chap));
        Assert.True(RadiusChap.Verify(chap, packet.Authenticator, "open sesame"u8));
        Assert.True(packet.TryDecrypt(Keys.TunnelPassword, Packets.Secret, packet.Authenticator, value, out length, out byte tag));
        Assert.Equal((2, "tunnel"), (tag, System.Text.Encoding.ASCII.GetString(value[..length].ToArray())));
        Assert.True(packet.TryDecrypt(Keys.SendKey, Packets.Secret, packet.Authenticator, value, out length));
        Assert.Equal([1, 2], value[..length].ToArray());
    }

    [Theory]
    [InlineData("User-Nane = alice", RadiusTextErrorKind.UnknownAttribute, 1, 1, "no attribute of the dictionary is named \"User-Nane\"; User-Name is")]
    [InlineData("User-Name = alice\n  Attr-300 = 0x00", RadiusTextErrorKind.UnknownAttribute, 2, 3, "\"Attr-300\"")]
    [InlineData("= alice", RadiusTextErrorKind.Syntax, 1, 1, "the name of an attribute should stand here")]
    [InlineData("User-Name alice", RadiusTextErrorKind.Syntax, 1, 11, "an operator should stand here")]
    [InlineData("User-Name =", RadiusTextErrorKind.Syntax, 1, 12, "a value should stand here")]
    [InlineData("User-Name = `id`", RadiusTextErrorKind.Syntax, 1, 13, "commands in backquotes are not run")]
    [InlineData("User-Name = \"alice", RadiusTextErrorKind.Syntax, 1, 13, "closed by another \"")]
    [InlineData("User-Name = a b", RadiusTextErrorKind.Syntax, 1, 15, "a comma or the line's end should stand behind a value")]
    [InlineData("User-Name = a,, NAS-Port = 1", RadiusTextErrorKind.Syntax, 1, 15, "the name of an attribute should stand here")]
    [InlineData("Service-Type = Bogus", RadiusTextErrorKind.Value, 1, 16, "Service-Type should have one of Login-User")]
    [InlineData("NAS-Port = -1", RadiusTextErrorKind.Value, 1, 12, "a number of 32 bits, not \"-1\"")]
    [InlineData("NAS-Port = 4294967296", RadiusTextErrorKind.Value, 1, 12, "a number of 32 bits")]
    [InlineData("Tunnel-Type:1 = 16777216", RadiusTextErrorKind.Value, 1, 17, "a number of 24 bits")]
    [InlineData("Example-Small = 128", RadiusTextErrorKind.Value, 1, 17, "a number of 8 bits")]
    [InlineData("Framed-IP-Address = 1", RadiusTextErrorKind.Value, 1, 21, "an IPv4 address, such as 192.0.2.1")]
    [InlineData("Framed-IP-Address = 010.0.0.1", RadiusTextErrorKind.Value, 1, 21, "an IPv4 address")]
    [InlineData("NAS-IPv6-Address = fe80::1%eth0", RadiusTextErrorKind.Value, 1, 20, "an IPv6 address")]
    [InlineData("Framed-IPv6-Prefix = 2001:db8::/129", RadiusTextErrorKind.Value, 1, 22, "an IPv6 prefix")]
    [InlineData("Event-Timestamp = yesterday", RadiusTextErrorKind.Value, 1, 19, "a time, such as")]
    [InlineData("Example-Digest = 0x00", RadiusTextErrorKind.Value, 1, 18, "16 octets")]
    [InlineData("State = 0x0", RadiusTextErrorKind.Value, 1, 9, "octets, such as 0x0102")]
    [InlineData("Attr-222 = text", RadiusTextErrorKind.Value, 1, 12, "octets for its value")]
    [InlineData("User-Name:1 = a", RadiusTextErrorKind.Syntax, 1, 1, "User-Name has no tag")]
    [InlineData("Tunnel-Type:32 = 1", RadiusTextErrorKind.Syntax, 1, 1, "a number from 0 to 31")]
    [InlineData("Filter-Id =~ \"(\"", RadiusTextErrorKind.Value, 1, 14, "the regular expression cannot be read")]
    [InlineData("User-Password = <<< secret >>>", RadiusTextErrorKind.Masked, 1, 17, "was masked when it was written")]
    [InlineData("Packet-Type = Nonsense", RadiusTextErrorKind.Value, 1, 1, "Packet-Type should be one of Access-Request")]
    [InlineData("Nonsense Id 4", RadiusTextErrorKind.Value, 1, 1, "a packet's code should stand before Id")]
    [InlineData("Access-Request Id 256", RadiusTextErrorKind.Value, 1, 1, "an identifier from 0 to 255")]
    public void A_mistake_is_named_with_its_place_and_what_would_be_right(string text, RadiusTextErrorKind kind, int line, int column, string problem)
    {
        Assert.False(RadiusText.TryParse(text, Texts.Dictionary, out _, out RadiusTextError? error, "input"));

        Assert.Equal((kind, line, column), (error.Kind, error.Line, error.Column));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.StartsWith($"input:{line}:{column}: ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_too_long_is_a_mistake_and_one_that_may_be_cut_is_cut()
    {
        string octets = new('5', 2 * 254);
        Assert.False(RadiusText.TryParse($"Class = 0x{octets}", Texts.Dictionary, out _, out RadiusTextError? error));
        Assert.Contains("254 octets and should have 253 at most", error.Problem, StringComparison.Ordinal);
        Assert.False(RadiusText.TryParse($"User-Password = \"{new string('s', 129)}\"", Texts.Dictionary, out _, out error));
        Assert.DoesNotContain("sss", error.Problem, StringComparison.Ordinal);

        Assert.Equal($"79 {octets[..506]}\n79 55\n", Texts.Attributes(Texts.Build($"EAP-Message = 0x{octets}")));
        Assert.Equal($"245 c880{octets[..502]}\n245 c800555555\n", Texts.Attributes(Texts.Build($"Attr-245.200 = 0x{octets}")));
    }

    [Fact]
    public void An_item_shows_itself_as_it_can_be_read_again_but_for_secrets()
    {
        RadiusTextPacket packet = Texts.Parse("Tunnel-Type:1 := VLAN, User-Name =~ \"^a\", NAS-Port !* ANY, User-Password = hunter2, Cleartext-Password := hunter2");

        Assert.Equal(
            ["Tunnel-Type:1 := VLAN", "User-Name =~ \"^a\"", "NAS-Port !* ANY", "User-Password = <<< secret >>>", "Cleartext-Password := <<< secret >>>"],
            packet.Items.Select(i => i.ToString()));
    }

    private static class Keys
    {
        public static readonly EncryptedKey UserPassword = new(new RadiusAttributeId(2), RadiusEncryption.UserPassword);
        public static readonly EncryptedKey TunnelPassword = new(new RadiusAttributeId(69), RadiusEncryption.Salted, true);
        public static readonly EncryptedKey SendKey = new(new RadiusAttributeId(311, 16), RadiusEncryption.Salted);
    }
}
