using Sallyport.Samples.Tests.RadiusServer;

namespace Sallyport.Samples.Tests;

/// <content>The two starter programs, on packets and against a server.</content>
public partial class ProgramTests
{
    // RFC 2865 §7.1, without its password.
    private const string Packet = "010000260f403f9473978057bd83d5cb98f4227a01066e656d6f0406c0a80110050600000003";

    private const string Shown = "Access-Request Id 0 length 38\n\tUser-Name = \"nemo\"\n\tNAS-IP-Address = 192.168.1.16\n\tNAS-Port = 3\n";

    [Fact]
    public async Task A_packet_is_decoded_from_digits_and_from_files_of_octets_or_digits()
    {
        string folder = Directory.CreateTempSubdirectory("decode-").FullName;
        try
        {
            string raw = Path.Combine(folder, "packet.bin");
            string hex = Path.Combine(folder, "packet.hex");
            await File.WriteAllBytesAsync(raw, Convert.FromHexString(Packet));
            await File.WriteAllTextAsync(hex, Packet[..40] + "\n" + Packet[40..] + "\n");

            foreach (string argument in (string[])[Packet, raw, hex])
            {
                (int code, string output, string error) = await RunAsync("DecodePacket", argument);
                Assert.True(code == 0, error);
                Assert.Equal(Shown, output);
            }

            Assert.Equal(1, (await RunAsync("DecodePacket", Packet[..^2])).ExitCode);
            Assert.Equal(2, (await RunAsync("DecodePacket", "no-such-file")).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_access_request_is_sent_and_the_reply_shown()
    {
        await using Primary primary = await Primary.StartAsync("""[{ "name": "alice", "password": "a password", "reply": { "Reply-Message": "Welcome" } }]""");
        string server = primary.Service.EndPoints[0].ToString();

        // The tests' programs find "a password" on standard input.
        (int accepted, string output, string error) = await RunAsync("SendAccessRequest", server, "alice", "--secret", "primary-secret");
        (int rejected, string refusal, _) = await RunAsync("SendAccessRequest", server, "alice", "--secret", "primary-secret", "--password", "wrong");

        Assert.True(accepted == 0, error);
        Assert.StartsWith($"Received Access-Accept Id ", output, StringComparison.Ordinal);
        Assert.Contains($" from {server} length ", output, StringComparison.Ordinal);
        Assert.Contains("\tReply-Message = \"Welcome\"\n", output, StringComparison.Ordinal);
        Assert.Equal(1, rejected);
        Assert.StartsWith("Received Access-Reject Id ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_starters_stay_short() =>
        Assert.All(
            await Task.WhenAll(((string[])["DecodePacket", "SendAccessRequest"]).Select(p => File.ReadAllLinesAsync(Path.Combine(Repository.Root, "samples", p, "Program.cs")))),
            lines => Assert.InRange(lines.Length, 1, 40));
}
