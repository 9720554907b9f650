using System.Diagnostics;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>The traces of this package: one span for each request, named by its kind. Neither users nor secrets are in them.</summary>
public static class RadiusTracing
{
    /// <summary>The source's name, to subscribe to.</summary>
    public const string SourceName = "Sallyport.Radius";

    internal static ActivitySource Source { get; } = new(SourceName);

    internal static Activity? StartServer(RadiusRequest request)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        RadiusPacket packet = request.Packet;

        // Not a child of whatever the thread that reads was doing.
        Activity? activity = Source.StartActivity($"RADIUS {RadiusDescribe.Code(packet.Code)}", ActivityKind.Server, default(ActivityContext));
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("radius.identifier", packet.Identifier);
            activity.SetTag("radius.peer", request.Peer.Name);
            activity.SetTag("network.transport", request.Transport);
            activity.SetTag("client.address", request.Remote.Address.ToString());
            activity.SetTag("client.port", request.Remote.Port);
            activity.SetTag("server.port", request.Local.Port);
        }

        return activity;
    }

    internal static void End(Activity? activity, RadiusCode reply)
    {
        if (activity is not null)
        {
            activity.SetTag("radius.reply.code", reply == default ? "none" : RadiusDescribe.Code(reply));
            activity.Stop();
        }
    }

    internal static void Fail(Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            activity.Stop();
        }
    }
}
