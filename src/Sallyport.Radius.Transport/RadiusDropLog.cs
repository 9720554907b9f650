using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

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

    /// <summary>Too many requests at once.</summary>
    Overload,

    /// <summary>A reply to no request under way.</summary>
    UnexpectedReply,
}

/// <summary>Counts drops, and logs them at most once per sender, reason and interval.</summary>
internal sealed class RadiusDropLog(ILogger logger, TimeProvider time, Counter<long> counter, TimeSpan interval)
{
    private const int MostSenders = 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<(IPAddress, RadiusDropReason), (long LoggedAt, long Count)> _seen = [];
    private readonly long[] _totals = new long[Enum.GetValues<RadiusDropReason>().Length];

    public long Total(RadiusDropReason reason) => Interlocked.Read(ref _totals[(int)reason]);

    public void Add(IPAddress remote, RadiusDropReason reason)
    {
        counter.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
        Interlocked.Increment(ref _totals[(int)reason]);
        if (reason == RadiusDropReason.Pending)
        {
            return;
        }

        long count;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            bool known = _seen.TryGetValue((remote, reason), out (long LoggedAt, long Count) entry);
            count = entry.Count + 1;
            if (known && time.GetElapsedTime(entry.LoggedAt, now) < interval)
            {
                _seen[(remote, reason)] = entry with { Count = count };
                return;
            }

            if (!known && _seen.Count >= MostSenders)
            {
                // Senders can be forged: rather lose counts than memory.
                _seen.Clear();
            }

            _seen[(remote, reason)] = (now, 0);
        }

        RadiusLog.Dropped(logger, remote, reason, count);
    }
}
