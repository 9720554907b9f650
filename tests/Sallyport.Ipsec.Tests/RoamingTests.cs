using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>A tunnel outlives a change of addresses (RFC 4555), over real sockets.</summary>
public class RoamingTests
{
    private const string Gateway = "10.9.0.1";
    private const string OtherGateway = "10.9.0.5";
    private const string Cable = "10.9.0.2";
    private const string Radio = "10.9.0.3";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_client_that_tells_where_it_is_now_is_followed_before_it_sends_a_packet()
    {
        await using TestGateway gateway = new();
        await using Relay relay = new(gateway.Endpoint.IkeEndPoint, gateway.Endpoint.NatTraversalEndPoint);
        await using IpsecClient client = await IpsecClient.ConnectAsync(Options(gateway, relay.Ike, relay.Nat.Port, IPAddress.Loopback));
        await using InsideHost inside = InsideOf(client);
        IPAddress address = client.Configuration.Address!;
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        Assert.True(session.Ike.IsMobikeAgreed);

        relay.Rebind();
        client.Session.Move();
        await Eventually.IsAsync(() => session.Remote.Equals(relay.NatOutside));

        Assert.Equal([relay.NatOutside], gateway.Moves);
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        Assert.Equal(address, client.Configuration.Address);
    }

    [Fact]
    public async Task A_tunnel_whose_gateway_refuses_the_new_address_ends_and_says_why()
    {
        bool accepts = true;
        await using TestGateway gateway = new(o => o.Mobike = new MobikeOptions { Accepts = _ => Volatile.Read(ref accepts) });
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        client.Session.Move();
        await client.Endpoint.InvokeAsync(() => 0);
        Assert.False(client.Closed.IsCompleted);

        accepts = false;
        client.Session.Move();

        (IkeCloseReason reason, string detail) = await client.Closed.WaitAsync(Patience);
        Assert.Equal((IkeCloseReason.Local, "the gateway answers UnacceptableAddresses to this side's new address"), (reason, detail));
    }

    [SkippableFact]
    public async Task A_machine_that_gets_another_address_keeps_its_tunnel_and_its_address_inside()
    {
        using Network network = new();
        await using TestGateway gateway = network.StartGateway();
        await using IpsecClient client = await network.ConnectAsync(gateway);
        await using InsideHost inside = InsideOf(client);
        IPAddress address = client.Configuration.Address!;
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        Assert.Equal(IPAddress.Parse(Cable), session.Remote.Address);

        foreach ((string old, string fresh) in new[] { (Cable, Radio), (Radio, Cable) })
        {
            network.Client.Ip($"addr del {old}/24 dev cable");
            Assert.Null(await inside.PingAsync(address, TestGateway.InsideAddress, TimeSpan.FromMilliseconds(50)));
            network.Client.Ip($"addr add {fresh}/24 dev cable");

            await Eventually.IsAsync(() => session.Remote.Address.Equals(IPAddress.Parse(fresh)));
            Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        }

        Assert.Equal([Radio, Cable], gateway.Moves.Select(m => m.Address.ToString()));
        Assert.Equal(address, client.Configuration.Address);
        Assert.Same(session, Assert.Single(gateway.Endpoint.Sessions));
        await client.DisposeAsync();
        await Eventually.IsAsync(() => gateway.Endpoint.Sessions.Count == 0);
    }

    [SkippableFact]
    public async Task An_address_that_comes_beside_the_one_in_use_moves_nothing()
    {
        using Network network = new();
        await using TestGateway gateway = network.StartGateway();
        await using IpsecClient client = await network.ConnectAsync(gateway);
        await using InsideHost inside = InsideOf(client);

        network.Client.Ip($"addr add {Radio}/24 dev cable");

        Assert.NotNull(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, Patience));
        await Task.Delay(Network.Interval * 4);
        Assert.Empty(gateway.Moves);
    }

    [SkippableFact]
    public async Task A_gateway_that_loses_its_first_address_is_reached_by_the_other_that_it_has_told()
    {
        using Network network = new();
        network.Gateway.Ip($"addr add {OtherGateway}/24 dev cable");
        network.Gateway.Do(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/promote_secondaries", "1"));
        network.Gateway.Do(() => File.WriteAllText("/proc/sys/net/ipv4/conf/cable/promote_secondaries", "1"));
        await using TestGateway gateway = network.StartGateway(o => o.Mobike = new MobikeOptions { AdditionalAddresses = [IPAddress.Parse(OtherGateway)] });
        await using IpsecClient client = await network.ConnectAsync(gateway);
        await using InsideHost inside = InsideOf(client);
        IPAddress address = client.Configuration.Address!;
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));

        network.Gateway.Ip($"addr del {Gateway}/24 dev cable");

        await Eventually.IsAsync(() => client.Session.Remote.Address.Equals(IPAddress.Parse(OtherGateway)));
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
    }

    private static IpsecClientOptions Options(
        TestGateway gateway, IPEndPoint ike, int natTraversalPort, IPAddress local, TimeSpan? interval = null, IkeDeadPeerDetection? deadPeerDetection = null)
    {
        IpsecClientOptions direct = gateway.ClientOptions();
        return new IpsecClientOptions
        {
            Gateway = ike,
            NatTraversalPort = natTraversalPort,
            LocalAddress = local,
            RoamingInterval = interval ?? TimeSpan.FromHours(1),
            Identity = direct.Identity,
            Trust = direct.Trust,
            Eap = direct.Eap,
            DeadPeerDetection = deadPeerDetection,
            Retransmission = new IkeRetransmission(TimeSpan.FromMilliseconds(200), 1.1, 40),
        };
    }

    private static InsideHost InsideOf(IpsecClient client)
    {
        InsideHost inside = new([new IPNetwork(client.Configuration.Address!, 32)]);
        client.Attach(inside);
        return inside;
    }

    /// <summary>A gateway and a client on one cable, each in a network namespace of its own.</summary>
    private sealed class Network : IDisposable
    {
        public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

        public Network() => NetworkNamespace.Link(Gateway, RoamingTests.Gateway + "/24", Client, Cable + "/24");

        public NetworkNamespace Gateway { get; } = NetworkNamespace.Make();

        public NetworkNamespace Client { get; } = NetworkNamespace.Make();

        public TestGateway StartGateway(Action<IpsecEndpointOptionsBuilder>? change = null) => Gateway.Do(() => new TestGateway(o =>
        {
            o.Address = IPAddress.Any;
            change?.Invoke(o);
        }));

        public Task<IpsecClient> ConnectAsync(TestGateway gateway) => Client.Do(() => IpsecClient.ConnectAsync(Options(
            gateway,
            new IPEndPoint(IPAddress.Parse(RoamingTests.Gateway), gateway.Endpoint.IkeEndPoint.Port),
            gateway.Endpoint.NatTraversalEndPoint.Port,
            IPAddress.Any,
            Interval,
            new IkeDeadPeerDetection(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500), OnDemand: false))));

        public void Dispose()
        {
            Client.Dispose();
            Gateway.Dispose();
        }
    }
}
