using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Text;

public class UsersFileTests
{
    // FreeRADIUS 3.2 was given this file and asked the questions below; the answers are its own.
    private const string Users = """
        # comment
        "al ice"	Cleartext-Password := "pw"
        	Reply-Message = "quoted name"

        bob	Cleartext-Password := "pw", NAS-IP-Address == 192.0.2.1
        	Reply-Message = "from 1",
        	Filter-Id = "a=1",
        	Filter-Id = "a=2",
        	Filter-Id += "a=3",
        	Fall-Through = Yes

        bob	Cleartext-Password := "pw"
        	Reply-Message = "second",
        	Session-Timeout := 77

        DEFAULT	NAS-Port > 5, NAS-Port-Type != Virtual
        	Filter-Id = "default",
        	Idle-Timeout = 5

        carl	Cleartext-Password := "pw"
        	Session-Timeout = 1,
        	Fall-Through = Yes
        carl	NAS-Port-Id =~ "^Gi(.*)$"
        	Filter-Id ^= "first",
        	Session-Timeout = 2,
        	Session-Timeout += 3

        eve	Auth-Type := Reject
        	Reply-Message = "go away"
        open	Auth-Type := Accept
        	Tunnel-Type:1 = VLAN, Tunnel-Medium-Type:1 = IEEE-802,
        	Tunnel-Private-Group-Id:1 = "33"
        """;

    [Theory]
    [InlineData("al ice", "", "Reply-Message = \"quoted name\"")]
    [InlineData("bob", "NAS-IP-Address = 192.0.2.1, NAS-Port = 9, NAS-Port-Type = Ethernet", "Reply-Message = \"from 1\"|Filter-Id = \"a=1\"|Filter-Id = \"a=2\"|Filter-Id += \"a=3\"|Session-Timeout := 77")]
    [InlineData("bob", "NAS-IP-Address = 192.0.2.2", "Reply-Message = \"second\"|Session-Timeout := 77")]
    [InlineData("carl", "NAS-Port-Id = Gi1/0/1", "Filter-Id ^= \"first\"|Session-Timeout = 1|Session-Timeout += 3")]
    [InlineData("carl", "NAS-Port-Id = Fa1/0/1", "Session-Timeout = 1")]
    [InlineData("eve", "", "Reply-Message = \"go away\"")]
    [InlineData("open", "", "Tunnel-Type:1 = VLAN|Tunnel-Medium-Type:1 = IEEE-802|Tunnel-Private-Group-Id:1 = \"33\"")]
    [InlineData("nobody", "NAS-Port = 9, NAS-Port-Type = Ethernet", "Filter-Id = \"default\"|Idle-Timeout = 5")]
    [InlineData("nobody", "NAS-Port = 5, NAS-Port-Type = Ethernet", "")]
    [InlineData("nobody", "NAS-Port = 9", "")]
    [InlineData("BOB", "", "")]
    [InlineData("DEFAULT", "", "")]
    public void Entries_count_as_they_do_for_FreeRADIUS(string user, string request, string reply)
    {
        RadiusUsersMatch match = Match(Users, user, request);

        Assert.Equal(reply, string.Join('|', match.Reply));
    }

    [Fact]
    public void What_entries_set_for_the_server_is_found_by_name_and_never_shown()
    {
        RadiusUsersMatch match = Match(Users, "eve", "");

        Assert.Equal(4, match.Find(RadiusServerItems.AuthType)!.Value.Span[^1]);
        RadiusTextItem password = Match(Users, "bob", "").Find(RadiusServerItems.CleartextPassword)!;
        Assert.Equal("pw"u8.ToArray(), password.Value.ToArray());
        Assert.DoesNotContain("pw", password.ToString(), StringComparison.Ordinal);
        Assert.Equal("carl (users:20)", Match(Users, "carl", "NAS-Port-Id = x").Entries[0].ToString());
    }

    [Theory]
    [InlineData("NAS-Port == 9", "NAS-Port = 9", true)]
    [InlineData("NAS-Port == 9", "NAS-Port = 8, NAS-Port = 9", true)]
    [InlineData("NAS-Port < 9", "NAS-Port = 8", true)]
    [InlineData("NAS-Port < 9", "NAS-Port = 9", false)]
    [InlineData("NAS-Port <= 9", "NAS-Port = 9", true)]
    [InlineData("NAS-Port >= 9", "NAS-Port = 256", true)]
    [InlineData("NAS-Port != 9", "NAS-Port = 8", true)]
    [InlineData("NAS-Port != 9", "Filter-Id = x", false)]
    [InlineData("NAS-Port =* ANY", "NAS-Port = 8", true)]
    [InlineData("NAS-Port !* ANY", "NAS-Port = 8", false)]
    [InlineData("NAS-Port !* ANY", "Filter-Id = x", true)]
    [InlineData("Example-Signed < 1", "Example-Signed = -5", true)]
    [InlineData("Example-Name == A", "Example-Number = 1, Example-Name = A", true)]
    [InlineData("Tunnel-Type == VLAN", "Tunnel-Type:3 = VLAN", true)]
    [InlineData("Tunnel-Type:2 == VLAN", "Tunnel-Type:3 = VLAN", false)]
    [InlineData("Called-Station-Id !~ \":guest$\"", "Called-Station-Id = \"00-11:corp\"", true)]
    [InlineData("Called-Station-Id !~ \":guest$\"", "Called-Station-Id = \"00-11:guest\"", false)]
    [InlineData("Framed-IP-Address =~ \"^10[.]\"", "Framed-IP-Address = 10.1.2.3", true)]
    [InlineData("Called-Station-Id =~ \"^(a+)+$\"", "Called-Station-Id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", false)]
    [InlineData("Called-Station-Id !~ \"^(a+)+$\"", "Called-Station-Id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", false)]
    public void A_check_item_asks_the_request(string check, string request, bool passes) =>
        Assert.Equal(passes, Match($"alice {check}\n", "alice", request).Entries.Count == 1);

    [Theory]
    [InlineData(" alice Cleartext-Password := x", 1, 2, "a user's name should stand here, at the beginning of the line")]
    [InlineData("alice Cleartext-Password := x,", 1, 31, "another check item should stand behind the comma")]
    [InlineData("alice\n\tReply-Message = a\n\tFilter-Id = b", 3, 2, "the line before should end with a comma")]
    [InlineData("alice\n\tReply-Message = a,\nbob", 3, 1, "another indented line of reply items should follow")]
    [InlineData("alice\n\tReply-Message = a,\n", 3, 1, "another indented line of reply items should follow")]
    [InlineData("alice Service-Type = Framed-User", 1, 7, "compared, with ==")]
    [InlineData("alice User-Password == x", 1, 7, "Cleartext-Password := ")]
    [InlineData("alice Cleartext-Password == x", 1, 7, "Cleartext-Password is set, with :=")]
    [InlineData("alice Fall-Through = Yes", 1, 7, "among the reply items")]
    [InlineData("alice\n\tReply-Message == a", 2, 2, "a reply item is added or set")]
    [InlineData("alice\n\tAuth-Type := Reject", 2, 2, "should stand on the entry's first line")]
    [InlineData("alice Auth-Type := Sometimes", 1, 20, "one of Local, Reject, Accept")]
    [InlineData("alice Crypt-Password := x", 1, 7, "no attribute of the dictionary is named \"Crypt-Password\"")]
    [InlineData("\"alice Cleartext-Password := x", 1, 1, "closed by another \"")]
    [InlineData("$INCLUDE nowhere", 1, 1, "a file that can be read")]
    public void A_mistake_is_named_with_its_place(string text, int line, int column, string problem)
    {
        Assert.False(RadiusUsersFile.TryParse(text, Texts.Dictionary, out _, out RadiusTextError? error, "users"));

        Assert.Equal(("users", line, column), (error.File, error.Line, error.Column));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_include_each_other_and_mistakes_name_the_file_they_are_in()
    {
        string folder = Directory.CreateTempSubdirectory("users-").FullName;
        try
        {
            string users = Path.Combine(folder, "users");
            File.WriteAllText(users, "$INCLUDE staff\nDEFAULT Auth-Type := Reject\n");
            File.WriteAllText(Path.Combine(folder, "staff"), "alice Cleartext-Password := x\n");
            Assert.True(RadiusUsersFile.TryLoad(users, Texts.Dictionary, out RadiusUsersFile? read, out _));
            Assert.Equal(["alice", "DEFAULT"], read.Entries.Select(e => e.Name));

            File.WriteAllText(Path.Combine(folder, "staff"), "\nalice Cleartext-Pasword := x\n");
            Assert.False(RadiusUsersFile.TryLoad(users, Texts.Dictionary, out _, out RadiusTextError? error));
            Assert.Equal((Path.Combine(folder, "staff"), 2), (error.File, error.Line));

            File.WriteAllText(Path.Combine(folder, "staff"), "$INCLUDE staff\n");
            Assert.False(RadiusUsersFile.TryLoad(users, Texts.Dictionary, out _, out error));
            Assert.Contains("does one include itself?", error.Problem, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_matches_goes_into_the_reply_as_it_is_written()
    {
        RadiusUsersMatch match = Match(Users, "open", "");
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 1, new byte[16]);
        match.WriteReplyTo(ref writer, Packets.Secret);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));

        Assert.Equal("64 0100000d\n65 01000006\n81 013333\n", Texts.Attributes(buffer.AsSpan(0, length)));
    }

    private static RadiusUsersMatch Match(string users, string user, string request)
    {
        Assert.True(RadiusUsersFile.TryParse(users, Texts.Dictionary, out RadiusUsersFile? file, out RadiusTextError? error), error?.ToString());
        byte[] packet = Texts.Build("Access-Request Id 1\n" + request);
        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket view, out _));
        return file.Match(user, view);
    }
}
