using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>What someone on the way can do, and cannot.</summary>
public class MeddlingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Damaged_and_repeated_ESP_is_dropped_and_counted_and_the_tunnel_stays()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay));
        await using InsideHost inside = InsideOf(client);
        int octets = 0;
        relay.Meddle = d =>
        {
            if (!d.IsEsp || !d.ToGateway)
            {
                return [d.Octets];
            }

            // Every octet damaged once, then the genuine packet three times.
            octets = d.Octets.Length;
            return Enumerable.Range(0, octets).Select(i => Flip(d.Octets, i)).Concat([d.Octets, d.Octets, d.Octets]);
        };

        Assert.NotNull(await Ping(client, inside));

        IpsecEndpoint endpoint = gateway.Endpoint;
        await Eventually.IsAsync(() => endpoint.Dropped(IpsecDropReason.EspReplay) == 2);
        Assert.Equal(octets - 4, endpoint.Dropped(IpsecDropReason.EspIntegrityCheck));
        Assert.Equal(4, endpoint.Dropped(IpsecDropReason.EspUnknownSpi));
        EspCounts counts = Assert.Single(endpoint.Sessions).Counts;
        Assert.Equal((1, octets - 4 + 2), (counts.PacketsIn, counts.DropsIn));
        relay.Meddle = null;
        Assert.NotNull(await Ping(client, inside));
    }

    [Fact]
    public async Task Damaged_IKE_messages_are_dropped_and_counted_and_the_login_goes_on_with_the_genuine_ones()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        relay.Meddle = d => d.IsIkeAuth ? [Flip(d.Octets, d.Octets.Length - 1), Flip(d.Octets, 60), d.Octets] : [d.Octets];

        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay)).WaitAsync(Patience);

        Assert.True(gateway.Endpoint.Dropped(IpsecDropReason.IkeIntegrityCheck) >= 8);
        Assert.True(client.Endpoint.Dropped(IpsecDropReason.IkeIntegrityCheck) >= 8);
    }

    [Fact]
    public async Task Lost_messages_are_sent_again_until_the_login_succeeds()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);

        // Every message, and every fragment of one, the first time that it is sent.
        ConcurrentDictionary<string, bool> sent = [];
        relay.Meddle = d => sent.TryAdd(Convert.ToHexString(d.Octets), true) ? [] : [d.Octets];

        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay, TimeSpan.FromMilliseconds(30))).WaitAsync(Patience);

        Assert.NotNull(client.Configuration.Address);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_whose_NAT_gives_it_another_port_is_followed_and_a_stranger_who_cannot_seal_is_not(bool mobike)
    {
        TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        byte[]? captured = null;
        relay.Meddle = d =>
        {
            captured ??= d.IsEsp && d.ToGateway ? d.Octets : null;
            return [d.Octets];
        };
        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay, mobike: mobike));
        await using InsideHost inside = InsideOf(client);
        Assert.NotNull(await Ping(client, inside));
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        Assert.Equal(mobike, session.Ike.IsMobikeAgreed);
        IPEndPoint before = relay.NatOutside;
        Assert.Equal(before, session.Remote);

        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.SendTo(captured!, gateway.Endpoint.NatTraversalEndPoint);
        byte[] forged = Flip(captured!, 6);
        stranger.SendTo(forged, gateway.Endpoint.NatTraversalEndPoint);
        await Eventually.IsAsync(() => gateway.Endpoint.Dropped(IpsecDropReason.EspReplay) == 1 && gateway.Endpoint.Dropped(IpsecDropReason.EspIntegrityCheck) == 1);
        Assert.Equal(before, session.Remote);

        relay.Rebind();
        if (mobike)
        {
            // The packet that comes from elsewhere makes the gateway ask there; its own answer may be lost.
            await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, TimeSpan.FromMilliseconds(50));
            await Eventually.IsAsync(() => !session.Remote.Equals(before));
        }

        Assert.NotNull(await Ping(client, inside));
        Assert.Equal(relay.NatOutside, session.Remote);

        // IKE has moved too: the gateway's farewell finds the client.
        await gateway.DisposeAsync();
        Assert.Equal(IkeCloseReason.Peer, (await client.Closed.WaitAsync(Patience)).Reason);
    }

    [Fact]
    public async Task A_packet_that_was_held_back_moves_nothing_when_it_comes_from_elsewhere()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        byte[]? held = null;
        relay.Meddle = d =>
        {
            bool holds = held is null && d.IsEsp && d.ToGateway;
            held ??= holds ? d.Octets : null;
            return holds ? [] : [d.Octets];
        };
        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay));
        await using InsideHost inside = InsideOf(client);
        Assert.Null(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, TimeSpan.FromMilliseconds(20)));
        Assert.NotNull(await Ping(client, inside));
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        await Eventually.IsAsync(() => session.Counts.PacketsIn == 1);

        // It is genuine and nobody has seen it yet: it is delivered, and its answer goes where the newer packet came from.
        using Socket elsewhere = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        elsewhere.SendTo(held!, gateway.Endpoint.NatTraversalEndPoint);
        await Eventually.IsAsync(() => session.Counts.PacketsIn == 2);
        Assert.Equal(relay.NatOutside, session.Remote);
    }

    [Fact]
    public async Task A_client_that_seems_to_move_with_every_packet_is_told_of_no_more_often_than_anyone_listens()
    {
        Lines lines = new();
        await using TestGateway gateway = new(loggers: lines);
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        await using IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay, mobike: false));
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        using ManualResetEventSlim goOn = new();
        Task busy = gateway.Endpoint.InvokeAsync(() => goOn.Wait(Patience));

        using Socket one = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] packet = new byte[200];
        for (int i = 0; i < 100; i++)
        {
            Assert.True(client.Session.Tunnel!.TrySeal(Packets.Echo("192.168.13.1", "192.168.11.10"), packet, out int length));
            (i % 2 == 0 ? one : other).SendTo(packet.AsSpan(0, length), SocketFlags.None, gateway.Endpoint.NatTraversalEndPoint);
        }

        await Eventually.IsAsync(() => session.Counts.PacketsIn == 100);
        goOn.Set();
        await busy;
        int last = ((IPEndPoint)other.LocalEndPoint!).Port;
        Assert.Equal(last, session.Remote.Port);
        Assert.Equal(last, await gateway.Endpoint.InvokeAsync(() => session.Ike.Path.Remote.Port));
        Assert.Equal(last, session.Remote.Port);
        Assert.InRange(lines.Count(l => l.Text.Contains(" goes from ", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task A_client_behind_a_NAT_keeps_its_mapping_alive_every_20_seconds_and_one_that_is_not_keeps_quiet()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        int keepalives = 0;
        relay.Meddle = d =>
        {
            keepalives += d.IsKeepalive ? 1 : 0;
            return [d.Octets];
        };
        FakeTimeProvider time = new();
        await using IpsecClient behind = await IpsecClient.ConnectAsync(Through(gateway, relay), timeProvider: time);
        await using IpsecClient direct = await IpsecClient.ConnectAsync(gateway.ClientOptions(), timeProvider: time);
        Assert.True(behind.Session.Ike.IsLocalBehindNat);
        Assert.False(direct.Session.Ike.IsLocalBehindNat);

        for (int seconds = 5; seconds <= 65; seconds += 5)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await behind.Endpoint.InvokeAsync(() => 0);
            int expected = seconds / 20;
            await Eventually.IsAsync(() => keepalives == expected);
        }
    }

    [Fact]
    public async Task A_client_cannot_speak_with_an_address_that_is_not_its_own()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        byte[] spoofed = Packets.Echo("192.168.13.77", "192.168.11.10");
        byte[] sealedPacket = new byte[200];
        Assert.True(client.Session.Tunnel!.TrySeal(spoofed, sealedPacket, out int length));

        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(sealedPacket.AsSpan(0, length), SocketFlags.None, gateway.Endpoint.NatTraversalEndPoint);

        await Eventually.IsAsync(() => gateway.Endpoint.Dropped(IpsecDropReason.SelectorsIn) == 1);
        Assert.Equal(0, gateway.Inside.Answered);
    }

    [Fact]
    public async Task Inner_packets_that_the_tunnel_does_not_carry_stay_here_and_are_counted()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        await using InsideHost inside = InsideOf(client);

        Assert.Null(await inside.PingAsync(IPAddress.Parse("192.168.13.77"), TestGateway.InsideAddress, TimeSpan.FromMilliseconds(50)));

        Assert.Equal(1, client.Endpoint.Dropped(IpsecDropReason.SelectorsOut));
        Assert.Equal((0, 1), (client.Session.Counts.PacketsOut, client.Session.Counts.DropsOut));
    }

    [Fact]
    public async Task After_the_end_ESP_for_the_old_SA_finds_nothing()
    {
        await using TestGateway gateway = new();
        byte[]? captured = null;
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        relay.Meddle = d =>
        {
            captured ??= d.IsEsp && d.ToGateway ? d.Octets : null;
            return [d.Octets];
        };
        IpsecClient client = await IpsecClient.ConnectAsync(Through(gateway, relay));
        await using InsideHost inside = InsideOf(client);
        Assert.NotNull(await Ping(client, inside));
        await client.DisposeAsync();

        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(captured!, gateway.Endpoint.NatTraversalEndPoint);

        await Eventually.IsAsync(() => gateway.Endpoint.Dropped(IpsecDropReason.EspUnknownSpi) == 1);
        Assert.False(client.Session.Tunnel!.TrySeal(Packets.Echo("192.168.13.1", "192.168.11.10"), new byte[200], out _));
    }

    [Fact]
    public async Task Noise_on_both_ports_is_dropped_and_logins_go_on()
    {
        await using TestGateway gateway = new();
        using Socket noise = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Random random = new(7);
        for (int i = 0; i < 4000; i++)
        {
            byte[] datagram = new byte[i % 50 == 0 ? 40000 : random.Next(200)];
            random.NextBytes(datagram);
            if (i % 3 == 0)
            {
                datagram.AsSpan(0, Math.Min(4, datagram.Length)).Clear();
            }

            noise.SendTo(datagram, i % 2 == 0 ? gateway.Endpoint.IkeEndPoint : gateway.Endpoint.NatTraversalEndPoint);
        }

        noise.SendTo([0xff], gateway.Endpoint.NatTraversalEndPoint);
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions()).WaitAsync(Patience);

        Assert.True(gateway.Endpoint.Dropped(IpsecDropReason.IkeMalformed) > 100);
        Assert.True(gateway.Endpoint.Dropped(IpsecDropReason.EspUnknownSpi) + gateway.Endpoint.Dropped(IpsecDropReason.EspMalformed) > 100);
        Assert.Single(gateway.Endpoint.Sessions);
    }

    private static IpsecClientOptions Through(TestGateway gateway, Relay relay, TimeSpan? first = null, bool mobike = true)
    {
        IpsecClientOptions direct = gateway.ClientOptions();
        return new IpsecClientOptions
        {
            Gateway = relay.Ike,
            NatTraversalPort = relay.Nat.Port,
            LocalAddress = IPAddress.Loopback,
            Identity = direct.Identity,
            Trust = direct.Trust,
            Eap = direct.Eap,
            Mobike = mobike ? MobikeOptions.Default : null,
            Retransmission = new IkeRetransmission(first ?? TimeSpan.FromMilliseconds(500), 1.1, 20),
        };
    }

    private static InsideHost InsideOf(IpsecClient client)
    {
        InsideHost inside = new([new IPNetwork(client.Configuration.Address!, 32)]);
        client.Attach(inside);
        return inside;
    }

    private static Task<TimeSpan?> Ping(IpsecClient client, InsideHost inside) => inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, Patience);

    private static byte[] Flip(byte[] octets, int index)
    {
        byte[] damaged = (byte[])octets.Clone();
        damaged[index] ^= 0x40;
        return damaged;
    }
}
