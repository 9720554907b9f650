namespace Sallyport.Ikev2.Session;

/// <content>Which way the request goes that waits for its answer: always the same octets, by whatever path the session goes at the time.</content>
internal sealed partial class IkeSa
{
    private const int TriesVia = 2;
    private IkePath? _via;

    /// <summary>The way that the last request went; <see langword="null"/> where it went several, so that its answer tells of none (RFC 4555 §3.7).</summary>
    public IkePath? RequestPath { get; private set; }

    /// <summary>How often the request was sent by the path that it goes now.</summary>
    public int Sent => _sent;

    /// <summary>The session goes by another path: the request goes out by it at once, as often as it would if it were new.</summary>
    public void Readdress(TimeSpan now)
    {
        if (IsBusy)
        {
            _via = null;
            _sent = 0;
            TryRetransmit(now);
            host.Reschedule(session);
        }
    }

    // By a path of its own first, where it has one.
    private IkePath FirstPath(IkePath? via)
    {
        _via = via;
        return RequestPath = via ?? session.Path;
    }

    private IkePath NextPath()
    {
        IkePath path = _sent <= TriesVia && _via is not null ? _via : session.Path;
        RequestPath = path == RequestPath ? path : null;
        return path;
    }
}
