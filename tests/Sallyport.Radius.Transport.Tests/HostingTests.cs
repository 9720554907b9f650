using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>The server within a host: handlers from services, health, metrics, traces.</summary>
public class HostingTests
{
    [Fact]
    public async Task A_host_serves_logins_by_a_delegate_and_accounting_by_a_type()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<Ledger>();
        builder.Services
            .AddRadiusServer(o => Configure(o, RadiusRoles.Authentication, RadiusRoles.Accounting, RadiusRoles.DynamicAuthorization))
            .HandleAccess(Accept)
            .HandleAccounting<LedgerHandler>()
            .HandleDisconnect((request, _) => request.CreateReply(RadiusCode.DisconnectAck).AsTask());
        using IHost host = builder.Build();
        await host.StartAsync();
        RadiusServer server = host.Services.GetRequiredService<RadiusServer>();
        Assert.Equal(3, server.EndPoints.Count);
        Assert.Equal(RadiusCode.AccessAccept, await AskAsync(server, 0, RadiusCode.AccessRequest));
        Assert.Equal(RadiusCode.AccountingResponse, await AskAsync(server, 1, RadiusCode.AccountingRequest));
        Assert.Equal(RadiusCode.DisconnectAck, await AskAsync(server, 2, RadiusCode.DisconnectRequest));
        Assert.Equal(RadiusCode.CoaNak, await AskAsync(server, 2, RadiusCode.CoaRequest));
        Assert.Equal(1, host.Services.GetRequiredService<Ledger>().Entries);

        RadiusServerHealthCheck health = ActivatorUtilities.CreateInstance<RadiusServerHealthCheck>(host.Services);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
        await host.StopAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task A_role_without_a_handler_keeps_the_host_from_starting_and_is_named()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddRadiusServer(o => Configure(o, RadiusRoles.Authentication | RadiusRoles.Accounting)).HandleAccess(Accept);
        using IHost host = builder.Build();

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());
        Assert.Contains("127.0.0.1:0 has the role Accounting; that needs a handler for Accounting-Request", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_a_listener_or_with_one_that_serves_nothing_is_refused()
    {
        Assert.Contains("needs a listener", Assert.Throws<ArgumentException>(() => new RadiusServer(new RadiusServerOptions(), All(Accept))).Message, StringComparison.Ordinal);
        RadiusServerOptions idle = new();
        Configure(idle, RadiusRoles.None);
        Assert.Contains("should have a role", Assert.Throws<ArgumentException>(() => new RadiusServer(idle, All(Accept))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_somebody_has_is_refused_and_nothing_else_stays_bound()
    {
        using UdpClient other = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient free = new(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint first = (IPEndPoint)free.Client.LocalEndPoint!;
        free.Dispose();
        foreach (int readers in (int[])[1, 2])
        {
            RadiusServerOptions options = new()
            {
                Listeners = [new RadiusUdpListener(first) { Readers = readers }, new RadiusUdpListener((IPEndPoint)other.Client.LocalEndPoint!) { Readers = readers }],
            };
            await using RadiusServer server = new(options, All(Accept));
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(server.Start).SocketErrorCode);
            Assert.False(server.IsServing);
            using UdpClient again = new(first);
        }
    }

    [Fact]
    public async Task Two_servers_do_not_share_a_port_by_mistake()
    {
        await using RadiusServer one = Serve(readers: 2);
        RadiusServerOptions options = new() { Listeners = [new RadiusUdpListener(one.EndPoints[0]) { Readers = 2 }] };
        await using RadiusServer two = new(options, All(Accept));

        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(two.Start).SocketErrorCode);
    }

    [Fact]
    public async Task Devices_may_change_while_it_serves()
    {
        await using RadiusServer server = Serve();
        server.Peers = Peers("192.0.2.1");
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        await Eventually(() => server.Dropped(RadiusDropReason.UnknownPeer) == 1);
        server.Peers = Peers();
        Assert.Equal(RadiusCode.AccessAccept, await AskAsync(server, 0, RadiusCode.AccessRequest));
    }

    [Fact]
    public async Task Many_sockets_answer_many_senders()
    {
        await using RadiusServer server = Serve(readers: 4);
        UdpClient[] sockets = [.. Enumerable.Range(0, 32).Select(_ => Connect(server))];
        foreach (UdpClient socket in sockets)
        {
            await socket.SendAsync(Request(1));
        }

        foreach (UdpClient socket in sockets)
        {
            Assert.Equal((byte)RadiusCode.AccessAccept, (await Receive(socket))[0]);
            socket.Dispose();
        }

        Assert.Equal(32, server.Known);
    }

    [Fact]
    public async Task Metrics_tell_requests_replies_duplicates_duration_and_load()
    {
        ConcurrentBag<(string Name, double Value, string Tags)> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == RadiusMetrics.MeterName && instrument.Name.StartsWith("radius.server", StringComparison.Ordinal))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Note(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => seen.Add((name, value, string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Note(i.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i.Name, value, tags));
        listener.Start();
        await using RadiusServer server = Serve();
        using UdpClient socket = Connect(server);
        await socket.SendAsync(Request(1));
        await Receive(socket);
        await socket.SendAsync(Request(1));
        await Receive(socket);
        listener.RecordObservableInstruments();

        string[] mine = [$"server.address={server.EndPoints[0]}"];
        Assert.Contains(seen, s => s is ("radius.server.requests", 1, "radius.code=Access-Request network.transport=udp"));
        Assert.Contains(seen, s => s is ("radius.server.replies", 1, "radius.code=Access-Accept network.transport=udp"));
        Assert.Contains(seen, s => s is ("radius.server.duplicates", 1, "radius.duplicate=answered"));
        Assert.Contains(seen, s => s.Name == "radius.server.request.duration" && s.Tags == "radius.request.code=Access-Request radius.reply.code=Access-Accept" && s.Value is > 0 and < 20);
        Assert.Contains(seen, s => s.Name == "radius.server.cache.requests" && s.Value == 1 && s.Tags == mine[0]);
        Assert.Contains(seen, s => s.Name == "radius.server.pending" && s.Value == 0 && s.Tags == mine[0]);
        Assert.Contains(seen, s => s.Name == "radius.server.cache.size" && s.Value > 0 && s.Tags == mine[0]);
        Assert.Contains(seen, s => s.Name == "radius.server.cache.evictions" && s.Value == 0 && s.Tags == mine[0]);
        Assert.Contains(seen, s => s.Name == "radius.server.system_drops" && s.Value == 0 && s.Tags == mine[0]);
    }

    [Fact]
    public async Task A_request_is_one_span_and_its_handler_works_within_it()
    {
        ConcurrentBag<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s.Name == RadiusTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        Activity? within = null;
        await using RadiusServer server = Serve(handler: async (request, token) =>
        {
            await Task.Yield();
            within = Activity.Current;
            return request.CreateReply(RadiusCode.AccessReject);
        });
        Assert.Equal(RadiusCode.AccessReject, await AskAsync(server, 0, RadiusCode.AccessRequest));
        Activity Mine() => spans.Single(s => s.Kind == ActivityKind.Server && Equals(s.GetTagItem("server.port"), server.EndPoints[0].Port));
        await Eventually(() => spans.Any(s => s.Kind == ActivityKind.Server && Equals(s.GetTagItem("server.port"), server.EndPoints[0].Port)));

        Assert.Same(Mine(), within);
        Assert.Equal("RADIUS Access-Request", Mine().DisplayName);
        Assert.Equal("Access-Reject", Mine().GetTagItem("radius.reply.code"));
        Assert.Equal("nas", Mine().GetTagItem("radius.peer"));
        Assert.DoesNotContain(Mine().TagObjects, t => t.Value?.ToString()?.Contains("sadks", StringComparison.Ordinal) == true);
    }

    private static void Configure(RadiusServerOptions options, params RadiusRoles[] roles)
    {
        foreach (RadiusRoles role in roles)
        {
            options.Listeners.Add(new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0), role));
        }

        options.Peers = Peers();
    }

    private static RadiusServer Serve(int readers = 1, RadiusHandler? handler = null)
    {
        RadiusServerOptions options = new() { Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0)) { Readers = readers }], Peers = Peers() };
        RadiusServer server = new(options, All(handler ?? Accept));
        server.Start();
        return server;
    }

    private static async Task<RadiusCode> AskAsync(RadiusServer server, int listener, RadiusCode code)
    {
        using UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(server.EndPoints[listener]);
        await socket.SendAsync(Request(1, code));
        return (RadiusCode)(await Receive(socket))[0];
    }

    private sealed class Ledger
    {
        private int _entries;

        public int Entries => _entries;

        public void Add() => Interlocked.Increment(ref _entries);
    }

    private sealed class LedgerHandler(Ledger ledger) : IRadiusHandler
    {
        public ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
        {
            ledger.Add();
            return request.CreateReply(RadiusCode.AccountingResponse).AsTask();
        }
    }
}
