using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Authenticator;

/// <summary>What the authenticator does next.</summary>
public enum EapAuthenticatorOutcome
{
    /// <summary>A request is to be sent.</summary>
    Request,

    /// <summary>Success is to be sent: the peer is who it says.</summary>
    Success,

    /// <summary>Failure is to be sent.</summary>
    Failure,

    /// <summary>The response is to be relayed; <see cref="EapAuthenticator.Resume"/> goes on.</summary>
    Pending,

    /// <summary>The packet is to be dropped.</summary>
    Discard,
}

/// <summary>Where an authenticator stands.</summary>
public enum EapAuthenticatorState
{
    /// <summary>Nothing was sent.</summary>
    Initial,

    /// <summary>An Identity request was sent.</summary>
    Identity,

    /// <summary>A method's request was sent.</summary>
    Method,

    /// <summary>A response is being relayed.</summary>
    Pending,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>How an authenticator asks.</summary>
public sealed class EapAuthenticatorOptions
{
    /// <summary>Where random octets come from.</summary>
    public required EapRandom Random { get; init; }

    /// <summary>Whether the conversation begins with an Identity request.</summary>
    public bool QueryIdentity { get; init; } = true;

    /// <summary>The identity where it is known without asking.</summary>
    public string? KnownIdentity { get; init; }

    /// <summary>
    /// The methods for an identity, the favourite first, each made when it is needed. An unknown person gets the same methods with no
    /// password, so that nothing tells that they are unknown. Leave it null to pass everything through.
    /// </summary>
    public Func<string, IReadOnlyList<KeyValuePair<EapMethodType, Func<IEapServerMethod>>>>? Methods { get; init; }
}

/// <summary>
/// The authenticator's state machine (RFC 4137 §5 and §6, figures 5 and 6, in words): Identity, then the favourite method; a Nak in the
/// method's first round chooses another one; responses with another identifier than the request's are dropped; the method's end is Success or
/// Failure. With pass-through every response waits for a server elsewhere. Not safe for concurrent use.
/// </summary>
public sealed class EapAuthenticator
{
    private const int LongestIdentity = 253;
    private readonly EapAuthenticatorOptions _options;
    private readonly EapPassThroughMethod? _passThrough;
    private IReadOnlyList<KeyValuePair<EapMethodType, Func<IEapServerMethod>>> _methods = [];
    private readonly HashSet<EapMethodType> _tried = [];
    private IEapServerMethod? _method;
    private bool _firstRound;
    private bool _succeeded;
    private byte _identifier;

    /// <summary>Begins a conversation.</summary>
    public EapAuthenticator(EapAuthenticatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _passThrough = options.Methods is null ? new EapPassThroughMethod() : null;
        Identity = options.KnownIdentity;
        Span<byte> first = stackalloc byte[1];
        options.Random(first);
        _identifier = first[0];
    }

    /// <summary>Where it stands.</summary>
    public EapAuthenticatorState State { get; private set; }

    /// <summary>The peer's identity, once it has said it. Not proven until Success.</summary>
    public string? Identity { get; private set; }

    /// <summary>The method that runs or ran.</summary>
    public EapMethodType Method => _method?.Type ?? EapMethodType.None;

    /// <summary>The MSK after Success; empty where the method makes none.</summary>
    public ReadOnlySpan<byte> MasterSessionKey =>
        !_succeeded ? default : _passThrough is not null ? _passThrough.MasterSessionKey : _method is not null ? _method.MasterSessionKey : default;

    /// <summary>Begins: the first request, or <see cref="EapAuthenticatorOutcome.Pending"/> where a server elsewhere is to begin (RFC 3579 §2.1, EAP-Start).</summary>
    /// <param name="packet">Where the request goes; 1020 octets hold any.</param>
    /// <param name="length">Its octets.</param>
    public EapAuthenticatorOutcome Start(Span<byte> packet, out int length)
    {
        length = 0;
        if (State != EapAuthenticatorState.Initial)
        {
            throw new InvalidOperationException("the conversation has begun before");
        }

        if (_options.QueryIdentity)
        {
            State = EapAuthenticatorState.Identity;
            return Send(EapMethodType.Identity, default, packet, out length);
        }

        return Begin(packet, out length);
    }

    /// <summary>Takes a response.</summary>
    /// <param name="response">The peer's EAP packet.</param>
    /// <param name="packet">Where the next request goes; 1020 octets hold any. Success and Failure are written here too.</param>
    /// <param name="length">Its octets.</param>
    public EapAuthenticatorOutcome Handle(ReadOnlySpan<byte> response, Span<byte> packet, out int length)
    {
        length = 0;
        if (!EapPacket.TryParse(response, out EapPacket eap, out _)
            || eap.Code != EapCode.Response
            || eap.Identifier != _identifier
            || State is not (EapAuthenticatorState.Identity or EapAuthenticatorState.Method))
        {
            // RFC 3748 §4.1: a response with another identifier is dropped.
            return EapAuthenticatorOutcome.Discard;
        }

        if (State == EapAuthenticatorState.Identity)
        {
            return HandleIdentity(eap, packet, out length);
        }

        if (_passThrough is not null)
        {
            State = EapAuthenticatorState.Pending;
            return EapAuthenticatorOutcome.Pending;
        }

        if (_firstRound && EapNak.Is(eap))
        {
            return Try(EapNak.Wanted(eap), packet, out length);
        }

        if (eap.Type != _method!.Type)
        {
            return EapAuthenticatorOutcome.Discard;
        }

        Span<byte> data = stackalloc byte[EapLimits.LargestPacket - EapPacket.HeaderSize - 1];
        EapMethodResult result = _method.Handle(eap.Identifier, eap.TypeData, (byte)(eap.Identifier + 1), data, out int dataLength);
        switch (result)
        {
            case EapMethodResult.Continue:
                _firstRound = false;
                _identifier++;
                return Send(_method.Type, data[..dataLength], packet, out length);
            case EapMethodResult.Success:
                return End(EapCode.Success, packet, out length);
            case EapMethodResult.Discard:
                return EapAuthenticatorOutcome.Discard;
            default:
                return End(EapCode.Failure, packet, out length);
        }
    }

    /// <summary>Brings the answer of the server elsewhere.</summary>
    /// <param name="result">What it decided.</param>
    /// <param name="serverPacket">Its EAP packet; empty where it sent none.</param>
    /// <param name="masterSessionKey">The key that it handed over with Accept, or empty.</param>
    /// <param name="packet">Where the packet for the peer goes; as long as the server's, at least 1020 octets.</param>
    /// <param name="length">Its octets.</param>
    /// <exception cref="InvalidOperationException">Nothing is pending.</exception>
    public EapAuthenticatorOutcome Resume(
        EapPassThroughResult result, ReadOnlySpan<byte> serverPacket, ReadOnlySpan<byte> masterSessionKey, Span<byte> packet, out int length)
    {
        if (State != EapAuthenticatorState.Pending)
        {
            throw new InvalidOperationException("nothing is pending");
        }

        bool parsed = EapPacket.TryParse(serverPacket, out EapPacket eap, out _);
        switch (result)
        {
            case EapPassThroughResult.Request when parsed && eap.Code == EapCode.Request && eap.Span.Length <= packet.Length:
                State = EapAuthenticatorState.Method;
                _identifier = eap.Identifier;
                eap.Span.CopyTo(packet);
                length = eap.Span.Length;
                return EapAuthenticatorOutcome.Request;
            case EapPassThroughResult.Accept:
                // RFC 3579 §2.6.3: the server's decision counts; its EAP packet should say the same, and must not say the opposite.
                if (parsed && eap.Code is not EapCode.Success)
                {
                    return End(EapCode.Failure, packet, out length);
                }

                _passThrough!.SetMasterSessionKey(masterSessionKey);
                return End(EapCode.Success, packet, out length);
            default:
                return End(EapCode.Failure, packet, out length);
        }
    }

    private EapAuthenticatorOutcome HandleIdentity(EapPacket eap, Span<byte> packet, out int length)
    {
        length = 0;
        if (eap.Type != EapMethodType.Identity)
        {
            return EapAuthenticatorOutcome.Discard;
        }

        if (eap.TypeData.Length is 0 or > LongestIdentity)
        {
            // RFC 2865 §5.1: a User-Name has 1 to 253 octets; no server could be asked about this one.
            return End(EapCode.Failure, packet, out length);
        }

        Identity = Encoding.UTF8.GetString(eap.TypeData);
        if (_passThrough is not null)
        {
            State = EapAuthenticatorState.Pending;
            return EapAuthenticatorOutcome.Pending;
        }

        return Begin(packet, out length);
    }

    private EapAuthenticatorOutcome Begin(Span<byte> packet, out int length)
    {
        if (_passThrough is not null)
        {
            length = 0;
            State = EapAuthenticatorState.Pending;
            return EapAuthenticatorOutcome.Pending;
        }

        _methods = _options.Methods!(Identity ?? string.Empty);
        return Try(_methods.Select(m => m.Key), packet, out length);
    }

    private EapAuthenticatorOutcome Try(IEnumerable<EapMethodType> wanted, Span<byte> packet, out int length)
    {
        foreach (EapMethodType type in wanted)
        {
            Func<IEapServerMethod>? create = _methods.FirstOrDefault(m => m.Key == type).Value;
            if (create is not null && _tried.Add(type))
            {
                _method = create();
                _firstRound = true;
                State = EapAuthenticatorState.Method;
                _identifier++;
                Span<byte> data = stackalloc byte[EapLimits.LargestPacket - EapPacket.HeaderSize - 1];
                int dataLength = _method.Begin(_identifier, data);
                return Send(type, data[..dataLength], packet, out length);
            }
        }

        return End(EapCode.Failure, packet, out length);
    }

    private EapAuthenticatorOutcome Send(EapMethodType type, ReadOnlySpan<byte> data, Span<byte> packet, out int length) =>
        EapPacket.TryWrite(EapCode.Request, _identifier, type, data, packet, out length)
            ? EapAuthenticatorOutcome.Request
            : throw new ArgumentException($"the packet needs {length} octets", nameof(packet));

    // RFC 3748 §4.2: the identifier of the response that it answers.
    private EapAuthenticatorOutcome End(EapCode code, Span<byte> packet, out int length)
    {
        State = EapAuthenticatorState.Ended;
        _succeeded = code == EapCode.Success;
        EapPacket.Result(code, _identifier).CopyTo(packet);
        length = EapPacket.HeaderSize;
        return code == EapCode.Success ? EapAuthenticatorOutcome.Success : EapAuthenticatorOutcome.Failure;
    }
}
