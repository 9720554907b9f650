using System.Net;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer;

/// <summary>What those who run the server want to know of it.</summary>
public sealed class RadiusServerService
{
    private readonly Radius.Transport.RadiusServer _server;
    private readonly AccessHandler _access;
    private readonly RadiusServerConfiguration _configuration;
    private readonly Func<Uri?> _liveLog;

    internal RadiusServerService(Radius.Transport.RadiusServer server, AccessHandler access, RadiusServerConfiguration configuration, Func<Uri?> liveLog)
    {
        (_server, _access, _configuration, _liveLog) = (server, access, configuration, liveLog);
    }

    /// <summary>Where it listens for logins, once started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _server.EndPoints.Take(_configuration.Listen.Count)];

    /// <summary>Where it listens for accounting, once started.</summary>
    public IReadOnlyList<IPEndPoint> AccountingEndPoints => [.. _server.EndPoints.Skip(_configuration.Listen.Count).Take(_configuration.ListenForAccounting.Count)];

    /// <summary>Where it serves devices over TLS, once started.</summary>
    public IReadOnlyList<IPEndPoint> TlsEndPoints => [.. _server.EndPoints.Skip(_configuration.Listen.Count + _configuration.ListenForAccounting.Count)];

    /// <summary>Where the live log is, or null.</summary>
    public Uri? LiveLog => _liveLog();

    /// <summary>How many requests were judged: accepted or rejected.</summary>
    public int Verdicts => _access.Verdicts;

    /// <summary>The addresses in a line.</summary>
    public override string ToString() => string.Join(' ', EndPoints)
        + (AccountingEndPoints.Count > 0 ? $", accounting at {string.Join(' ', AccountingEndPoints)}" : "")
        + (TlsEndPoints.Count > 0 ? $", TLS at {string.Join(' ', TlsEndPoints)}" : "")
        + (LiveLog is null ? "" : $", the live log is at {LiveLog}");
}
