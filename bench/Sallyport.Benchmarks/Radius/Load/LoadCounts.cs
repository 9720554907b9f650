using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>What a generator has counted.</summary>
internal sealed class LoadCounts
{
    /// <summary>From sending to the reply.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Requests sent.</summary>
    public long Sent { get; set; }

    /// <summary>Genuine replies.</summary>
    public long Answered => Latency.Count;

    /// <summary>Access-Accept.</summary>
    public long Accepts { get; private set; }

    /// <summary>Access-Reject.</summary>
    public long Rejects { get; private set; }

    /// <summary>Access-Challenge.</summary>
    public long Challenges { get; private set; }

    /// <summary>Accounting-Response.</summary>
    public long Accounting { get; private set; }

    /// <summary>Genuine replies to Access-Requests without a Message-Authenticator.</summary>
    public long WithoutMessageAuthenticator { get; private set; }

    /// <summary>Requests that had no genuine reply in time.</summary>
    public long Lost { get; set; }

    /// <summary>Replies that are malformed, not genuine, or lack a Message-Authenticator that they must have.</summary>
    public long Bad { get; set; }

    /// <summary>Replies that nobody waits for.</summary>
    public long Stray { get; set; }

    /// <summary>Genuine replies of another code than the request deserves.</summary>
    public long Unexpected { get; set; }

    /// <summary>Counts a genuine reply.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="nanoseconds">How long it took.</param>
    public void Count(RadiusPacket reply, long nanoseconds)
    {
        Latency.Add(nanoseconds);
        switch (reply.Code)
        {
            case RadiusCode.AccessAccept:
                Accepts++;
                break;
            case RadiusCode.AccessReject:
                Rejects++;
                break;
            case RadiusCode.AccessChallenge:
                Challenges++;
                break;
            case RadiusCode.AccountingResponse:
                Accounting++;
                break;
            default:
                break;
        }

        WithoutMessageAuthenticator += reply.HasMessageAuthenticator || reply.Code == RadiusCode.AccountingResponse ? 0 : 1;
    }

    /// <summary>Counts what another one has counted.</summary>
    public void Add(LoadCounts other)
    {
        Latency.Add(other.Latency);
        Sent += other.Sent;
        Accepts += other.Accepts;
        Rejects += other.Rejects;
        Challenges += other.Challenges;
        Accounting += other.Accounting;
        WithoutMessageAuthenticator += other.WithoutMessageAuthenticator;
        Lost += other.Lost;
        Bad += other.Bad;
        Stray += other.Stray;
        Unexpected += other.Unexpected;
    }
}
