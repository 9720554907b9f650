using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sallyport.Radius.Client;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>The client's instruments and its source of traces.</summary>
internal static class RadiusClientMetrics
{
    private static readonly Counter<long> Requests = RadiusMetrics.Meter.CreateCounter<long>("radius.client.requests", "{request}", "Requests sent for the first time to a server, by code and server");
    private static readonly Counter<long> Retransmissions = RadiusMetrics.Meter.CreateCounter<long>("radius.client.retransmissions", "{request}", "Requests sent again, by code and server");
    private static readonly Counter<long> Timeouts = RadiusMetrics.Meter.CreateCounter<long>("radius.client.timeouts", "{request}", "Requests that a server did not answer in all tries, by server");
    private static readonly Counter<long> StateChanges = RadiusMetrics.Meter.CreateCounter<long>("radius.client.server.changes", "{change}", "Servers believed alive, zombie or dead from now on, by state and server");
    private static readonly Histogram<double> Durations = RadiusMetrics.Meter.CreateHistogram<double>("radius.client.duration", "s", "Time from request to reply, by codes and server");
    private static readonly UpDownCounter<long> Outstanding = RadiusMetrics.Meter.CreateUpDownCounter<long>("radius.client.outstanding", "{request}", "Requests under way");

    public static ActivitySource Source { get; } = new(RadiusMetrics.MeterName);

    public static Counter<long> Drops { get; } = RadiusMetrics.Meter.CreateCounter<long>("radius.client.drops", "{datagram}", "Replies dropped, by reason");

    /// <summary>Whether anybody wants to know how long requests take.</summary>
    public static bool AreTimed => Durations.Enabled;

    public static void Sent(RadiusUpstream server, RadiusExchange exchange)
    {
        Counter<long> counter = exchange.Sent > 1 ? Retransmissions : Requests;
        if (counter.Enabled)
        {
            counter.Add(1, Tag("radius.code", (RadiusCode)exchange.Request.Span[0]), Tag("server.address", server));
        }
    }

    public static Activity? Begin(RadiusCode code)
    {
        Outstanding.Add(1);
        Activity? activity = Source.HasListeners() ? Source.StartActivity($"RADIUS {code}", ActivityKind.Client) : null;
        activity?.SetTag("radius.code", code.ToString());
        return activity;
    }

    public static void End(Activity? activity, RadiusCode code, RadiusReply? reply, TimeSpan duration)
    {
        Outstanding.Add(-1);
        if (reply is not null && Durations.Enabled)
        {
            Durations.Record(duration.TotalSeconds, Tag("radius.code", code), Tag("radius.reply", reply.Packet.Code), Tag("server.address", reply.Server));
        }

        if (activity is not null)
        {
            activity.SetTag("radius.reply", reply?.Packet.Code.ToString());
            activity.SetTag("server.address", reply?.Server.ToString());
            activity.SetStatus(reply is null ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
            activity.Dispose();
        }
    }

    public static void Silent(RadiusUpstream server) => Timeouts.Add(1, Tag("server.address", server));

    public static void Changed(RadiusUpstream server, RadiusServerState state) => StateChanges.Add(1, Tag("radius.state", state), Tag("server.address", server));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value.ToString());
}
