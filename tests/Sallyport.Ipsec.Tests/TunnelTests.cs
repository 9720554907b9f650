using System.Net;
using Sallyport.Eap.Wire;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>A client and a gateway over real sockets.</summary>
public class TunnelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(EapMethodType.MsChapV2)]
    [InlineData(EapMethodType.Md5Challenge)]
    public async Task A_login_brings_up_a_tunnel_that_carries_a_ping_and_ends_on_both_sides(EapMethodType method)
    {
        await using TestGateway gateway = new();
        IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions(method: method));

        Assert.Equal(IPAddress.Parse("192.168.13.1"), client.Configuration.Address);
        Assert.Equal([IPAddress.Parse("10.106.60.12")], client.Configuration.Dns);
        Assert.Equal([IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("192.168.12.0/24")], client.Configuration.Subnets);
        IpsecSession peer = Assert.Single(gateway.Endpoint.Sessions);
        Assert.Equal("sadks", peer.Tag);
        Assert.Equal(client.Session.InboundSpi, peer.OutboundSpi);

        await using InsideHost inside = InsideOf(client);
        Assert.NotNull(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, Patience));
        Assert.Null(await inside.PingAsync(client.Configuration.Address!, IPAddress.Parse("192.168.99.1"), TimeSpan.FromMilliseconds(50)));
        Assert.Equal((1, 2), (client.Session.Counts.PacketsIn, client.Session.Counts.PacketsOut));
        Assert.Equal((1, 1, 1), (peer.Counts.PacketsIn, peer.Counts.DropsIn, peer.Counts.PacketsOut));

        Task closed = gateway.Closed(peer);
        await client.DisposeAsync();
        Assert.Equal(IkeCloseReason.Local, (await client.Closed.WaitAsync(Patience)).Reason);
        await closed.WaitAsync(Patience);
        Assert.Empty(gateway.Endpoint.Sessions);
        Assert.True(peer.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_gateway_that_ends_tells_its_clients()
    {
        TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());

        await gateway.DisposeAsync();

        Assert.Equal(IkeCloseReason.Peer, (await client.Closed.WaitAsync(Patience)).Reason);
    }

    [Theory]
    [InlineData("sadks", "wrong")]
    [InlineData("nobody", "open sesame")]
    public async Task A_wrong_password_or_person_is_refused_as_such(string user, string password)
    {
        await using TestGateway gateway = new();

        IpsecConnectException refusal = await Assert.ThrowsAsync<IpsecConnectException>(() => IpsecClient.ConnectAsync(gateway.ClientOptions(user, password)));

        Assert.Equal(IkeCloseReason.AuthenticationFailed, refusal.Reason);
        Assert.Empty(gateway.Endpoint.Sessions);
    }

    [Fact]
    public async Task A_gateway_of_another_authority_or_name_is_not_trusted_and_learns_no_identity()
    {
        await using TestGateway gateway = new();
        CertificateTrust otherAuthority = new([TestPki.OtherAuthority], IkeIdentity.Fqdn(TestPki.GatewayName));
        CertificateTrust otherName = new([TestPki.Authority], IkeIdentity.Fqdn("elsewhere.example.com"));

        foreach (CertificateTrust trust in new[] { otherAuthority, otherName })
        {
            IpsecConnectException refusal = await Assert.ThrowsAsync<IpsecConnectException>(() => IpsecClient.ConnectAsync(gateway.ClientOptions(trust: trust)));
            Assert.Equal(IkeCloseReason.PeerNotTrusted, refusal.Reason);
        }

        Assert.Equal(2, gateway.EapRounds);
    }

    [Fact]
    public async Task No_common_proposal_is_told_as_such()
    {
        await using TestGateway gateway = new(o => o.IkeOffers =
        [
            new(
                [new(Ikev2.Wire.EncryptionAlgorithm.AesCbc, 192)],
                [Ikev2.Wire.PrfAlgorithm.HmacSha384],
                [Ikev2.Wire.IntegrityAlgorithm.HmacSha384Trunc192],
                [Ikev2.Wire.KeyExchangeMethod.Ecp256]),
        ]);

        IpsecConnectException refusal = await Assert.ThrowsAsync<IpsecConnectException>(() => IpsecClient.ConnectAsync(gateway.ClientOptions()));

        Assert.Equal(IkeCloseReason.NoProposalChosen, refusal.Reason);
    }

    [Fact]
    public async Task An_empty_pool_refuses_the_tunnel_and_not_the_person()
    {
        await using TestGateway gateway = new(o => o.Pool = 1);
        await using IpsecClient first = await IpsecClient.ConnectAsync(gateway.ClientOptions());

        IpsecConnectException refusal = await Assert.ThrowsAsync<IpsecConnectException>(() => IpsecClient.ConnectAsync(gateway.ClientOptions()));

        Assert.Equal(IkeCloseReason.ChildRefused, refusal.Reason);
        Assert.Contains("InternalAddressFailure", refusal.Message, StringComparison.Ordinal);
        Assert.Single(gateway.Endpoint.Sessions);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_given_up_in_time()
    {
        await using TestGateway gateway = new();
        IpsecClientOptions there = gateway.ClientOptions();
        IpsecClientOptions nowhere = new()
        {
            Gateway = new IPEndPoint(IPAddress.Loopback, 9),
            LocalAddress = IPAddress.Loopback,
            Identity = there.Identity,
            Trust = there.Trust,
            Eap = there.Eap,
            Retransmission = new IkeRetransmission(TimeSpan.FromMilliseconds(10), 1.1, 3),
        };

        IpsecConnectException refusal = await Assert.ThrowsAsync<IpsecConnectException>(() => IpsecClient.ConnectAsync(nowhere));

        Assert.Equal(IkeCloseReason.Timeout, refusal.Reason);
    }

    [Fact]
    public async Task A_retransmission_while_a_push_is_pending_asks_nobody_again_and_the_late_answer_arrives()
    {
        TaskCompletionSource push = new();
        await using TestGateway gateway = new(o => o.EapDelay = () => push.Task);
        Task<IpsecClient> connecting = IpsecClient.ConnectAsync(gateway.ClientOptions());
        await Eventually.IsAsync(() => gateway.Endpoint.Dropped(IpsecDropReason.IkePending) >= 2);
        int rounds = gateway.EapRounds;
        push.SetResult();
        await using IpsecClient client = await connecting.WaitAsync(Patience);

        Assert.Equal(rounds, gateway.EapRounds);
        Assert.NotNull(client.Configuration.Address);
    }

    [Fact]
    public async Task Giving_up_while_connecting_ends_the_attempt()
    {
        TaskCompletionSource push = new();
        await using TestGateway gateway = new(o => o.EapDelay = () => push.Task);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => IpsecClient.ConnectAsync(gateway.ClientOptions(), cancellationToken: cancel.Token));

        push.SetResult();
    }

    [Fact]
    public async Task Keys_may_live_longer_than_a_timer_runs()
    {
        await using TestGateway gateway = new(o => o.ChildLifetime = new IkeChildLifetime(TimeSpan.FromDays(365)));
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions(childLifetime: new IkeChildLifetime(TimeSpan.FromDays(365))));

        Assert.Equal(1, await gateway.Endpoint.InvokeAsync(() => 1).WaitAsync(Patience));
        Assert.Equal(1, await client.Endpoint.InvokeAsync(() => 1).WaitAsync(Patience));
    }

    [Fact]
    public async Task A_program_that_fails_when_a_session_ends_is_told_of_the_end_all_the_same()
    {
        await using TestGateway gateway = new();
        IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        IpsecSession peer = Assert.Single(gateway.Endpoint.Sessions);
        peer.Ended.Register(() => throw new InvalidOperationException("as programs do"));

        await client.DisposeAsync();

        await gateway.Closed(peer).WaitAsync(Patience);
        Assert.True(peer.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_log_that_fails_stops_nothing()
    {
        await using TestGateway gateway = new(loggers: new Lines { Failure = new IOException("the disk is full") });
        IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions()).WaitAsync(Patience);
        await using InsideHost inside = InsideOf(client);

        Assert.NotNull(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, Patience));

        IpsecSession peer = Assert.Single(gateway.Endpoint.Sessions);
        await client.DisposeAsync();
        await gateway.Closed(peer).WaitAsync(Patience);
    }

    [Fact]
    public async Task What_cannot_be_is_told_when_an_endpoint_starts_and_not_by_its_first_tunnel()
    {
        Assert.Throws<ArgumentException>(() => IpsecEndpoint.Start(new IpsecEndpointOptions { IkePort = 0, NatTraversalPort = 0, ReplayWindow = 100 }));
        if (!AesGcmAead.IsSupported(AesGcmProvider.Arm64))
        {
            Assert.Throws<PlatformNotSupportedException>(() => IpsecEndpoint.Start(new IpsecEndpointOptions { IkePort = 0, NatTraversalPort = 0, EspProvider = AesGcmProvider.Arm64 }));
        }

        IpsecEndpoint endpoint = IpsecEndpoint.Start(new IpsecEndpointOptions { Address = IPAddress.Loopback, IkePort = 0, NatTraversalPort = 0 });
        await endpoint.DisposeAsync();
        await using InsideHost late = new([]);
        Assert.Throws<ObjectDisposedException>(() => endpoint.Attach(late));
    }

    [Fact]
    public async Task Two_hundred_logins_at_once_each_get_an_address_and_an_answer_through_their_own_tunnel()
    {
        await using TestGateway gateway = new();
        IpsecClient[] clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => IpsecClient.ConnectAsync(gateway.ClientOptions()))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(200, clients.Select(c => c.Configuration.Address).Distinct().Count());
        Assert.Equal(200, gateway.Endpoint.Sessions.Count);
        TimeSpan?[] pings = await Task.WhenAll(clients.Select(c => InsideOf(c).PingAsync(c.Configuration.Address!, TestGateway.InsideAddress, Patience)));
        Assert.DoesNotContain(null, pings);

        await Task.WhenAll(clients.Select(c => c.DisposeAsync().AsTask())).WaitAsync(Patience);
        Assert.Empty(gateway.Endpoint.Sessions);
    }

    private static InsideHost InsideOf(IpsecClient client)
    {
        InsideHost inside = new([new IPNetwork(client.Configuration.Address!, 32)], capacity: 16);
        client.Attach(inside);
        return inside;
    }
}
