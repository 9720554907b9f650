using Microsoft.Extensions.Logging;

namespace Sallyport.Samples.DuoProxy.Logging;

/// <summary>
/// The lines that tell a login's story. Their words are fixed: administrators and their tools search for them.
/// </summary>
internal static partial class ProxyLog
{
    [LoggerMessage(1, LogLevel.Information, "Sending request from {Address} to {Section}")]
    public static partial void Dispatched(this ILogger logger, string address, string section);

    [LoggerMessage(2, LogLevel.Information, "Received new request id {Id} from {Remote}")]
    public static partial void Received(this ILogger logger, byte id, string remote);

    [LoggerMessage(3, LogLevel.Information, "{Request}: Received duplicate request")]
    public static partial void Duplicate(this ILogger logger, RequestTag request);

    [LoggerMessage(4, LogLevel.Information, "{Request}: login attempt for username {User}")]
    public static partial void LoginAttempt(this ILogger logger, RequestTag request, string user);

    [LoggerMessage(5, LogLevel.Information, "Sending request for user {User} to {Primary} with id {Id}")]
    public static partial void PrimaryRequest(this ILogger logger, string user, string primary, byte id);

    [LoggerMessage(6, LogLevel.Information, "Got response for id {Id} from {Primary}; code {Code}")]
    public static partial void PrimaryResponse(this ILogger logger, byte id, string primary, byte code);

    [LoggerMessage(7, LogLevel.Warning, "{Request}: No response from {Primary}")]
    public static partial void PrimarySilent(this ILogger logger, RequestTag request, string primary);

    [LoggerMessage(8, LogLevel.Error, "{Request}: No primary server answered; check that {Hosts} can be reached, lists this proxy as a client and shares its secret")]
    public static partial void PrimaryUnreachable(this ILogger logger, RequestTag request, string hosts);

    [LoggerMessage(9, LogLevel.Information, "{Request}: Primary credentials rejected - {Message}")]
    public static partial void PrimaryRejected(this ILogger logger, RequestTag request, string message);

    [LoggerMessage(10, LogLevel.Information, "http POST to {Url}")]
    public static partial void DuoCall(this ILogger logger, string url);

    [LoggerMessage(11, LogLevel.Information, "{Request}: Got preauth result for: {Result}")]
    public static partial void Preauth(this ILogger logger, RequestTag request, string result);

    [LoggerMessage(12, LogLevel.Information, "{Request}: Duo authentication returned {Result}: {Status}")]
    public static partial void Auth(this ILogger logger, RequestTag request, string result, string status);

    [LoggerMessage(13, LogLevel.Information, "{Request}: {User} is exempt from the second factor")]
    public static partial void Exempt(this ILogger logger, RequestTag request, string user);

    [LoggerMessage(14, LogLevel.Warning, "{Request}: Duo cannot be reached ({Problem}); failmode=safe lets {User} in on the first factor alone")]
    public static partial void FailedOpen(this ILogger logger, RequestTag request, string problem, string user);

    [LoggerMessage(15, LogLevel.Error, "{Request}: Duo cannot be reached ({Problem}); failmode=secure rejects the login")]
    public static partial void FailedSecure(this ILogger logger, RequestTag request, string problem);

    [LoggerMessage(16, LogLevel.Error, "{Request}: Duo did not decide ({Problem}); the login is rejected, since the second factor had begun")]
    public static partial void AuthFailed(this ILogger logger, RequestTag request, string problem);

    [LoggerMessage(17, LogLevel.Error, "{Request}: Duo refuses this proxy's calls ({Problem}); the login is rejected. {Advice}")]
    public static partial void Misconfigured(this ILogger logger, RequestTag request, string problem, string advice);

    [LoggerMessage(18, LogLevel.Warning, "{Request}: {Problem}; the login is rejected")]
    public static partial void Refused(this ILogger logger, RequestTag request, string problem);

    [LoggerMessage(19, LogLevel.Information, "{Request}: Returning response code {Code}: {Name}")]
    public static partial void Returning(this ILogger logger, RequestTag request, byte code, string name);

    [LoggerMessage(20, LogLevel.Information, "{Request}: Sending response")]
    public static partial void Sending(this ILogger logger, RequestTag request);

    [LoggerMessage(21, LogLevel.Error, "{Request}: The login broke off")]
    public static partial void BrokeOff(this ILogger logger, Exception exception, RequestTag request);

    [LoggerMessage(22, LogLevel.Warning, "{Text}")]
    public static partial void ConfigurationWarning(this ILogger logger, string text);

    [LoggerMessage(23, LogLevel.Information, "{Text}")]
    public static partial void Note(this ILogger logger, string text);
}
