using System.Diagnostics.Metrics;

namespace Sallyport.Radius.Transport;

/// <summary>The instruments of this package; the meter is called <c>Sallyport.Radius</c>.</summary>
public static class RadiusMetrics
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string MeterName = "Sallyport.Radius";

    internal static Meter Meter { get; } = new(MeterName);

    internal static Counter<long> ServerRequests { get; } = Meter.CreateCounter<long>("radius.server.requests", "{request}", "Requests handed to the handler");

    internal static Counter<long> ServerReplies { get; } = Meter.CreateCounter<long>("radius.server.replies", "{reply}", "Replies sent, those sent again included");

    internal static Counter<long> ServerDrops { get; } = Meter.CreateCounter<long>("radius.server.drops", "{datagram}", "Datagrams dropped, by reason");
}
