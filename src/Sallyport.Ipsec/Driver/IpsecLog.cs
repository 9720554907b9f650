using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Forwarding;
using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Driver;

/// <summary>Everything that the package logs. Never a key or a password.</summary>
internal static partial class IpsecLog
{
    [LoggerMessage(EventId = 9000, EventName = "MessageSent", Level = LogLevel.Debug, Message = "{Protocol} {Local} -> {Remote}: {Summary}")]
    public static partial void MessageSent(ILogger logger, string protocol, IPEndPoint local, IPEndPoint remote, string summary);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Session {Id} with {Identity} at {Remote} is up: {Child}")]
    public static partial void Established(ILogger logger, int id, string identity, IPEndPoint remote, string child);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Session {Id} with {Remote} has ended: {Reason}, {Detail}")]
    public static partial void Closed(ILogger logger, int id, IPEndPoint remote, IkeCloseReason reason, string detail);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Session {Id} goes from {Local} to {Remote} now")]
    public static partial void Moved(ILogger logger, int id, IPEndPoint local, IPEndPoint remote);

    [LoggerMessage(EventId = 14, Level = LogLevel.Warning, Message = "Session {Id} is closed: its gateway answers {Reason} to this side's new address {Local}")]
    public static partial void MoveRefused(ILogger logger, int id, IkeNotifyType reason, IPEndPoint local);

    [LoggerMessage(EventId = 15, Level = LogLevel.Information, Message = "Session {Id}: {Remote} does not answer; {Next} is tried")]
    public static partial void TriesOther(ILogger logger, int id, IPEndPoint remote, IPEndPoint next);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Dropped: {Reason}, the last one by {Peer}; {Count} since the last report, {Total} in all")]
    public static partial void Dropped(ILogger logger, IpsecDropReason reason, string peer, long count, long total);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Session {Id}: the program's part has failed")]
    public static partial void HandlerFailed(ILogger logger, int id, Exception exception);

    [LoggerMessage(EventId = 6, Level = LogLevel.Error, Message = "Session {Id} is closed: its peer did not agree to carry ESP in UDP (RFC 3948), and nothing else is carried here")]
    public static partial void NoUdpEncapsulation(ILogger logger, int id);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "Receiving on {Local}")]
    public static partial void ReceiveFailed(ILogger logger, IPEndPoint local, Exception exception);

    [LoggerMessage(EventId = 8, Level = LogLevel.Critical, Message = "A message or a timer met a fault in this library; it is skipped")]
    public static partial void Fault(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 9, Level = LogLevel.Information, Message = "Packets go through {Device} by {Loops} loop(s), many at a time: {Features}; the device takes {Offloads}")]
    public static partial void Offload(ILogger logger, string device, int loops, DataPathFeatures features, TunOffloads offloads);

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "Packets go through {Device} one at a time")]
    public static partial void Plain(ILogger logger, string device);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "Packets cannot go through {Device} many at a time")]
    public static partial void NoOffload(ILogger logger, string device, Exception exception);

    [LoggerMessage(EventId = 12, Level = LogLevel.Information, Message = "Session {Id} with {Remote} has new keys: {Child}")]
    public static partial void Rekeyed(ILogger logger, int id, IPEndPoint remote, string child);

    [LoggerMessage(EventId = 13, Level = LogLevel.Information, Message = "Session {Id} with {Remote} has new keys for IKE")]
    public static partial void IkeRekeyed(ILogger logger, int id, IPEndPoint remote);
}
