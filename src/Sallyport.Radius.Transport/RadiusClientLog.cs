using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport;

/// <summary>What the client logs of its own.</summary>
internal static partial class RadiusClientLog
{
    [LoggerMessage(EventId = 100, EventName = "ServerSilent", Level = LogLevel.Warning, Message = "{Server} did not answer an {Code}")]
    public static partial void ServerSilent(ILogger logger, RadiusUpstream server, Wire.RadiusCode code);

    [LoggerMessage(EventId = 101, EventName = "ServerChanged", Level = LogLevel.Warning, Message = "{Server} is believed {State} from now on")]
    public static partial void ServerChanged(ILogger logger, RadiusUpstream server, RadiusServerState state);

    [LoggerMessage(EventId = 102, EventName = "Unreachable", Level = LogLevel.Warning, Message = "{Server} cannot be reached: {Reason}; next try in {Wait}")]
    public static partial void Unreachable(ILogger logger, RadiusUpstream server, string reason, TimeSpan wait);

    [LoggerMessage(EventId = 103, EventName = "Connected", Level = LogLevel.Information, Message = "connected to {Server}, {Protocol}")]
    public static partial void Connected(ILogger logger, RadiusUpstream server, string protocol);

    [LoggerMessage(EventId = 104, EventName = "ConnectionLost", Level = LogLevel.Warning, Message = "the connection to {Server} is closed: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, RadiusUpstream server, string reason);

    [LoggerMessage(EventId = 105, EventName = "ConnectionClosed", Level = LogLevel.Debug, Message = "closed the idle connection to {Server}")]
    public static partial void ConnectionClosed(ILogger logger, RadiusUpstream server);
}
