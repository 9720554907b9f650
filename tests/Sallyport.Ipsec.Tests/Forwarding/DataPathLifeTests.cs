using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>Keys that come and go, and threads that share them, while packets flow.</summary>
[SupportedOSPlatform("linux")]
public class DataPathLifeTests
{
    [SkippableFact]
    public void New_keys_under_load_lose_nothing()
    {
        using TunLab lab = new();
        (Socket client, Socket server) = lab.Connect();
        using (client)
        using (server)
        using (CancellationTokenSource stop = new())
        {
            Task[] traffic = [Push(client, stop.Token), Push(server, stop.Token), Drain(client), Drain(server)];
            IpsecSession peer = Assert.Single(lab.Gateway.Endpoint.Sessions);
            for (uint round = 0; round < 20; round++)
            {
                (IkeChildSa ours, IkeChildSa theirs) = Children(lab.Client.Session, 0x10000 + (2 * round));
                EspPair theirOld = peer.Tunnel!.Current;
                EspPair ourOld = lab.Client.Session.Tunnel!.Current;
                EspPair theirNew = lab.Gateway.Endpoint.InvokeAsync(() => lab.Gateway.Endpoint.Tunnels.Add(peer.Tunnel, theirs)).Result;
                lab.Client.Endpoint.InvokeAsync(() =>
                {
                    EspPair fresh = lab.Client.Endpoint.Tunnels.Add(lab.Client.Session.Tunnel, ours);
                    lab.Client.Session.Tunnel.Use(fresh);
                    return fresh;
                }).Wait();

                // The gateway goes over to the new keys because it hears them; the old ones go when what was under way has come.
                Assert.True(SpinWait.SpinUntil(() => peer.Tunnel.Current == theirNew, TimeSpan.FromSeconds(10)));
                AwaitDrained(lab.Gateway.Endpoint, theirOld, ourOld);
                AwaitDrained(lab.Client.Endpoint, ourOld, theirOld);
                Remove(lab.Client.Endpoint, ourOld);
                Remove(lab.Gateway.Endpoint, theirOld);
            }

            stop.Cancel();
            Task.WaitAll(traffic);
            Assert.True(Enum.GetValues<IpsecDropReason>().Where(r => r >= IpsecDropReason.Unclassified).All(r => lab.Gateway.Endpoint.Dropped(r) + lab.Client.Endpoint.Dropped(r) == 0), lab.ToString());
            Assert.Single(peer.Tunnel!.Pairs);
            Assert.True(peer.Counts.PacketsIn > 1000);
        }
    }

    [SkippableFact]
    public void Ends_under_load_are_ends_and_nothing_else()
    {
        for (int round = 0; round < 3; round++)
        {
            using TunLab lab = new();
            using Socket client = lab.ClientSocket();
            using Socket gateway = lab.GatewaySocket();
            using CancellationTokenSource stop = new();
            Task[] traffic = [Flood(client, gateway.LocalEndPoint!, stop.Token), Flood(gateway, client.LocalEndPoint!, stop.Token)];
            IpsecSession peer = Assert.Single(lab.Gateway.Endpoint.Sessions);
            Assert.True(SpinWait.SpinUntil(() => peer.Counts.PacketsIn > 1000 && peer.Counts.PacketsOut > 1000, TimeSpan.FromSeconds(10)));
            Func<ValueTask> end = round switch
            {
                0 => lab.Client.DisposeAsync,
                1 => lab.Gateway.Endpoint.DisposeAsync,
                _ => lab.ClientDevice.DisposeAsync,
            };
            end().AsTask().Wait();
            Thread.Sleep(50);
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
        Task[] traffic = [.. flows.Select(f => Flood(f, server.LocalEndPoint!, stop.Token))];
        IpsecSession peer = Assert.Single(lab.Gateway.Endpoint.Sessions);
        Assert.True(SpinWait.SpinUntil(() => peer.Counts.PacketsIn > 20_000, TimeSpan.FromSeconds(20)));
        stop.Cancel();
        Task.WaitAll(traffic);

        Assert.Equal(0, lab.Gateway.Endpoint.Dropped(IpsecDropReason.EspReplay));
        foreach (Socket flow in flows)
        {
            flow.Dispose();
        }
    }

    // Once no loop is in a batch that began under the old keys, the last number that went out under them is known.
    private static void AwaitDrained(IpsecEndpoint sender, EspPair from, EspPair to)
    {
        sender.Tunnels.Readers.PassedAsync().Wait();
        Assert.True(SpinWait.SpinUntil(() => to.Inbound.Newest == from.Outbound.Sequence, TimeSpan.FromSeconds(10)), $"{from.Outbound} {to.Inbound}");
    }

    private static void Remove(IpsecEndpoint endpoint, EspPair pair) => endpoint.InvokeAsync(() =>
    {
        endpoint.Tunnels.Remove(pair);
        return 0;
    }).Wait();

    private static (IkeChildSa Ours, IkeChildSa Theirs) Children(IpsecSession session, uint spi)
    {
        byte[] up = RandomNumberGenerator.GetBytes(20);
        byte[] down = RandomNumberGenerator.GetBytes(20);
        return (
            new IkeChildSa(spi, spi + 1, 128, false, [.. down], [.. up], session.LocalSelectors, session.RemoteSelectors),
            new IkeChildSa(spi + 1, spi, 128, false, [.. up], [.. down], session.RemoteSelectors, session.LocalSelectors));
    }

    private static Task Push(Socket socket, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            byte[] buffer = new byte[65536];
            while (!stop.IsCancellationRequested)
            {
                socket.Send(buffer);
            }

            socket.Shutdown(SocketShutdown.Send);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static Task Drain(Socket socket) => Task.Factory.StartNew(
        () =>
        {
            byte[] buffer = new byte[65536];
            socket.ReceiveTimeout = 20_000;
            while (socket.Receive(buffer) > 0)
            {
                // All that counts is that it comes.
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static Task Flood(Socket socket, EndPoint to, CancellationToken stop) => Task.Factory.StartNew(
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
                    Thread.Sleep(1);
                }
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
