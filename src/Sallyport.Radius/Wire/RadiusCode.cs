namespace Sallyport.Radius.Wire;

/// <summary>RADIUS codes (RFC 2865 §3 and IANA). An open set: unknown numbers pass through.</summary>
public enum RadiusCode : byte
{
    /// <summary>Access-Request.</summary>
    AccessRequest = 1,

    /// <summary>Access-Accept.</summary>
    AccessAccept = 2,

    /// <summary>Access-Reject.</summary>
    AccessReject = 3,

    /// <summary>Accounting-Request (RFC 2866).</summary>
    AccountingRequest = 4,

    /// <summary>Accounting-Response (RFC 2866).</summary>
    AccountingResponse = 5,

    /// <summary>Access-Challenge.</summary>
    AccessChallenge = 11,

    /// <summary>Status-Server (RFC 5997).</summary>
    StatusServer = 12,

    /// <summary>Disconnect-Request (RFC 5176).</summary>
    DisconnectRequest = 40,

    /// <summary>Disconnect-ACK (RFC 5176).</summary>
    DisconnectAck = 41,

    /// <summary>Disconnect-NAK (RFC 5176).</summary>
    DisconnectNak = 42,

    /// <summary>CoA-Request (RFC 5176).</summary>
    CoaRequest = 43,

    /// <summary>CoA-ACK (RFC 5176).</summary>
    CoaAck = 44,

    /// <summary>CoA-NAK (RFC 5176).</summary>
    CoaNak = 45,

    /// <summary>Protocol-Error (RFC 7930).</summary>
    ProtocolError = 52,
}

/// <summary>Why octets are not a well-formed RADIUS packet.</summary>
public enum RadiusParseError
{
    /// <summary>They are.</summary>
    None,

    /// <summary>Fewer than 20 octets (RFC 2865 §3).</summary>
    TooShort,

    /// <summary>The Length field is below 20, above 4096, or beyond the datagram (RFC 2865 §3).</summary>
    Length,

    /// <summary>An attribute's length is below 2 or beyond the packet (RFC 2865 §5).</summary>
    AttributeLength,

    /// <summary>More than one Message-Authenticator, or one that has not 18 octets (RFC 3579 §3.2).</summary>
    MessageAuthenticator,

    /// <summary>More attributes than the limit.</summary>
    TooManyAttributes,
}
