using Microsoft.Extensions.Logging;

namespace Sallyport.Duo.Http;

internal static partial class DuoLog
{
    [LoggerMessage(EventId = 9000, EventName = "MessageSent", Level = LogLevel.Debug, Message = "{Protocol} {Local} -> {Remote}: {Summary}")]
    public static partial void MessageSent(ILogger logger, string protocol, string local, string remote, string summary);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Duo limits the rate of {Path}; trying again in {Wait}")]
    public static partial void RateLimited(ILogger logger, string path, TimeSpan wait);
}
