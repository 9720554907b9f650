using System.Net;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>What a reply says.</summary>
public enum RadiusOutcome
{
    /// <summary>A Protocol-Error (RFC 7930), or a code that says neither yes nor no.</summary>
    Error,

    /// <summary>Access-Accept, Accounting-Response, Disconnect-ACK or CoA-ACK.</summary>
    Accepted,

    /// <summary>Access-Reject, Disconnect-NAK or CoA-NAK.</summary>
    Rejected,

    /// <summary>Access-Challenge: the server wants another request, with its State (RFC 2865 §4.4). Nobody is logged in.</summary>
    Challenged,

    /// <summary>An Access-Accept of a server that did not prove what the method asks of it: in MS-CHAPv2 that it knows the password. Nobody is logged in.</summary>
    Unproven,
}

/// <summary>Where a request is about to go: what has to be known to write it.</summary>
/// <param name="Server">The server.</param>
/// <param name="Secret">What hides attributes on the way there: the shared secret, "radsec" over TLS, <see cref="RadiusSecret.None"/> in RADIUS/1.1.</param>
/// <param name="Local">The source address and port.</param>
/// <param name="Remote">The server's address and port.</param>
/// <param name="Identifier">The request's identifier; 0 in RADIUS/1.1.</param>
public readonly record struct RadiusHop(RadiusUpstream Server, RadiusSecret Secret, IPEndPoint Local, IPEndPoint Remote, byte Identifier);

/// <summary>Adds the attributes of a request; called once for each server that it is sent to, just before it is sent.</summary>
/// <param name="writer">The packet.</param>
/// <param name="hop">Where it goes.</param>
public delegate void RadiusRequestWriter(ref RadiusPacketWriter writer, RadiusHop hop);

/// <summary>A genuine reply.</summary>
public sealed class RadiusReply
{
    private bool _unproven;

    internal RadiusReply(ReadOnlyMemory<byte> octets, ReadOnlyMemory<byte> requestOctets, RadiusHop hop)
    {
        Octets = octets;
        RequestOctets = requestOctets;
        Hop = hop;
    }

    /// <summary>The reply's octets.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>The octets of the request that it answers.</summary>
    public ReadOnlyMemory<byte> RequestOctets { get; }

    /// <summary>Which way the request went.</summary>
    public RadiusHop Hop { get; }

    /// <summary>The server that answered; a conversation goes on with it.</summary>
    public RadiusUpstream Server => Hop.Server;

    /// <summary>The reply.</summary>
    public RadiusPacket Packet => RadiusPacket.TryParse(Octets.Span, out RadiusPacket packet, out _) ? packet : default;

    /// <summary>What it says.</summary>
    public RadiusOutcome Outcome => _unproven ? RadiusOutcome.Unproven : (RadiusCode)Octets.Span[0] switch
    {
        RadiusCode.AccessAccept or RadiusCode.AccountingResponse or RadiusCode.DisconnectAck or RadiusCode.CoaAck => RadiusOutcome.Accepted,
        RadiusCode.AccessReject or RadiusCode.DisconnectNak or RadiusCode.CoaNak => RadiusOutcome.Rejected,
        RadiusCode.AccessChallenge => RadiusOutcome.Challenged,
        _ => RadiusOutcome.Error,
    };

    /// <summary>Whether it says yes. A challenge does not.</summary>
    public bool IsAccepted => Outcome == RadiusOutcome.Accepted;

    /// <summary>The request's authenticator, 16 octets.</summary>
    public ReadOnlySpan<byte> RequestAuthenticator => RequestOctets.Span.Slice(4, RadiusAuthenticators.Size);

    /// <summary>Reveals a hidden attribute of the reply.</summary>
    /// <param name="key">The attribute.</param>
    /// <param name="destination">Where the value goes; 253 octets hold any. The caller clears it.</param>
    /// <param name="length">The value's octets.</param>
    /// <returns>Whether the attribute is there and its form is right.</returns>
    public bool TryDecrypt(EncryptedKey key, Span<byte> destination, out int length) => Packet.TryDecrypt(key, Hop.Secret, RequestAuthenticator, destination, out length);

    internal RadiusReply Unproven()
    {
        _unproven = true;
        return this;
    }

    /// <summary>The code, the identifier and who sent it.</summary>
    public override string ToString() => $"{Packet.ToString()} from {Server}";
}
