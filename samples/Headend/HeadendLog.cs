using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Transport;

namespace Sallyport.Samples.Headend;

/// <summary>What the headend logs. Names that clients sent are made harmless before they come here.</summary>
internal static partial class HeadendLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{User} from {Remote} is in: {Address} of pool {Pool}, {Leased} of {Size} leased")]
    public static partial void LoggedIn(ILogger logger, string user, IPEndPoint remote, IPAddress address, string pool, int leased, long size);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{User} from {Remote} is refused: pool {Pool} is exhausted, all {Size} addresses are leased; INTERNAL_ADDRESS_FAILURE is sent")]
    public static partial void PoolExhausted(ILogger logger, string user, IPEndPoint remote, string pool, long size);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{User} from {Remote} is refused: {Server} answers Access-Reject")]
    public static partial void Rejected(ILogger logger, string user, IPEndPoint remote, RadiusUpstream server);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "{User} from {Remote} is refused: no RADIUS server answers; asked were {Servers}")]
    public static partial void NoServer(ILogger logger, string user, IPEndPoint remote, string servers);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "{Server} does not answer; the next one is asked")]
    public static partial void NextServer(ILogger logger, RadiusUpstream server);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "{User} from {Remote} is gone: {Reason}, {Detail}")]
    public static partial void LoggedOut(ILogger logger, string user, IPEndPoint remote, string reason, string detail);

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "{User} has moved to {Remote}, and keeps {Address}")]
    public static partial void Moved(ILogger logger, string user, IPEndPoint remote, IPAddress address);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "{Identity} from {Remote} is refused: no 'match identity remote' of profile {Profile} fits it")]
    public static partial void NoMatch(ILogger logger, string identity, IPEndPoint remote, string profile);

    [LoggerMessage(EventId = 8, Level = LogLevel.Information, Message = "{Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(EventId = 9, Level = LogLevel.Warning, Message = "IP forwarding is off: packets from the tunnels end here; turn it on by 'sysctl net.ipv4.ip_forward=1'")]
    public static partial void NoForwarding(ILogger logger);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "{User} from {Remote} is refused: the RADIUS server gives it {Address}, which another session has")]
    public static partial void AddressTaken(ILogger logger, string user, IPEndPoint remote, IPAddress address);
}
