using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>What the whole process allocates while packets go through real devices and sockets, with no other test beside it.</summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(Alone))]
public class DataPathAllocationTests
{
    private const int Packets = 20_000;

    // What is done once a second or on a timer, however many packets there are, allocates about a thousand octets a second.
    private const int Allowed = Packets / 4;

    [SkippableFact]
    public void Packets_from_device_to_device_allocate_nothing()
    {
        using TunLab lab = new();
        using Socket client = lab.ClientSocket();
        using Socket gateway = lab.GatewaySocket();
        SocketAddress to = gateway.LocalEndPoint!.Serialize();
        byte[] datagram = new byte[1000];
        IpsecSession peer = lab.Gateway.Endpoint.Sessions.Single();
        long least = long.MaxValue;
        for (int round = 0; round < 6 && least > Allowed; round++)
        {
            long start = peer.Counts.PacketsIn;
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int sent = 0; sent < Packets; sent++)
            {
                client.SendTo(datagram, SocketFlags.None, to);
                if (sent % 128 == 0)
                {
                    // No more at once than every queue on the way holds.
                    Await(peer, start + sent);
                }
            }

            Await(peer, start + Packets);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            Assert.True(peer.Counts.PacketsIn >= start + Packets, lab.ToString());
        }

        Assert.InRange(least, 0, Allowed);
    }

    private static void Await(IpsecSession peer, long packets)
    {
        for (long end = Environment.TickCount64 + 10_000; peer.Counts.PacketsIn < packets && Environment.TickCount64 < end;)
        {
            Thread.Sleep(0);
        }
    }
}

/// <summary>Tests that run after all others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
