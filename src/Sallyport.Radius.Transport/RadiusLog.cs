using System.Net;
using Microsoft.Extensions.Logging;

namespace Sallyport.Radius.Transport;

/// <summary>What the drivers log.</summary>
internal static partial class RadiusLog
{
    [LoggerMessage(EventId = 9000, EventName = "MessageSent", Level = LogLevel.Debug, Message = "{Protocol} {Local} -> {Remote}: {Summary}")]
    public static partial void MessageSent(ILogger logger, string protocol, EndPoint local, EndPoint remote, string summary);

    [LoggerMessage(EventId = 1, EventName = "Dropped", Level = LogLevel.Warning, Message = "dropped a datagram from {Remote}: {Reason}; {Count} like it since the last line")]
    public static partial void Dropped(ILogger logger, IPAddress remote, RadiusDropReason reason, long count);

    [LoggerMessage(EventId = 2, EventName = "HandlerFailed", Level = LogLevel.Error, Message = "the handler failed on a request from {Remote}; it gets no reply")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, EndPoint remote);

    [LoggerMessage(EventId = 5, EventName = "CallbackFailed", Level = LogLevel.Error, Message = "the callback failed on a retransmission from {Remote}, which is handled all the same")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, EndPoint remote);

    [LoggerMessage(EventId = 6, EventName = "DroppedMany", Level = LogLevel.Warning, Message = "dropped datagrams of more senders than are told apart: {Reason}; {Count} like it since the last line")]
    public static partial void DroppedMany(ILogger logger, RadiusDropReason reason, long count);

    [LoggerMessage(EventId = 3, EventName = "MessageAuthenticatorNotRequired", Level = LogLevel.Warning, Message = "{Peer} need not send a Message-Authenticator: packets on the way to and from it can be forged (CVE-2024-3596)")]
    public static partial void MessageAuthenticatorNotRequired(ILogger logger, string peer);

    [LoggerMessage(EventId = 7, EventName = "ProxyStateNotLimited", Level = LogLevel.Warning, Message = "{Peer} sends Proxy-State without Message-Authenticator, and is let to from its first request on: replies to it can be forged (CVE-2024-3596)")]
    public static partial void ProxyStateNotLimited(ILogger logger, string peer);

    [LoggerMessage(EventId = 8, EventName = "ReceiveFailed", Level = LogLevel.Error, Message = "a datagram could not be taken")]
    public static partial void ReceiveFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4, EventName = "SocketError", Level = LogLevel.Debug, Message = "the socket reports {Error}")]
    public static partial void SocketError(ILogger logger, System.Net.Sockets.SocketError error);

    [LoggerMessage(EventId = 20, EventName = "HandshakeFailed", Level = LogLevel.Debug, Message = "no TLS connection with {Remote}: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, EndPoint remote, string reason);

    [LoggerMessage(EventId = 21, EventName = "UnknownCertificate", Level = LogLevel.Debug, Message = "{Remote} has a certificate of no client: {Subject}")]
    public static partial void UnknownCertificate(ILogger logger, EndPoint remote, string subject);

    [LoggerMessage(EventId = 22, EventName = "ClientConnected", Level = LogLevel.Information, Message = "{Client} connected from {Remote}, {Protocol}")]
    public static partial void ClientConnected(ILogger logger, string client, EndPoint remote, string protocol);

    [LoggerMessage(EventId = 23, EventName = "ClientDisconnected", Level = LogLevel.Information, Message = "the connection of {Client} from {Remote} ended: {Reason}")]
    public static partial void ClientDisconnected(ILogger logger, string client, EndPoint remote, string reason);
}
