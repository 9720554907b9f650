using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.Accounting;

/// <summary>Accounting: a record is acknowledged once it stands on the disk (RFC 2866 §2), and a line of the live log.</summary>
internal sealed partial class AccountingHandler(AccountingWriter writer, LiveLog.LiveLog live, TimeProvider time, ILoggerFactory loggers) : IRadiusHandler
{
    private readonly ILogger _log = loggers.CreateLogger("LiveLog");

    /// <inheritdoc/>
    public async ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        string device = request.Peer.Name;
        if (!AccountingRecord.TryRead(request.Packet, device, time.GetUtcNow(), out AccountingRecord? record))
        {
            LogUnfit(_log, device);
            return RadiusResponse.None;
        }

        if (!await writer.WriteAsync(record!))
        {
            return RadiusResponse.None;
        }

        string user = SafeText.OneLine(record!.UserName);
        string from = SafeText.OneLine(record.CallingStationId ?? "-");
        string detail = SafeText.OneLine(record.ToString());
        live.Add("recorded", user, "accounting", device, from, detail);
        LogRecord(_log, user, device, from, detail);
        return request.CreateReply(RadiusCode.AccountingResponse);
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "recorded {User}, device {Device}, from {CallingStation}: {Record}")]
    private static partial void LogRecord(ILogger logger, string user, string device, string callingStation, string record);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "an Accounting-Request of {Device} has no Acct-Status-Type that is known, or no Acct-Session-Id, and is not acknowledged")]
    private static partial void LogUnfit(ILogger logger, string device);
}
