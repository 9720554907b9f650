using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Real packets of the kernel's own TCP and UDP through two endpoints, with the offloads on, off, and on one side only.</summary>
[SupportedOSPlatform("linux")]
public class DataPathTests
{
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
            Transfer.BothWays(client, server, 8 * Transfer.Megabyte);
        }

        IpsecSession session = Assert.Single(lab.Gateway.Endpoint.Sessions);
        EspCounts gateway = session.Counts;
        EspCounts own = lab.Client.Session.Counts;
        Assert.InRange(gateway.OctetsIn, 8 * Transfer.Megabyte, 10 * Transfer.Megabyte);
        Assert.InRange(own.OctetsIn, 8 * Transfer.Megabyte, 10 * Transfer.Megabyte);
        Assert.Equal((0, 0, 0, 0), (gateway.DropsIn, gateway.DropsOut, own.DropsIn, own.DropsOut));
    }
}
