using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.RadiusServer.Authentication;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer;

/// <summary>The server: one verdict and one line of the live log a request.</summary>
public sealed partial class RadiusServerService(RadiusServerConfiguration configuration, TimeProvider time, ILoggerFactory loggers) : IHostedService
{
    private readonly ILogger _log = loggers.CreateLogger("LiveLog");
    private readonly EapConversations _conversations = new(configuration, time);
    private readonly List<Radius.Transport.RadiusServer> _servers = [];
    private int _verdicts;

    /// <summary>Where it listens, once started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _servers.SelectMany(s => s.EndPoints)];

    /// <summary>How many requests were judged: accepted or rejected.</summary>
    public int Verdicts => Volatile.Read(ref _verdicts);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Accounting goes to another server; it is not answered here.
            RadiusServerOptions options = new()
            {
                Listeners = [.. configuration.Listen.Select(e => new RadiusUdpListener(e, RadiusRoles.Authentication))],
                Peers = new RadiusPeers(configuration.Devices),
            };
            Radius.Transport.RadiusServer server = new(options, new RadiusHandlers { Access = HandleAsync }, loggers.CreateLogger<Radius.Transport.RadiusServer>(), time);
            _servers.Add(server);
            server.Start();
        }
        catch
        {
            await StopAsync(cancellationToken);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (Radius.Transport.RadiusServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Result} {User} by {Protocol}, device {Device}, from {CallingStation}{Reason}")]
    private static partial void LogVerdict(ILogger logger, string result, string user, string protocol, string device, string callingStation, string reason);

    private ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        RadiusPacket packet = request.Packet;
        string? name = packet.GetString(Rfc2865.UserName);
        Verdict verdict = packet.Contains(Rfc3579.EapMessage.Id)
            ? _conversations.Judge(request)
            : PasswordProtocols.Judge(request, name is null ? null : configuration.Users.GetValueOrDefault(name));
        if (verdict.Outcome != VerdictOutcome.Challenge)
        {
            Interlocked.Increment(ref _verdicts);
            LogVerdict(
                _log,
                verdict.Outcome == VerdictOutcome.Accept ? "passed" : "failed",
                Printable(name ?? "-"),
                verdict.Protocol,
                request.Peer.Name,
                Printable(packet.GetString(Rfc2865.CallingStationId) ?? "-"),
                verdict.Reason.Length > 0 ? ": " + verdict.Reason : "");
        }

        return Reply(request, verdict, name).AsTask();
    }

    private static RadiusResponse Reply(RadiusRequest request, Verdict verdict, string? name)
    {
        RadiusCode code = verdict.Outcome switch
        {
            VerdictOutcome.Accept => RadiusCode.AccessAccept,
            VerdictOutcome.Challenge => RadiusCode.AccessChallenge,
            _ => RadiusCode.AccessReject,
        };
        return request.CreateReply(code, (ref RadiusPacketWriter writer) =>
        {
            verdict.Write?.Invoke(ref writer);
            if (verdict is { Outcome: VerdictOutcome.Accept, User: { } user })
            {
                writer.Add(Rfc2865.UserName, name ?? user.Name);
                foreach (ReplyItem item in user.Reply)
                {
                    item.Write(ref writer);
                }
            }
        });
    }

    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
