using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>A tunnel outlives a change of addresses (RFC 4555), over real sockets.</summary>
public class RoamingTests
{
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

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_that_gets_another_address_keeps_its_tunnel_and_its_address_inside(bool v6)
    {
        using Network network = new(v6);
        await using TestGateway gateway = network.StartGateway();
        await using IpsecClient client = await network.ConnectAsync(gateway);
        await using InsideHost inside = InsideOf(client);
        IPAddress address = client.Configuration.Address!;
        IpsecSession session = Assert.Single(gateway.Endpoint.Sessions);
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        Assert.Equal(network.Cable, session.Remote.Address);

        foreach ((IPAddress old, IPAddress fresh) in new[] { (network.Cable, network.Radio), (network.Radio, network.Cable) })
        {
            network.Change(network.Client, "del", old);
            Assert.Null(await inside.PingAsync(address, TestGateway.InsideAddress, TimeSpan.FromMilliseconds(50)));
            network.Change(network.Client, "add", fresh);

            await Eventually.IsAsync(() => session.Remote.Address.Equals(fresh));
            Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));
        }

        Assert.Equal([network.Radio, network.Cable], gateway.Moves.Select(m => m.Address));
        Assert.Equal(address, client.Configuration.Address);
        Assert.Same(session, Assert.Single(gateway.Endpoint.Sessions));
        await client.DisposeAsync();
        await Eventually.IsAsync(() => gateway.Endpoint.Sessions.Count == 0);
    }

    [SkippableFact]
    public async Task An_address_that_comes_beside_the_one_in_use_moves_nothing_until_that_one_is_gone()
    {
        using Network network = new();
        FakeTimeProvider time = new();
        await using TestGateway gateway = network.StartGateway();
        await using IpsecClient client = await network.ConnectAsync(gateway, timeProvider: time);
        await using InsideHost inside = InsideOf(client);

        network.Change(network.Client, "add", network.Radio);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(network.Cable, await LookAsync());
        }

        Assert.NotNull(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, Patience));
        Assert.Empty(gateway.Moves);

        network.Client.Do(() => File.WriteAllText("/proc/sys/net/ipv4/conf/cable/promote_secondaries", "1"));
        network.Change(network.Client, "del", network.Cable);
        for (int i = 0; i < 100 && !network.Radio.Equals(await LookAsync()); i++)
        {
            // Twice found, it moves.
        }

        await Eventually.IsAsync(() => gateway.Moves.Any(m => m.Address.Equals(network.Radio)));

        Task<IPAddress> LookAsync()
        {
            time.Advance(Network.Interval);
            return client.Endpoint.InvokeAsync(() => client.Session.Ike.Path.Local.Address);
        }
    }

    [SkippableFact]
    public async Task A_gateway_that_loses_its_first_address_is_reached_by_the_other_that_it_has_told()
    {
        using Network network = new();
        network.Change(network.Gateway, "add", network.SecondAddress);
        network.Gateway.Do(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/promote_secondaries", "1"));
        network.Gateway.Do(() => File.WriteAllText("/proc/sys/net/ipv4/conf/cable/promote_secondaries", "1"));
        await using TestGateway gateway = network.StartGateway(o => o.Mobike = new MobikeOptions { AdditionalAddresses = [network.SecondAddress] });
        IkeDeadPeerDetection often = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(300), OnDemand: false);
        await using IpsecClient client = await network.ConnectAsync(gateway, often);
        await using InsideHost inside = InsideOf(client);
        IPAddress address = client.Configuration.Address!;
        Assert.NotNull(await inside.PingAsync(address, TestGateway.InsideAddress, Patience));

        network.Change(network.Gateway, "del", network.FirstAddress);

        await Eventually.IsAsync(() => client.Session.Remote.Address.Equals(network.SecondAddress));
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
        private readonly string _prefix;
        private readonly int _bits;

        public Network(bool v6 = false)
        {
            (_prefix, _bits) = v6 ? ("fd00:9::", 64) : ("10.9.0.", 24);
            Gateway = NetworkNamespace.Make(v6);
            Client = NetworkNamespace.Make(v6);
            NetworkNamespace.Link(Gateway, $"{FirstAddress}/{_bits}", Client, $"{Cable}/{_bits}");
        }

        public NetworkNamespace Gateway { get; }

        public NetworkNamespace Client { get; }

        public IPAddress FirstAddress => Number(1);

        public IPAddress SecondAddress => Number(5);

        public IPAddress Cable => Number(2);

        public IPAddress Radio => Number(3);

        private IPAddress Any => _bits == 64 ? IPAddress.IPv6Any : IPAddress.Any;

        /// <summary>Gives one of the two an address, or takes it.</summary>
        public void Change(NetworkNamespace whose, string how, IPAddress address) => whose.Ip($"addr {how} {address}/{_bits} dev cable" + (how == "add" ? " nodad" : ""));

        public TestGateway StartGateway(Action<IpsecEndpointOptionsBuilder>? change = null) => Gateway.Do(() => new TestGateway(o =>
        {
            o.Address = Any;
            change?.Invoke(o);
        }));

        public Task<IpsecClient> ConnectAsync(TestGateway gateway, IkeDeadPeerDetection? deadPeerDetection = null, TimeProvider? timeProvider = null)
        {
            IPEndPoint ike = new(FirstAddress, gateway.Endpoint.IkeEndPoint.Port);
            IpsecClientOptions options = Options(gateway, ike, gateway.Endpoint.NatTraversalEndPoint.Port, Any, Interval, deadPeerDetection);
            return Client.Do(() => IpsecClient.ConnectAsync(options, timeProvider: timeProvider));
        }

        public void Dispose()
        {
            Client.Dispose();
            Gateway.Dispose();
        }

        private IPAddress Number(int last) => IPAddress.Parse(_prefix + last.ToString(CultureInfo.InvariantCulture));
    }
}
