using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Client;

/// <summary>How an exchange ended.</summary>
public enum RadiusExchangeState
{
    /// <summary>It has not.</summary>
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
    internal RadiusExchange(byte identifier, byte[] request, RadiusSecret secret, RadiusRetransmission retransmission, bool requireMessageAuthenticator, object? tag)
    {
        Identifier = identifier;
        Request = request;
        Secret = secret;
        Retransmission = retransmission;
        RequireMessageAuthenticator = requireMessageAuthenticator;
        Tag = tag;
    }

    /// <summary>The request's identifier.</summary>
    public byte Identifier { get; }

    /// <summary>The request's octets, the same in every try (RFC 2865 §2.5).</summary>
    public ReadOnlyMemory<byte> Request { get; }

    /// <summary>Where it stands.</summary>
    public RadiusExchangeState State { get; internal set; }

    /// <summary>The reply's octets, verified; empty until answered.</summary>
    public ReadOnlyMemory<byte> Reply { get; internal set; }

    /// <summary>How often the request was sent.</summary>
    public int Sent { get; internal set; }

    /// <summary>When it is sent again or given up, on the clock of whoever began it.</summary>
    public TimeSpan Deadline { get; internal set; }

    /// <summary>Whatever the caller keeps with it.</summary>
    public object? Tag { get; }

    internal RadiusSecret Secret { get; }

    internal RadiusRetransmission Retransmission { get; }

    internal bool RequireMessageAuthenticator { get; }

    internal RadiusCode Code => (RadiusCode)Request.Span[0];

    internal ReadOnlySpan<byte> Authenticator => Request.Span.Slice(4, RadiusAuthenticators.Size);
}
