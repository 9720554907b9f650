using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport;

/// <summary>Why a datagram was dropped.</summary>
public enum RadiusDropReason
{
    /// <summary>Not a well-formed packet.</summary>
    Malformed,

    /// <summary>No device has the sender's address.</summary>
    UnknownPeer,

    /// <summary>A code that does not belong here.</summary>
    UnexpectedCode,

    /// <summary>The authenticator does not fit the shared secret.</summary>
    Authenticator,

    /// <summary>The Message-Authenticator does not fit the shared secret.</summary>
    MessageAuthenticator,

    /// <summary>The Message-Authenticator is missing.</summary>
    MissingMessageAuthenticator,

    /// <summary>EAP-Message beside a password (RFC 3579 §3.1).</summary>
    MixedCredentials,

    /// <summary>A retransmission of a request that is still being handled.</summary>
    Pending,

    /// <summary>Too many requests at once: this one was shed.</summary>
    Overload,

    /// <summary>A Proxy-State without a verified Message-Authenticator (CVE-2024-3596).</summary>
    ProxyState,

    /// <summary>The device sends more than it may.</summary>
    RateLimit,

    /// <summary>An Event-Timestamp that is missing or too far from now (RFC 5176 §6.3).</summary>
    Stale,

    /// <summary>A reply that could not be sent.</summary>
    SendFailed,

    /// <summary>A reply to no request under way.</summary>
    UnexpectedReply,

    /// <summary>A TLS handshake that failed: no certificate, one that leads to no trust anchor, or no version in common.</summary>
    Handshake,
}

/// <summary>
/// Counts drops, and logs them at most once per sender, reason and interval. Senders can be forged: those beyond a number share a line, so
/// that a flood fills neither memory nor the log.
/// </summary>
internal sealed class RadiusDropLog(ILogger logger, TimeProvider time, Counter<long> counter, TimeSpan interval)
{
    private const int MostSenders = 1024;
    private static readonly string[] Names = Enum.GetNames<RadiusDropReason>();
    private readonly Lock _gate = new();
    private readonly Dictionary<(RadiusRemote, RadiusDropReason), (long LoggedAt, long Count)> _seen = [];
    private readonly (long LoggedAt, long Count, bool Known)[] _others = new (long, long, bool)[Names.Length];
    private readonly long[] _totals = new long[Names.Length];
    private long _sweptAt = time.GetTimestamp();

    public long Total(RadiusDropReason reason) => Interlocked.Read(ref _totals[(int)reason]);

    public void Add(IPAddress address, RadiusDropReason reason) => Add(new RadiusRemote(new IPEndPoint(address, 0)), reason);

    public void Add(in RadiusRemote sender, RadiusDropReason reason)
    {
        counter.Add(1, new KeyValuePair<string, object?>("reason", Names[(int)reason]));
        Interlocked.Increment(ref _totals[(int)reason]);
        if (reason == RadiusDropReason.Pending)
        {
            return;
        }

        RadiusRemote remote = sender.WithPort(0);
        long count;
        bool own;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            bool known = _seen.TryGetValue((remote, reason), out (long LoggedAt, long Count) entry);
            own = known || HasRoom(now);
            if (!own)
            {
                (entry.LoggedAt, entry.Count, known) = _others[(int)reason];
            }

            count = entry.Count + 1;
            bool quiet = known && time.GetElapsedTime(entry.LoggedAt, now) < interval;
            entry = quiet ? (entry.LoggedAt, count) : (now, 0);
            if (own)
            {
                _seen[(remote, reason)] = entry;
            }
            else
            {
                _others[(int)reason] = (entry.LoggedAt, entry.Count, true);
            }

            if (quiet)
            {
                return;
            }
        }

        if (own)
        {
            RadiusLog.Dropped(logger, remote.Address, reason, count);
        }
        else
        {
            RadiusLog.DroppedMany(logger, reason, count);
        }
    }

    // Forgets, once in an interval, whoever has been quiet for one.
    private bool HasRoom(long now)
    {
        if (_seen.Count >= MostSenders && time.GetElapsedTime(_sweptAt, now) >= interval)
        {
            _sweptAt = now;
            foreach (((RadiusRemote, RadiusDropReason) sender, (long loggedAt, long _)) in _seen)
            {
                if (time.GetElapsedTime(loggedAt, now) >= interval)
                {
                    _seen.Remove(sender);
                }
            }
        }

        return _seen.Count < MostSenders;
    }
}
