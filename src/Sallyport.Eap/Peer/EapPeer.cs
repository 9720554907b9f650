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

    /// <summary>
    /// Which methods may be used, the favourite first. What is not implemented, or needs the password's text where only its NT hash is known,
    /// is left out.
    /// </summary>
    public IReadOnlyList<EapMethodType> Methods { get; init; } = [EapMethodType.MsChapV2, EapMethodType.Md5Challenge];

    /// <summary>Where random octets come from.</summary>
    public required EapRandom Random { get; init; }
}

/// <summary>
/// The peer's state machine (RFC 4137 §4, figure 3, in words): a request with a new identifier is answered by the method it names, or with a
/// Nak that names ours; the same request again gets the same response again; Success counts only once the method may end; either result counts
/// only as the answer to the last response, and after it nothing more is said. Not safe for concurrent use.
/// </summary>
public sealed class EapPeer
{
    private readonly EapPeerOptions _options;
    private readonly EapMethodType[] _methods;
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
        _methods = [.. options.Methods.Where(CanRun).Distinct()];
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

        if (eap.Code is EapCode.Success or EapCode.Failure && (_lastRequest.Length == 0 || eap.Identifier != _lastRequest[1]))
        {
            // RFC 3748 §4.2: either carries the identifier of the response that it answers.
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
                    _ended = true;
                    return EapPeerOutcome.Failure;
                }

                break;
            case EapMethodType.Notification:
                // RFC 3748 §5.2: acknowledged, whatever it says.
                break;
            case EapMethodType.None:
            case EapMethodType.Nak:
                // RFC 3748 §5.3: a Nak is a response only.
                return EapPeerOutcome.Discard;
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
        length = 0;
        if (_method is not null)
        {
            // RFC 3748 §2.1: once a method runs, no other may begin.
            return _method.Type == eap.Type ? _method.Handle(eap.Identifier, eap.TypeData, data, out length) : EapMethodResult.Discard;
        }

        if (!_methods.Contains(eap.Type))
        {
            // RFC 3748 §5.3.2: an expanded type is refused by an expanded Nak.
            bool expanded = type == EapMethodType.Expanded;
            length = expanded ? EapNak.WriteExpanded(_methods, data) : EapNak.Write(_methods, data);
            type = expanded ? EapMethodType.Expanded : EapMethodType.Nak;
            return EapMethodResult.Continue;
        }

        IEapPeerMethod method = Create(eap.Type);
        EapMethodResult result = method.Handle(eap.Identifier, eap.TypeData, data, out length);
        if (result != EapMethodResult.Discard)
        {
            _method = method;
        }

        return result;
    }

    private bool CanRun(EapMethodType type) => type switch
    {
        EapMethodType.MsChapV2 => true,
        EapMethodType.Md5Challenge or EapMethodType.GenericTokenCard => _options.Password.HasText,
        _ => false,
    };

    private IEapPeerMethod Create(EapMethodType type) => type switch
    {
        EapMethodType.Md5Challenge => new Md5ChallengeMethod(_options.Password),
        EapMethodType.GenericTokenCard => new GenericTokenCardMethod(_options.Password),
        _ => new MsChapV2PeerMethod(_options.Identity, _options.Password, _options.Random),
    };
}
