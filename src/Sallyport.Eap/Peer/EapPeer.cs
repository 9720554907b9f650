using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Peer;

/// <summary>What a packet meant to the peer.</summary>
public enum EapPeerOutcome
{
    /// <summary>A response is to be sent.</summary>
    Respond,

    /// <summary>The authenticator lets the peer in, and the method agrees.</summary>
    Success,

    /// <summary>It does not, or the method does not trust it.</summary>
    Failure,

    /// <summary>The packet is to be dropped.</summary>
    Discard,
}

/// <summary>How a peer answers.</summary>
public sealed class EapPeerOptions
{
    /// <summary>The answer to an Identity request.</summary>
    public required string Identity { get; init; }

    /// <summary>The password.</summary>
    public required EapPassword Password { get; init; }

    /// <summary>Which methods may be used, the favourite first.</summary>
    public IReadOnlyList<EapMethodType> Methods { get; init; } = [EapMethodType.MsChapV2, EapMethodType.Md5Challenge];

    /// <summary>Where random octets come from.</summary>
    public required EapRandom Random { get; init; }
}

/// <summary>
/// The peer's state machine (RFC 4137 §4, figure 3, in words): a request with a new identifier is answered by the method it names, or with a
/// Nak that names ours; the same request again gets the same response again; Success counts only once the method may end, Failure always;
/// after either nothing more is said. Not safe for concurrent use.
/// </summary>
public sealed class EapPeer
{
    private readonly EapPeerOptions _options;
    private byte[] _lastRequest = [];
    private byte[] _lastResponse = [];
    private IEapPeerMethod? _method;
    private bool _methodFailed;
    private bool _ended;

    /// <summary>Begins a conversation.</summary>
    public EapPeer(EapPeerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>The MSK once the conversation has ended well: 64 octets, or empty where the method makes none.</summary>
    public ReadOnlySpan<byte> MasterSessionKey => _ended && _method is not null ? _method.MasterSessionKey : default;

    /// <summary>The method that was used, if any.</summary>
    public EapMethodType Method => _method?.Type ?? EapMethodType.None;

    /// <summary>Takes a packet of the authenticator.</summary>
    /// <param name="packet">The EAP packet.</param>
    /// <param name="response">Where the response goes; 1020 octets hold any.</param>
    /// <param name="length">Its octets.</param>
    public EapPeerOutcome Handle(ReadOnlySpan<byte> packet, Span<byte> response, out int length)
    {
        length = 0;
        if (_ended || !EapPacket.TryParse(packet, out EapPacket eap, out _))
        {
            return EapPeerOutcome.Discard;
        }

        switch (eap.Code)
        {
            case EapCode.Request:
                return HandleRequest(eap, response, out length);
            case EapCode.Success when _method is { MayEnd: true } && !_methodFailed:
                _ended = true;
                return EapPeerOutcome.Success;
            case EapCode.Failure:
                _ended = true;
                return EapPeerOutcome.Failure;
            default:
                // RFC 3748 §4.2: Success before the method may end is dropped; so is a Response, which only peers send.
                return EapPeerOutcome.Discard;
        }
    }

    private EapPeerOutcome HandleRequest(EapPacket eap, Span<byte> response, out int length)
    {
        length = 0;
        if (_lastRequest.AsSpan().SequenceEqual(eap.Span))
        {
            // RFC 3748 §4.1: a retransmission gets the same response, and the method does not see it.
            if (_lastResponse.Length > response.Length)
            {
                return EapPeerOutcome.Discard;
            }

            _lastResponse.CopyTo(response);
            length = _lastResponse.Length;
            return EapPeerOutcome.Respond;
        }

        Span<byte> data = stackalloc byte[EapLimits.LargestPacket - EapPacket.HeaderSize - 1];
        EapMethodType type = eap.Type;
        int dataLength = 0;
        switch (type)
        {
            case EapMethodType.Identity:
                if (!Encoding.UTF8.TryGetBytes(_options.Identity, data, out dataLength))
                {
                    return EapPeerOutcome.Failure;
                }

                break;
            case EapMethodType.Notification:
                // RFC 3748 §5.2: acknowledged, whatever it says.
                break;
            default:
                EapMethodResult result = HandleMethod(eap, data, ref type, out dataLength);
                if (result == EapMethodResult.Discard)
                {
                    return EapPeerOutcome.Discard;
                }

                _methodFailed |= result == EapMethodResult.Failure;
                if (_methodFailed && dataLength == 0)
                {
                    _ended = true;
                    return EapPeerOutcome.Failure;
                }

                break;
        }

        if (!EapPacket.TryWrite(EapCode.Response, eap.Identifier, type, data[..dataLength], response, out length))
        {
            length = 0;
            return EapPeerOutcome.Discard;
        }

        _lastRequest = eap.Span.ToArray();
        _lastResponse = response[..length].ToArray();
        return EapPeerOutcome.Respond;
    }

    private EapMethodResult HandleMethod(EapPacket eap, Span<byte> data, ref EapMethodType type, out int length)
    {
        if (_method?.Type != eap.Type)
        {
            // RFC 3748 §2.1: once a method runs, no other may begin.
            if (_method is not null)
            {
                length = 0;
                return EapMethodResult.Discard;
            }

            if (!_options.Methods.Contains(eap.Type) || (_method = Create(eap.Type)) is null)
            {
                return Nak(eap.Type, data, ref type, out length);
            }
        }

        return _method.Handle(eap.Identifier, eap.TypeData, data, out length);
    }

    private EapMethodResult Nak(EapMethodType refused, Span<byte> data, ref EapMethodType type, out int length)
    {
        if (refused == EapMethodType.Expanded)
        {
            // RFC 3748 §5.3.2: an expanded type is refused by an expanded Nak; each of our types as vendor 0.
            type = EapMethodType.Expanded;
            length = 0;
            Write(data, ref length, EapMethodType.Nak);
            foreach (EapMethodType method in _options.Methods)
            {
                data[length++] = (byte)EapMethodType.Expanded;
                Write(data, ref length, method);
            }

            return EapMethodResult.Continue;
        }

        type = EapMethodType.Nak;
        length = 0;
        foreach (EapMethodType method in _options.Methods.Take(16))
        {
            data[length++] = (byte)method;
        }

        if (length == 0)
        {
            data[length++] = 0;
        }

        return EapMethodResult.Continue;

        static void Write(Span<byte> data, ref int length, EapMethodType method)
        {
            data.Slice(length, 6).Clear();
            data[length + 6] = (byte)method;
            length += 7;
        }
    }

    private IEapPeerMethod? Create(EapMethodType type) => type switch
    {
        EapMethodType.Md5Challenge => new Md5ChallengeMethod(_options.Password),
        EapMethodType.GenericTokenCard => new GenericTokenCardMethod(_options.Password),
        EapMethodType.MsChapV2 => new MsChapV2PeerMethod(_options.Identity, _options.Password, _options.Random),
        _ => null,
    };
}
