using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer.Authentication;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer;

/// <summary>Logins: one verdict and one line of the live log a request.</summary>
internal sealed partial class AccessHandler(RadiusServerConfiguration configuration, LiveLog.LiveLog live, TimeProvider time, ILoggerFactory loggers) : IRadiusHandler
{
    private readonly ILogger _log = loggers.CreateLogger("LiveLog");
    private readonly EapConversations _conversations = new(configuration.Users, time);
    private int _verdicts;

    /// <summary>How many requests were judged: accepted or rejected.</summary>
    public int Verdicts => Volatile.Read(ref _verdicts);

    /// <inheritdoc/>
    public ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        RadiusPacket packet = request.Packet;
        string? name = packet.GetString(Rfc2865.UserName);
        bool eap = packet.Contains(Rfc3579.EapMessage.Id);
        Verdict verdict = eap ? _conversations.Judge(request) : PasswordProtocols.Judge(request, configuration.Users.Find(name, packet));
        if (verdict.Outcome != VerdictOutcome.Challenge)
        {
            Interlocked.Increment(ref _verdicts);
            string result = verdict.Outcome == VerdictOutcome.Accept ? "passed" : "failed";
            string user = SafeText.OneLine(name ?? "-");
            string from = SafeText.OneLine(packet.GetString(Rfc2865.CallingStationId) ?? "-");
            live.Add(result, user, verdict.Protocol, request.Peer.Name, from, verdict.Reason);
            LogVerdict(_log, result, user, verdict.Protocol, request.Peer.Name, from, verdict.Reason.Length > 0 ? ": " + verdict.Reason : "");
        }

        return Reply(request, verdict, eap ? name : null).AsTask();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Result} {User} by {Protocol}, device {Device}, from {CallingStation}{Reason}")]
    private static partial void LogVerdict(ILogger logger, string result, string user, string protocol, string device, string callingStation, string reason);

    private static RadiusResponse Reply(RadiusRequest request, Verdict verdict, string? name)
    {
        RadiusUsersMatch match = verdict.User.Match;
        switch (verdict.Outcome)
        {
            case VerdictOutcome.Challenge:
                return request.CreateReply(RadiusCode.AccessChallenge, (ref RadiusPacketWriter writer) => verdict.Write?.Invoke(ref writer));
            case VerdictOutcome.Accept:
                return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter writer) =>
                {
                    verdict.Write?.Invoke(ref writer);
                    if (name is not null && !match.Reply.Any(i => i.Id == Rfc2865.UserName.Id))
                    {
                        // RFC 3579 §3: with EAP the device learns from here whom the session is of.
                        writer.Add(Rfc2865.UserName, name);
                    }

                    match.WriteReplyTo(ref writer, request.Peer.Secret);
                });
            default:
                return request.CreateReply(RadiusCode.AccessReject, (ref RadiusPacketWriter writer) =>
                {
                    verdict.Write?.Invoke(ref writer);

                    // RFC 2865 §5.44: a Reject may have messages alone. Those of somebody's entry are for them, unless it is the entry that rejects.
                    foreach (RadiusTextItem item in match.Reply.Where(i => verdict.User.IsRejected && i.Id == Rfc2865.ReplyMessage.Id))
                    {
                        writer.Add(Rfc2865.ReplyMessage, item.Value.Span);
                    }
                });
        }
    }
}
