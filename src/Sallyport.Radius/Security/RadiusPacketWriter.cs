using System.Buffers.Binary;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <summary>
/// Writes a packet into the caller's span and signs it at the end: there is no way to an unsigned one. The Message-Authenticator stands first
/// (CVE-2024-3596). A span that is too small, or a value too long for its attribute, is remembered and reported once, by
/// <see cref="TryComplete"/>.
/// </summary>
public ref partial struct RadiusPacketWriter
{
    private readonly Span<byte> _buffer;
    private readonly ReadOnlySpan<byte> _authenticator;
    private readonly bool _hasMessageAuthenticator;
    private int _length;
    private bool _malformed;

    // The TLVs that are open: the innermost, and of each where it begins and how deep the one around it is, plus one, or 0 for none.
    private RadiusAttributeId _scope;
    private RadiusLevels _scopeStarts;
    private RadiusLevels _scopeDepths;
    private int _scopes;

    // The vendor whose attributes share Vendor-Specific ones, and where the one is that still has room; 0 for none.
    private uint _vendor;
    private int _vendorAt;

    /// <summary>Begins a packet.</summary>
    /// <param name="buffer">Where it goes; <see cref="RadiusPacket.LargestSize"/> octets hold any.</param>
    /// <param name="code">The code.</param>
    /// <param name="identifier">The identifier; in a reply the request's.</param>
    /// <param name="authenticator">16 octets: of an Access-Request or Status-Server its own, random and never used before (RFC 2865 §3); of a
    /// reply the request's; of other requests ignored, but for the Token of RADIUS/1.1. Must stay as it is until the packet is complete.</param>
    public RadiusPacketWriter(Span<byte> buffer, RadiusCode code, byte identifier, ReadOnlySpan<byte> authenticator)
    {
        _buffer = buffer;
        _authenticator = authenticator;
        Code = code;
        _scopeStarts = default;
        _scopeDepths = default;
        _length = RadiusPacket.HeaderSize;
        if (buffer.Length < RadiusPacket.HeaderSize || (!IsHashedRequest(code) && authenticator.Length != RadiusAuthenticators.Size))
        {
            _malformed = true;
            return;
        }

        buffer[0] = (byte)code;
        buffer[1] = identifier;

        // Accounting has its own authenticator and no need of it (RFC 5080 §2.2.2); everything else is signed twice.
        _hasMessageAuthenticator = code is not (RadiusCode.AccountingRequest or RadiusCode.AccountingResponse);
        if (_hasMessageAuthenticator)
        {
            Span<byte> zeros = stackalloc byte[RadiusAuthenticators.Size];
            zeros.Clear();
            AddAttribute(RadiusPacket.MessageAuthenticatorType, zeros);
        }
    }

    /// <summary>The code.</summary>
    public RadiusCode Code { get; }

    /// <summary>The authenticator given: in an Access-Request its own, over which CHAP may be computed (RFC 2865 §5.3).</summary>
    public readonly ReadOnlySpan<byte> Authenticator => _authenticator;

    /// <summary>Octets written so far, or needed where the buffer is too small.</summary>
    public readonly int Length => _length;

    /// <summary>Signs and completes the packet.</summary>
    /// <param name="secret">The secret shared with the receiver; with <see cref="RadiusSecret.None"/> the packet is one of RADIUS/1.1, whose Token
    /// are the first four octets of the authenticator.</param>
    /// <param name="length">The packet's octets; where the buffer is too small, what it needs.</param>
    /// <returns>Whether the packet is whole: false where the buffer is too small, a value does not fit its attribute, or what was begun was not ended.</returns>
    public readonly bool TryComplete(RadiusSecret secret, out int length)
    {
        Guard.NotNull(secret);
        length = _length;
        if (_malformed || _scopes > 0 || _vendor != 0 || _length > _buffer.Length || _length > RadiusPacket.LargestSize)
        {
            return false;
        }

        Span<byte> packet = _buffer[.._length];
        if (secret.IsNone)
        {
            length = CompleteWithToken(packet);
            return true;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)_length);

        // What both signatures are computed over stands in the authenticator's place, and is hashed there with the rest.
        Span<byte> authenticator = packet.Slice(4, RadiusAuthenticators.Size);
        if (IsHashedRequest(Code))
        {
            authenticator.Clear();
        }
        else
        {
            _authenticator.CopyTo(authenticator);
        }

        // RFC 3579 §3.2: the Message-Authenticator comes first, over the request's authenticator; then the one over everything.
        if (_hasMessageAuthenticator)
        {
            const int Offset = RadiusPacket.HeaderSize + 2;
            RadiusAuthenticators.ComputeMessageAuthenticator(packet, Offset, default, secret, packet.Slice(Offset, RadiusAuthenticators.Size));
        }

        if (Code is not (RadiusCode.AccessRequest or RadiusCode.StatusServer))
        {
            RadiusAuthenticators.ComputeAuthenticator(packet, secret, authenticator);
        }

        return true;
    }

    // RFC 9765 §4.1 and §5.2: the identifier's octet is zero, the Token stands behind the length, zeros after it, and there is no Message-Authenticator.
    private readonly int CompleteWithToken(Span<byte> packet)
    {
        int length = packet.Length;
        if (_hasMessageAuthenticator)
        {
            const int Size = 2 + RadiusAuthenticators.Size;
            packet[(RadiusPacket.HeaderSize + Size)..].CopyTo(packet[RadiusPacket.HeaderSize..]);
            length -= Size;
        }

        packet[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        packet[4..RadiusPacket.HeaderSize].Clear();
        _authenticator[..Math.Min(RadiusAuthenticators.TokenSize, _authenticator.Length)].CopyTo(packet[4..]);
        return length;
    }

    // Requests whose authenticator is a hash over themselves (RFC 2866 §3, RFC 5176 §2.3).
    private static bool IsHashedRequest(RadiusCode code) => code is RadiusCode.AccountingRequest or RadiusCode.DisconnectRequest or RadiusCode.CoaRequest;
}
