using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>A Key Exchange payload (RFC 7296 §3.4).</summary>
public readonly ref struct KeyExchangePayload
{
    private KeyExchangePayload(KeyExchangeMethod method, ReadOnlySpan<byte> data)
    {
        Method = method;
        Data = data;
    }

    /// <summary>The key exchange method, formerly Diffie-Hellman group.</summary>
    public KeyExchangeMethod Method { get; }

    /// <summary>The public value.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out KeyExchangePayload payload, out IkeParseError error)
    {
        payload = default;
        error = body.Length <= 4 ? IkeParseError.TooShort : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            payload = new KeyExchangePayload((KeyExchangeMethod)BinaryPrimitives.ReadUInt16BigEndian(body), body[4..]);
        }

        return error == IkeParseError.None;
    }
}

/// <summary>An Identification payload (RFC 7296 §3.5).</summary>
public readonly ref struct IdentificationPayload
{
    private IdentificationPayload(ReadOnlySpan<byte> body) => Body = body;

    /// <summary>The whole body, which AUTH covers (RFC 7296 §2.15).</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>What kind of identity it is.</summary>
    public IkeIdentificationType Type => (IkeIdentificationType)Body[0];

    /// <summary>The identity.</summary>
    public ReadOnlySpan<byte> Data => Body[4..];

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out IdentificationPayload payload, out IkeParseError error)
    {
        payload = default;
        error = body.Length < 4 ? IkeParseError.TooShort : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            bool fits = (IkeIdentificationType)body[0] switch
            {
                IkeIdentificationType.IPv4Address => body.Length == 8,
                IkeIdentificationType.IPv6Address => body.Length == 20,
                _ => true,
            };
            error = fits ? IkeParseError.None : IkeParseError.Malformed;
        }

        if (error == IkeParseError.None)
        {
            payload = new IdentificationPayload(body);
        }

        return error == IkeParseError.None;
    }
}

/// <summary>A Certificate (RFC 7296 §3.6) or Certificate Request payload (RFC 7296 §3.7): an encoding and its octets.</summary>
public readonly ref struct CertificatePayload
{
    private CertificatePayload(IkeCertificateEncoding encoding, ReadOnlySpan<byte> data)
    {
        Encoding = encoding;
        Data = data;
    }

    /// <summary>The encoding.</summary>
    public IkeCertificateEncoding Encoding { get; }

    /// <summary>The certificate; in a request the SHA-1 hashes of trusted keys, 20 octets each.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out CertificatePayload payload, out IkeParseError error)
    {
        payload = default;
        error = body.IsEmpty ? IkeParseError.TooShort : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            payload = new CertificatePayload((IkeCertificateEncoding)body[0], body[1..]);
        }

        return error == IkeParseError.None;
    }
}

/// <summary>An Authentication payload (RFC 7296 §3.8).</summary>
public readonly ref struct AuthenticationPayload
{
    private AuthenticationPayload(IkeAuthenticationMethod method, ReadOnlySpan<byte> data)
    {
        Method = method;
        Data = data;
    }

    /// <summary>How it was made.</summary>
    public IkeAuthenticationMethod Method { get; }

    /// <summary>The signature or message integrity code.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out AuthenticationPayload payload, out IkeParseError error)
    {
        payload = default;
        error = body.Length < 4 ? IkeParseError.TooShort : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            payload = new AuthenticationPayload((IkeAuthenticationMethod)body[0], body[4..]);
        }

        return error == IkeParseError.None;
    }
}

/// <summary>A Notify payload (RFC 7296 §3.10).</summary>
public readonly ref struct NotifyPayload
{
    private readonly ReadOnlySpan<byte> _body;

    private NotifyPayload(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>The SA's protocol, none where it is about no SA or the IKE SA itself.</summary>
    public IkeProtocolId Protocol => (IkeProtocolId)_body[0];

    /// <summary>What is notified.</summary>
    public IkeNotifyType Type => (IkeNotifyType)BinaryPrimitives.ReadUInt16BigEndian(_body[2..]);

    /// <summary>Whether it is an error: types below 16384.</summary>
    public bool IsError => (ushort)Type < 16384;

    /// <summary>The SA's SPI, or empty.</summary>
    public ReadOnlySpan<byte> Spi => _body.Slice(4, _body[1]);

    /// <summary>The notification's data.</summary>
    public ReadOnlySpan<byte> Data => _body[(4 + _body[1])..];

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out NotifyPayload payload, out IkeParseError error)
    {
        payload = default;
        error = body.Length < 4 ? IkeParseError.TooShort : 4 + body[1] > body.Length ? IkeParseError.Malformed : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            payload = new NotifyPayload(body);
        }

        return error == IkeParseError.None;
    }
}

/// <summary>A Delete payload (RFC 7296 §3.11).</summary>
public readonly ref struct DeletePayload
{
    private readonly ReadOnlySpan<byte> _body;

    private DeletePayload(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>The SAs' protocol; of IKE no SPI follows, the SA is the one that the message came by.</summary>
    public IkeProtocolId Protocol => (IkeProtocolId)_body[0];

    /// <summary>How many SPIs follow.</summary>
    public int Count => BinaryPrimitives.ReadUInt16BigEndian(_body[2..]);

    /// <summary>One SPI, as its sender receives under it.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public ReadOnlySpan<byte> Spi(int index) => _body.Slice(4 + (index * _body[1]), _body[1]);

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out DeletePayload payload, out IkeParseError error)
    {
        payload = default;
        if (body.Length < 4)
        {
            error = IkeParseError.TooShort;
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
        bool fits = (IkeProtocolId)body[0] == IkeProtocolId.Ike ? body[1] == 0 && count == 0 && body.Length == 4 : body[1] == 4 && body.Length == 4 + (4 * count);
        error = !fits ? IkeParseError.Malformed : count > IkeLimits.Default.Items ? IkeParseError.TooMany : IkeParseError.None;
        if (error == IkeParseError.None)
        {
            payload = new DeletePayload(body);
        }

        return error == IkeParseError.None;
    }
}
