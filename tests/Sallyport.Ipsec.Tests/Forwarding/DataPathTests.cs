using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Real packets of the kernel's own TCP and UDP through two endpoints, with the offloads on, off, and on one side only.</summary>
[SupportedOSPlatform("linux")]
public class DataPathTests
{
    private const int Size = 6 * Transfer.Megabyte;

    public static TheoryData<IpsecDataPath, int, int, IpsecDataPath, int> Combinations => new()
    {
        { IpsecDataPath.Offload, (int)DataPathFeatures.All, 2, IpsecDataPath.Offload, (int)DataPathFeatures.All },
        { IpsecDataPath.Offload, (int)DataPathFeatures.All, 1, IpsecDataPath.Plain, 0 },
        { IpsecDataPath.Plain, 0, 1, IpsecDataPath.Offload, (int)DataPathFeatures.All },
        { IpsecDataPath.Offload, (int)DataPathFeatures.None, 2, IpsecDataPath.Offload, (int)DataPathFeatures.All },
        { IpsecDataPath.Offload, (int)DataPathFeatures.TunOffload, 1, IpsecDataPath.Offload, (int)(DataPathFeatures.UdpSegmentation | DataPathFeatures.UdpCoalescing) },
    };

    [SkippableTheory]
    [MemberData(nameof(Combinations))]
    public void TCP_goes_both_ways_whole(IpsecDataPath gatewayPath, int gatewayFeatures, int loops, IpsecDataPath clientPath, int clientFeatures)
    {
        using TunLab lab = new(new(gatewayPath, (DataPathFeatures)gatewayFeatures, loops), new(clientPath, (DataPathFeatures)clientFeatures, loops));
        (Socket client, Socket server) = lab.Connect();
        using (client)
        using (server)
        {
            Transfer.BothWays(client, server, Size);
        }

        // Counts are told once a batch has ended.
        EspCounts gateway = default;
        EspCounts own = default;
        Eventually.Is(
            () =>
            {
                gateway = Assert.Single(lab.Gateway.Endpoint.Sessions).Counts;
                own = lab.Client.Session.Counts;
                return gateway.OctetsIn > Size && own.OctetsIn > Size && gateway.PacketsIn == own.PacketsOut && own.PacketsIn == gateway.PacketsOut;
            },
            lab);
        Assert.Equal((gateway.OctetsIn, own.OctetsIn), (own.OctetsOut, gateway.OctetsOut));
        Assert.Equal((0, 0, 0, 0), (gateway.DropsIn, gateway.DropsOut, own.DropsIn, own.DropsOut));
    }

    [SkippableTheory]
    [MemberData(nameof(Combinations))]
    public void UDP_of_every_length_comes_through_as_it_was_sent(IpsecDataPath gatewayPath, int gatewayFeatures, int loops, IpsecDataPath clientPath, int clientFeatures)
    {
        using TunLab lab = new(new(gatewayPath, (DataPathFeatures)gatewayFeatures, loops), new(clientPath, (DataPathFeatures)clientFeatures, loops));
        using Socket client = lab.ClientSocket();
        using Socket gateway = lab.GatewaySocket();
        foreach ((Socket from, Socket to) in new[] { (client, gateway), (gateway, client) })
        {
            // Bursts of one length and of any, with fragments among them: the device's MTU is 1400.
            Random random = new(3);
            byte[] received = new byte[10_000];
            for (int burst = 0; burst < 40; burst++)
            {
                int length = random.Next(10) == 0 ? random.Next(8000) : random.Next(1372);
                byte[][] sent = [.. Enumerable.Range(0, 20).Select(_ => new byte[burst % 2 == 0 ? length : random.Next(1372)])];
                foreach (byte[] datagram in sent)
                {
                    random.NextBytes(datagram);
                    from.SendTo(datagram, to.LocalEndPoint!);
                }

                // In any order: a datagram in fragments may take another of the device's queues than a whole one.
                List<string> expected = [.. sent.Select(Convert.ToHexString)];
                while (expected.Count > 0)
                {
                    Assert.True(to.Poll(10_000_000, SelectMode.SelectRead), $"burst {burst}: {lab}");
                    Assert.True(expected.Remove(Convert.ToHexString(received.AsSpan(0, to.Receive(received)))), $"burst {burst}: {lab}");
                }
            }
        }
    }
}
