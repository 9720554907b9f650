using System.Net;

namespace Sallyport.Samples.RadiusServer;

/// <summary>What those who run the server want to know of it.</summary>
public sealed class RadiusServerService
{
    private readonly Radius.Transport.RadiusServer _server;
    private readonly AccessHandler _access;
    private readonly int _logins;
    private readonly Func<Uri?> _liveLog;

    internal RadiusServerService(Radius.Transport.RadiusServer server, AccessHandler access, int logins, Func<Uri?> liveLog)
    {
        (_server, _access, _logins, _liveLog) = (server, access, logins, liveLog);
    }

    /// <summary>Where it listens for logins, once started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _server.EndPoints.Take(_logins)];

    /// <summary>Where it listens for accounting, once started.</summary>
    public IReadOnlyList<IPEndPoint> AccountingEndPoints => [.. _server.EndPoints.Skip(_logins)];

    /// <summary>Where the live log is, or null.</summary>
    public Uri? LiveLog => _liveLog();

    /// <summary>How many requests were judged: accepted or rejected.</summary>
    public int Verdicts => _access.Verdicts;

    /// <summary>The addresses in a line.</summary>
    public override string ToString() => string.Join(' ', EndPoints)
        + (AccountingEndPoints.Count > 0 ? $", accounting at {string.Join(' ', AccountingEndPoints)}" : "")
        + (LiveLog is null ? "" : $", the live log is at {LiveLog}");
}
