using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Loss where the kernel's offloads are: on a cable whose ends drop one packet in a hundred of what comes in, be it a datagram or many of them as one.</summary>
[SupportedOSPlatform("linux")]
public partial class LossTests
{
    private const string Nftables = "/usr/sbin/nft";
    private const int Size = 8 * Transfer.Megabyte;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TCP_goes_both_ways_whole_where_one_packet_in_a_hundred_is_lost(bool cutBeforeTheCable)
    {
        Skip.IfNot(File.Exists(Nftables), "nftables is not installed");
        using TunLab lab = new();
        NetworkNamespace[] ends = [lab.GatewayNetwork, lab.ClientNetwork];
        foreach (NetworkNamespace end in ends)
        {
            if (cutBeforeTheCable)
            {
                end.Ip("link set cable gso_max_segs 1");
            }

            // What begins with four octets of zero is IKE's (RFC 3948 §2.2).
            end.Run(Nftables, "add table inet t; add chain inet t in { type filter hook prerouting priority -300; }; "
                + "add rule inet t in iifname cable meta l4proto udp @th,64,32 != 0 counter numgen inc mod 100 == 99 counter drop");
        }

        (Socket client, Socket server) = lab.Connect();
        using (client)
        using (server)
        {
            Transfer.BothWays(client, server, Size);
        }

        (long came, long lost) = ends.Select(Counts).Aggregate((a, b) => (a.Came + b.Came, a.Lost + b.Lost));
        long packets = lab.Client.Session.Counts.PacketsOut + Assert.Single(lab.Gateway.Endpoint.Sessions).Counts.PacketsOut;
        Assert.True(lost >= came / 100 - 1 && lost > 0, $"{lost} of {came} are lost");
        Assert.True(cutBeforeTheCable ? came > packets / 2 : came < packets / 4, $"{packets} packets went over the cable as {came}");
        foreach (IpsecDropReason reason in (IpsecDropReason[])[IpsecDropReason.EspIntegrityCheck, IpsecDropReason.EspContent, IpsecDropReason.EspMalformed, IpsecDropReason.EspReplay])
        {
            Assert.True(lab.Drops(reason) == 0, lab.ToString());
        }
    }

    private static (long Came, long Lost) Counts(NetworkNamespace end)
    {
        MatchCollection counters = Counter().Matches(end.Run(Nftables, "list table inet t"));
        return (Packets(counters[0]), Packets(counters[1]));
    }

    private static long Packets(Match counter) => long.Parse(counter.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"counter packets (\d+)")]
    private static partial Regex Counter();
}
