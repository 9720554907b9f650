using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Real packets of the kernel's own TCP and UDP through two endpoints, with the offloads on, off, and on one side only.</summary>
[SupportedOSPlatform("linux")]
public class DataPathTests
{
    private const int Megabyte = 1 << 20;

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
            Task<byte[]> up = Task.Run(() => Receive(server));
            Task<byte[]> down = Task.Run(() => Receive(client));
            Task<byte[]> sentUp = Task.Run(() => Send(client, 1));
            Task<byte[]> sentDown = Task.Run(() => Send(server, 2));
            Assert.Equal(Convert.ToHexString(sentUp.Result), Convert.ToHexString(up.Result));
            Assert.Equal(Convert.ToHexString(sentDown.Result), Convert.ToHexString(down.Result));
        }

        IpsecSession session = Assert.Single(lab.Gateway.Endpoint.Sessions);
        EspCounts gateway = session.Counts;
        EspCounts own = lab.Client.Session.Counts;
        Assert.InRange(gateway.OctetsIn, 8 * Megabyte, 10 * Megabyte);
        Assert.InRange(own.OctetsIn, 8 * Megabyte, 10 * Megabyte);
        Assert.Equal((0, 0, 0, 0), (gateway.DropsIn, gateway.DropsOut, own.DropsIn, own.DropsOut));
    }

    private static byte[] Send(Socket socket, int seed)
    {
        Random random = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[65536];
        for (int sent = 0; sent < 8 * Megabyte;)
        {
            // Now many octets at a time, now few: short packets, and such that end with PSH.
            int length = Math.Min(random.Next(10) == 0 ? random.Next(1, 100) : buffer.Length, (8 * Megabyte) - sent);
            random.NextBytes(buffer.AsSpan(0, length));
            hash.AppendData(buffer, 0, length);
            socket.Send(buffer.AsSpan(0, length));
            sent += length;
        }

        socket.Shutdown(SocketShutdown.Send);
        return hash.GetHashAndReset();
    }

    private static byte[] Receive(Socket socket)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[65536];
        socket.ReceiveTimeout = 20_000;
        int length;
        while ((length = socket.Receive(buffer)) > 0)
        {
            hash.AppendData(buffer, 0, length);
        }

        return hash.GetHashAndReset();
    }
}
