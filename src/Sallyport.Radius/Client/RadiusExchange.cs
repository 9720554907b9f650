using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Client;

/// <summary>How an exchange stands.</summary>
public enum RadiusExchangeState
{
    /// <summary>It has an identifier, and its request is being built.</summary>
    Reserved,

    /// <summary>Its request was sent.</summary>
    Waiting,

    /// <summary>A genuine reply came.</summary>
    Answered,

    /// <summary>No genuine reply came in all tries.</summary>
    TimedOut,

    /// <summary>The caller gave it up.</summary>
    Cancelled,
}

/// <summary>A request under way.</summary>
public sealed class RadiusExchange
{
    internal RadiusExchange(int slot, byte identifier, uint token, object? tag)
    {
        Slot = slot;
        Identifier = identifier;
        Token = token;
        Tag = tag;
    }

    /// <summary>The request's identifier; 0 in RADIUS/1.1.</summary>
    public byte Identifier { get; }

    /// <summary>What matches request and reply in RADIUS/1.1 (RFC 9765 §4.2); 0 elsewhere.</summary>
    public uint Token { get; }

    /// <summary>The request's octets, the same in every try (RFC 2865 §2.5); empty until it is sent.</summary>
    public ReadOnlyMemory<byte> Request { get; private set; }

    /// <summary>Where it stands.</summary>
    public RadiusExchangeState State { get; internal set; }

    /// <summary>The reply's octets, verified; empty until answered.</summary>
    public ReadOnlyMemory<byte> Reply { get; internal set; }

    /// <summary>How often the request was sent.</summary>
    public int Sent { get; private set; }

    /// <summary>When it was first sent, on the clock of whoever began it.</summary>
    public TimeSpan Started { get; private set; }

    /// <summary>When it is sent again or given up, on the same clock.</summary>
    public TimeSpan Deadline { get; private set; }

    /// <summary>Whatever the caller keeps with it.</summary>
    public object? Tag { get; }

    internal int Slot { get; }

    internal RadiusSecret Secret { get; private set; } = RadiusSecret.None;

    internal bool RequireMessageAuthenticator { get; private set; }

    internal RadiusCode Code => (RadiusCode)Request.Span[0];

    internal ReadOnlySpan<byte> Authenticator => Request.Span.Slice(4, RadiusAuthenticators.Size);

    private RadiusRetransmission Retransmission { get; set; } = RadiusRetransmission.Default;

    private TimeSpan Wait { get; set; }

    internal void Start(ReadOnlyMemory<byte> request, RadiusSecret secret, RadiusRetransmission retransmission, bool requireMessageAuthenticator, TimeSpan now, double random)
    {
        Request = request;
        Secret = secret;
        Retransmission = retransmission;
        RequireMessageAuthenticator = requireMessageAuthenticator;
        Started = now;
        State = RadiusExchangeState.Waiting;
        SendAt(now, random);
    }

    /// <summary>Whether it may be sent once more.</summary>
    internal bool HasTries(TimeSpan now) =>
        (Retransmission.MaximumCount <= 0 || Sent < Retransmission.MaximumCount)
        && (Retransmission.MaximumDuration <= TimeSpan.Zero || now - Started < Retransmission.MaximumDuration);

    internal void SendAt(TimeSpan now, double random)
    {
        Sent++;
        Wait = Retransmission.WaitAfter(Wait, random);
        Deadline = now + Wait;
        if (Retransmission.MaximumDuration > TimeSpan.Zero && Deadline > Started + Retransmission.MaximumDuration)
        {
            Deadline = Started + Retransmission.MaximumDuration;
        }
    }
}
