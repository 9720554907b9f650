using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Ends while packets flow, and threads that share a tunnel.</summary>
[SupportedOSPlatform("linux")]
public class DataPathLifeTests
{
    [SkippableFact]
    public void Ends_under_load_are_ends_and_nothing_else()
    {
        for (int round = 0; round < 3; round++)
        {
            using TunLab lab = new();
            using Socket client = lab.ClientSocket();
            using Socket gateway = lab.GatewaySocket();
            using CancellationTokenSource stop = new();
            long sent = 0;
            Task[] traffic = [Flood(client, gateway.LocalEndPoint!, () => Interlocked.Increment(ref sent), stop.Token), Flood(gateway, client.LocalEndPoint!, () => { }, stop.Token)];
            IpsecSession peer = Assert.Single(lab.Gateway.Endpoint.Sessions);
            Eventually.Is(() => peer.Counts.PacketsIn > 1000 && peer.Counts.PacketsOut > 1000, lab);
            Func<ValueTask> end = round switch
            {
                0 => lab.Client.DisposeAsync,
                1 => lab.Gateway.Endpoint.DisposeAsync,
                _ => lab.ClientDevice.DisposeAsync,
            };
            end().AsTask().Wait();

            // What comes when all is over finds nothing.
            long until = Interlocked.Read(ref sent) + 2000;
            Eventually.Is(() => Interlocked.Read(ref sent) > until);
            stop.Cancel();
            Task.WaitAll(traffic);
        }
    }

    [SkippableFact]
    public void Many_flows_through_many_loops_keep_within_the_smallest_window()
    {
        using TunLab lab = new(new TunLabSide(ReplayWindow: 64), new TunLabSide(Loops: 4));
        using Socket server = lab.GatewaySocket();
        using CancellationTokenSource stop = new();
        Socket[] flows = [.. Enumerable.Range(0, 8).Select(_ => lab.ClientSocket())];
        Task[] traffic = [.. flows.Select(f => Flood(f, server.LocalEndPoint!, () => { }, stop.Token))];
        IpsecSession peer = Assert.Single(lab.Gateway.Endpoint.Sessions);
        Eventually.Is(() => peer.Counts.PacketsIn > 20_000, lab);
        stop.Cancel();
        Task.WaitAll(traffic);

        Assert.Equal(0, lab.Gateway.Endpoint.Dropped(IpsecDropReason.EspReplay));
        foreach (Socket flow in flows)
        {
            flow.Dispose();
        }
    }

    private static Task Flood(Socket socket, EndPoint to, Action tried, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            byte[] datagram = new byte[1000];
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    socket.SendTo(datagram, to);
                }
                catch (SocketException)
                {
                    // The device has gone, or its queue is full.
                    Thread.Yield();
                }

                tried();
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
