using System.Net;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Server = Sallyport.Radius.Transport.RadiusServer;

namespace Sallyport.Interop.Tests.RadSec;

/// <summary>RADIUS/TLS against Debian's radsecproxy and FreeRADIUS, each as client and as server, with certificates on both sides.</summary>
public sealed class RadSecTests : IAsyncLifetime
{
    private static readonly TextKey ReplyMessage = new(18);
    private readonly RadSecLab _lab = RadSecLab.Create();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    [SkippableFact]
    public async Task Our_client_through_radsecproxy_to_our_server()
    {
        Peer.RequirePrograms("radsecproxy");
        Server server = _lab.Serve(tls: false);
        RadiusClient client = _lab.Connect(await _lab.RadsecproxyToUdpAsync(server.EndPoints[0], "primary-secret"));

        RadiusReply? accept = await client.PapAsync("alice", "alice-pw");
        Assert.True(accept!.IsAccepted);
        Assert.Equal("checked by ours", accept.Packet.GetString(ReplyMessage));
        Assert.Equal(RadiusOutcome.Rejected, (await client.PapAsync("alice", "wrong"))!.Outcome);
        Assert.True((await client.StatusAsync(client.Servers[0]))!.IsAccepted);

        // radsecproxy has 256 identifiers for all that it asks a server, and drops what is beyond.
        RadiusReply?[] many = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => client.PapAsync("alice", i % 2 == 0 ? "alice-pw" : "wrong")));
        Assert.Equal(Enumerable.Range(0, 150).Select(i => i % 2 == 0), many.Select(r => r?.IsAccepted == true));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_client_goes_on_over_a_new_connection_where_one_was_lost(bool radsecproxy)
    {
        Peer.RequirePrograms("radsecproxy", "freeradius");
        int port = radsecproxy ? await _lab.RadsecproxyToUdpAsync(_lab.Serve(tls: false).EndPoints[0], "primary-secret") : await _lab.FreeRadiusTlsAsync();
        TcpRelay relay = _lab.RelayTo(port);

        // Only to a server with a name would TLS resume a session, which radsecproxy refuses.
        RadiusClient client = _lab.Connect(relay.EndPoint.Port, serverName: "radius.example");
        for (int connections = 1; connections <= 3; connections++)
        {
            Assert.True((await client.PapAsync("alice", "alice-pw"))?.IsAccepted, _lab.Log);
            Assert.True((await client.PapAsync("alice", "wrong"))?.Outcome == RadiusOutcome.Rejected, _lab.Log);
            Assert.True(relay.Connections >= connections);
            relay.Cut();
        }
    }

    [SkippableFact]
    public async Task Our_client_through_radsecproxy_to_FreeRADIUS()
    {
        Peer.RequirePrograms("radsecproxy", "freeradius");
        await using FreeRadius primary = await FreeRadius.StartAsync();
        RadiusClient client = _lab.Connect(await _lab.RadsecproxyToUdpAsync(primary.Endpoint, FreeRadius.Secret));

        Assert.Equal("Welcome alice", (await client.PapAsync("alice", "alice-pw"))!.Packet.GetString(ReplyMessage));
        Assert.True((await client.ChapAsync("alice", "alice-pw"))!.IsAccepted);
        Assert.Equal(RadiusOutcome.Rejected, (await client.ChapAsync("alice", "wrong"))!.Outcome);
    }

    [SkippableFact]
    public async Task Radclient_through_radsecproxy_to_our_server()
    {
        Peer.RequirePrograms("radsecproxy", "radclient");
        Server server = _lab.Serve(tls: true);
        IPEndPoint proxy = await _lab.RadsecproxyToTlsAsync(server.EndPoints[0]);

        string accept = await RadiusTools.RadclientAsync(proxy, RadSecLab.NasSecret, "User-Name = alice\nUser-Password = alice-pw", timeout: 3, retries: 5);
        Assert.Contains("Received Access-Accept", accept, StringComparison.Ordinal);
        Assert.Contains("checked by ours", accept, StringComparison.Ordinal);
        Assert.Contains("Received Access-Reject", await RadiusTools.RadclientAsync(proxy, RadSecLab.NasSecret, "User-Name = alice\nUser-Password = wrong"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Our_client_to_FreeRADIUS_over_TLS()
    {
        Peer.RequirePrograms("freeradius");
        RadiusClient client = _lab.Connect(await _lab.FreeRadiusTlsAsync());

        RadiusReply? accept = await client.PapAsync("alice", "alice-pw");
        Assert.Equal("Welcome alice", accept!.Packet.GetString(ReplyMessage));
        Assert.False(accept.Hop.Secret.IsNone);
        Assert.True((await client.ChapAsync("alice", "alice-pw"))!.IsAccepted);
        Assert.Equal(RadiusOutcome.Rejected, (await client.PapAsync("alice", "wrong"))!.Outcome);

        // FreeRADIUS ends a connection on which one TLS record holds two packets.
        RadiusReply?[] many = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.PapAsync("alice", "alice-pw")));
        Assert.All(many, reply => Assert.True(reply?.IsAccepted));
    }

    [SkippableFact]
    public async Task Radclient_through_FreeRADIUS_to_our_server()
    {
        Peer.RequirePrograms("freeradius", "radclient");
        Server server = _lab.Serve(tls: true);
        IPEndPoint proxy = await _lab.FreeRadiusToTlsAsync(server.EndPoints[0]);

        string accept = await RadiusTools.RadclientAsync(proxy, RadSecLab.NasSecret, "User-Name = alice\nUser-Password = alice-pw", timeout: 8, retries: 5);
        Assert.True(accept.Contains("Received Access-Accept", StringComparison.Ordinal), accept + _lab.Log);
        Assert.Contains("checked by ours", accept, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_certificate_of_another_authority_gets_our_client_nowhere()
    {
        Peer.RequirePrograms("radsecproxy", "freeradius");
        Server server = _lab.Serve(tls: false);
        RadiusClient atProxy = _lab.Connect(await _lab.RadsecproxyToUdpAsync(server.EndPoints[0], "primary-secret"), stranger: true);
        RadiusClient atFreeRadius = _lab.Connect(await _lab.FreeRadiusTlsAsync(), stranger: true);

        Assert.Null(await atProxy.PapAsync("alice", "alice-pw"));
        Assert.Null(await atFreeRadius.PapAsync("alice", "alice-pw"));
    }

    [SkippableFact]
    public async Task A_certificate_of_another_authority_gets_radsecproxy_nowhere()
    {
        Peer.RequirePrograms("radsecproxy", "radclient");
        Server server = _lab.Serve(tls: true);
        IPEndPoint proxy = await _lab.RadsecproxyToTlsAsync(server.EndPoints[0], stranger: true);

        string output = await RadiusTools.RadclientAsync(proxy, RadSecLab.NasSecret, "User-Name = alice\nUser-Password = alice-pw", timeout: 2);
        Assert.DoesNotContain("Received", output, StringComparison.Ordinal);
        Assert.True(server.Dropped(RadiusDropReason.Handshake) > 0);
    }

    [SkippableFact]
    public async Task Who_insists_on_RADIUS_1_1_gets_nothing_from_a_server_without_it()
    {
        Peer.RequirePrograms("freeradius");
        RadiusClient client = _lab.Connect(await _lab.FreeRadiusTlsAsync(), versions: RadiusVersions.V11);

        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PapAsync("alice", "alice-pw", cancellationToken: patience.Token));
    }
}
