using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>The instruments of this package; the meter is called <c>Sallyport.Radius</c>.</summary>
public static class RadiusMetrics
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string MeterName = "Sallyport.Radius";

    private static readonly ConcurrentDictionary<RadiusServer, bool> Servers = new();

    static RadiusMetrics()
    {
        Meter.CreateObservableGauge("radius.server.pending", () => Servers.Keys.Select(s => Of(s, s.Pending)), "{request}", "Requests being handled");
        Meter.CreateObservableGauge("radius.server.cache.requests", () => Servers.Keys.Select(s => Of(s, s.Known)), "{request}", "Requests in the duplicate caches");
        Meter.CreateObservableGauge("radius.server.cache.size", () => Servers.Keys.Select(s => Of(s, s.ReplyBytes)), "By", "Octets set aside for replies");
        Meter.CreateObservableCounter("radius.server.cache.evictions", () => Servers.Keys.Select(s => Of(s, s.Evicted)), "{reply}", "Replies forgotten before their time, to make room");
        Meter.CreateObservableCounter("radius.server.system_drops", () => Servers.Keys.Select(s => Of(s, s.SystemDrops)), "{datagram}", "Datagrams that found the receive buffer full");
    }

    internal static Meter Meter { get; } = new(MeterName);

    internal static Counter<long> ServerRequests { get; } = Meter.CreateCounter<long>("radius.server.requests", "{request}", "Requests let in and not seen before, by code");

    internal static Counter<long> ServerReplies { get; } = Meter.CreateCounter<long>("radius.server.replies", "{reply}", "Replies sent, those sent again included, by code");

    internal static Counter<long> ServerDuplicates { get; } = Meter.CreateCounter<long>("radius.server.duplicates", "{request}", "Retransmissions, absorbed or answered again");

    internal static Counter<long> ServerDrops { get; } = Meter.CreateCounter<long>("radius.server.drops", "{datagram}", "Datagrams dropped, by reason");

    internal static Counter<long> HandlerFailures { get; } = Meter.CreateCounter<long>("radius.server.handler_failures", "{request}", "Requests whose handler failed");

    internal static Histogram<double> ServerDuration { get; } = Meter.CreateHistogram<double>("radius.server.request.duration", "s", "From a request's arrival to its reply, by code of both");

    internal static void Add(RadiusServer server) => Servers[server] = true;

    internal static void Remove(RadiusServer server) => Servers.TryRemove(server, out _);

    internal static void CountRequest(RadiusCode code, string transport) => Count(ServerRequests, code, transport);

    internal static void CountReply(RadiusCode code, string transport) => Count(ServerReplies, code, transport);

    internal static void CountDuplicate(RadiusRequestKind kind) =>
        ServerDuplicates.Add(1, new KeyValuePair<string, object?>("radius.duplicate", kind == RadiusRequestKind.Answered ? "answered" : "absorbed"));

    internal static void RecordDuration(RadiusCode request, RadiusCode reply, TimeSpan duration) => ServerDuration.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>("radius.request.code", RadiusDescribe.Code(request)), new KeyValuePair<string, object?>("radius.reply.code", RadiusDescribe.Code(reply)));

    private static void Count(Counter<long> counter, RadiusCode code, string transport)
    {
        if (counter.Enabled)
        {
            counter.Add(1, new KeyValuePair<string, object?>("radius.code", RadiusDescribe.Code(code)), new KeyValuePair<string, object?>("network.transport", transport));
        }
    }

    private static Measurement<long> Of(RadiusServer server, long value) =>
        new(value, new KeyValuePair<string, object?>("server.address", server.EndPoints is [{ } first, ..] ? first.ToString() : ""));
}
