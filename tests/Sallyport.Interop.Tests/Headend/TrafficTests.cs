using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sallyport.Interop.Tests.Esp;
using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>What strongSwan and the headend carry for each other, as fast as they can, and what a listener on the cable sees of it.</summary>
[Collection(OneHeadend.Name)]
public partial class TrafficTests(SharedHeadend shared)
{
    private const int Seconds = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>With many streams at once every loop of the headend seals for the one client: no packet may be so far out of order that its window of 32 refuses it.</summary>
    [SkippableFact]
    public async Task Ping_TCP_and_UDP_go_both_ways_and_nobody_refuses_a_packet()
    {
        HeadendLab lab = await shared.LabAsync();
        Peer.RequirePrograms("iperf3");
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Encapsulate = true });
        int from = lab.Headend.Output.Length;

        await client.MustReachBothNetworksAsync();
        foreach (string[] kind in (string[][])[[], ["-R"], ["-R", "-P", "4"], ["-u", "-b", "20M"], ["-u", "-b", "20M", "-R"]])
        {
            long octets = await CarryAsync(lab, kind);
            Assert.True(octets > 1_000_000, $"iperf3 {string.Join(' ', kind)} carried {octets} octets\n{client.Log}\n{lab.Headend.Output}");
        }

        await client.MustReachBothNetworksAsync();
        Assert.DoesNotMatch(RefusalOfStrongSwan(), client.Log);
        Assert.DoesNotMatch(RefusalOfHeadend(), lab.Headend.Output[from..]);
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task Wireshark_opens_what_goes_over_the_cable_and_finds_every_check_value_right()
    {
        HeadendLab lab = await shared.LabAsync();
        Tshark.Require();
        Peer.RequirePrograms("tcpdump");
        string capture = lab.In("cable.pcap");
        await using Tool tcpdump = Tool.Start(lab.Network.In("gw", "tcpdump", "-i", "eth0", "--immediate-mode", "-U", "-w", capture, "udp port 4500"));
        await tcpdump.WaitForAsync("listening on", Patience);
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { LogsKeys = true });
        await client.MustReachBothNetworksAsync();
        string address = await client.AddressAsync();
        ((uint Spi, byte[] Key) @in, (uint Spi, byte[] Key) @out) = client.Keys();
        await client.LogOutAsync();

        string[] sas = [Tshark.Sa(@in.Spi, "AES-GCM with 16 octet ICV [RFC4106]", @in.Key), Tshark.Sa(@out.Spi, "AES-GCM with 16 octet ICV [RFC4106]", @out.Key)];
        string[][] seen = [];

        // Two pings each to two hosts, and their answers. The listener may take a moment to write the last of them down.
        for (int i = 0; i < 50 && seen.Length < 8; i++)
        {
            await Task.Delay(i == 0 ? 0 : 100);
            seen = await Tshark.ReadAsync(capture, sas, "icmp", "esp.spi", "esp.sequence", "esp.icv_good", "icmp.checksum.status", "ip.dst");
        }

        Assert.Equal(8, seen.Length);
        Assert.All(seen, packet => Assert.Equal(("1", "1"), (packet[2], packet[3])));
        string[][] ours = [.. seen.Where(p => p[0] == string.Create(CultureInfo.InvariantCulture, $"0x{@in.Spi:x8}"))];
        Assert.Equal(["1", "2", "3", "4"], ours.Select(p => p[1]));
        Assert.All(ours, packet => Assert.EndsWith("," + address, packet[4], StringComparison.Ordinal));
    }

    private static async Task<long> CarryAsync(HeadendLab lab, string[] options)
    {
        await using Tool server = Tool.Start(lab.Network.In("lan", "iperf3", "-s", "-1", "--forceflush"));
        await server.WaitForAsync("listening", Patience);
        string report = await Tool.MustAsync(lab.Network.In("cli", ["iperf3", "-c", HeadendNetwork.FirstHost, "-t", Seconds.ToString(CultureInfo.InvariantCulture), "-J", .. options]));
        await server.WaitAsync(Patience);
        using JsonDocument json = JsonDocument.Parse(report);
        JsonElement end = json.RootElement.GetProperty("end");
        return end.GetProperty(end.TryGetProperty("sum_received", out _) ? "sum_received" : "sum").GetProperty("bytes").GetInt64();
    }

    // "verifying ESP sequence number failed", "ESP integrity check failed" and the like.
    [GeneratedRegex(@"\[ESP\].*(fail|replay|invalid|discard)", RegexOptions.IgnoreCase)]
    private static partial Regex RefusalOfStrongSwan();

    [GeneratedRegex("Esp(Replay|IntegrityCheck|Malformed|Content|UnknownSpi)")]
    private static partial Regex RefusalOfHeadend();
}
