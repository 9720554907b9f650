using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>A gateway's session with one client: IKE_AUTH with EAP as responder (RFC 7296 §2.16).</summary>
internal sealed class ResponderSession : IkeSession
{
    private const int LargestResponse = 32768;
    private readonly IkeResponderOptions _options;
    private readonly List<byte[]> _initRequests;
    private readonly byte[] _initiatorNonce;
    private readonly byte[] _peerHashes;
    private byte[] _responderNonce = [];
    private byte[] _initResponse = [];
    private byte[] _initiatorIdBody = [];
    private byte[] _masterSessionKey = [];
    private EspChoice _esp;
    private bool _hasEsp;
    private List<IkeTrafficSelector> _offeredLocal = [];
    private List<IkeTrafficSelector> _offeredRemote = [];
    private HashSet<IkeConfigurationAttributeType> _requested = [];
    private bool _wantsConfiguration;
    private bool _eapBegun;

    private ResponderSession(ISessionHost host, IkeResponderOptions options, IkePath path, IkeHeader header, byte[] initRequest, IkeSaInitContent content)
        : base(
            host,
            new IkeSessionPolicy(options.IkeOffers, options.EspOffers, IkeRetransmission.Default, options.ChildLifetime, options.IkeLifetime, options.Fragmentation, options.Mobike),
            path,
            header.InitiatorSpi,
            isInitiator: false)
    {
        _options = options;
        _initRequests = [initRequest];
        _initiatorNonce = content.Nonce!;
        _peerHashes = content.SignatureHashes;
        IsCiscoPeer = content.HasCiscoVendorId;
        IsFragmentationAgreed = options.Fragmentation is not null && content.SupportsFragmentation;
        LocalIdentity = options.Identity;
    }

    /// <summary>Whether the client showed a Cisco vendor id.</summary>
    public bool IsCiscoPeer { get; private set; }

    /// <summary>Under what the endpoint counts it as half open; null once it no longer is.</summary>
    public (ulong Spi, System.Net.IPEndPoint Remote)? HalfOpenKey { get; set; }

    /// <summary>
    /// Answers IKE_SA_INIT. What cannot be agreed on is answered without keeping anything.
    /// </summary>
    /// <returns>The session, or the notification to answer with and its data.</returns>
    public static (ResponderSession? Session, IkeNotifyType Error, byte[] ErrorData) TryCreate(
        ISessionHost host, IkeResponderOptions options, in IkeMessage message, IkeSaInitContent? content, IkePath path, TimeSpan now)
    {
        if (content?.Sa is null || content.PublicValue is null || content.Nonce is null || !SaPayload.TryParse(content.Sa, out SaPayload sa, out _))
        {
            return (null, IkeNotifyType.InvalidSyntax, []);
        }

        if (!IkeOffer.TryChoose(options.IkeOffers, sa, 0, out IkeSuite suite, out byte number, out _))
        {
            return (null, IkeNotifyType.NoProposalChosen, []);
        }

        if (content.KeyExchangeMethod != suite.KeyExchange)
        {
            // RFC 7296 §1.3: the group that we want.
            return (null, IkeNotifyType.InvalidKePayload, [(byte)((ushort)suite.KeyExchange >> 8), (byte)suite.KeyExchange]);
        }

        using IkeKeyExchange exchange = IkeKeyExchange.Create(suite.KeyExchange);
        if (!exchange.TryDerive(content.PublicValue, out byte[] secret))
        {
            return (null, IkeNotifyType.InvalidSyntax, []);
        }

        ResponderSession session = new(host, options, path, message.Header, message.Span.ToArray(), content);
        session.Begin(suite, number, exchange, secret, content, now);
        CryptographicOperations.ZeroMemory(secret);
        return (session, IkeNotifyType.None, []);
    }

    internal void EapRequest(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        Move(IkeTrigger.EapContinues);
        Respond(packet);
        SetTimer(IkeTimer.Expire, now + _options.DecisionTimeout);
    }

    internal void EapSuccess(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> masterSessionKey, TimeSpan now)
    {
        _masterSessionKey = masterSessionKey.ToArray();
        Move(IkeTrigger.EapSucceeded);
        Respond(packet);
        SetTimer(IkeTimer.Expire, now + _options.HalfOpenTimeout);
    }

    internal void EapFailure(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        Respond(packet);
        End(IkeCloseReason.AuthenticationFailed, "EAP failed", now);
    }

    internal void Grant(IkeConfiguration configuration, IReadOnlyList<IkeTrafficSelector> localSelectors, TimeSpan now)
    {
        // RFC 7296 §2.9: both narrowed; the client's side to the addresses that it is given (§2.19).
        IkeTrafficSelector[] hosts = [.. configuration.Addresses.Select(IkeTrafficSelector.Host)];
        List<IkeTrafficSelector> remote = hosts.Length == 0 ? _offeredRemote : IkeTrafficSelector.Narrow(_offeredRemote, hosts);
        List<IkeTrafficSelector> local = IkeTrafficSelector.Narrow(_offeredLocal, localSelectors);
        if (local.Count == 0 || remote.Count == 0)
        {
            RefuseChild(IkeNotifyType.TsUnacceptable, now);
            return;
        }

        uint spi = Host.AllocateEspSpi();
        (byte[] fromInitiator, byte[] fromResponder) = Keys!.DeriveChild(_initiatorNonce, _responderNonce, _esp.Suite.KeySize);
        IkeChildSa child = new(spi, _esp.PeerSpi, _esp.Suite, fromInitiator, fromResponder, local, remote);

        byte[] inner = new byte[LargestResponse];
        IkePayloadWriter writer = new(inner);
        AddAuthentication(ref writer);
        if (_wantsConfiguration)
        {
            configuration.WriteReply(ref writer, _requested, IsCiscoPeer);
        }

        EspOffer.WriteChoice(ref writer, _esp, spi);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorInitiator, remote);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorResponder, local);
        if (Mobike.IsAgreed)
        {
            Mobike.WriteSupport(ref writer);
        }

        SendResponse(IkeExchangeType.IkeAuth, ref writer, inner);
        Establish(child, configuration, _options.DeadPeerDetection, now);
    }

    /// <summary>
    /// The client is genuine, yet gets no Child SA: it is told why. For the client the IKE SA is up all the same (RFC 7296 §1.2); it leads to
    /// nothing here, so that a Delete follows.
    /// </summary>
    internal void RefuseChild(IkeNotifyType reason, TimeSpan now)
    {
        byte[] inner = new byte[256];
        IkePayloadWriter writer = new(inner);
        AddAuthentication(ref writer);
        writer.AddNotify(reason);
        SendResponse(IkeExchangeType.IkeAuth, ref writer, inner);
        Withdraw(IkeCloseReason.ChildRefused, $"refused with {reason}", now);
    }

    private protected override void HandleInit(in IkeMessage message, IkePath path, TimeSpan now)
    {
        if (State is (IkeSessionState.Authenticating or IkeSessionState.Deciding or IkeSessionState.Confirming) && TryKnow(message))
        {
            // RFC 7296 §2.1: the same request again; answered as long as IKE_AUTH has not come.
            if (ExpectedRequestId == 1 && State == IkeSessionState.Authenticating)
            {
                Resend();
            }
        }
        else
        {
            Host.Drop(IkeDropReason.UnexpectedExchange);
        }
    }

    private protected override void HandleAuthRequest(in IkeOpenedMessage message, TimeSpan now)
    {
        switch (State)
        {
            case IkeSessionState.Authenticating when !_eapBegun:
                HandleFirst(message.Payloads, now);
                break;
            case IkeSessionState.Authenticating:
                HandleEap(message.Payloads, now);
                break;
            case IkeSessionState.Confirming:
                HandleFinal(message.Payloads, now);
                break;
            default:
                Host.Drop(IkeDropReason.UnexpectedExchange);
                break;
        }
    }

    private protected override void HandleAuthResponse(in IkeOpenedMessage message, TimeSpan now) => Host.Drop(IkeDropReason.UnexpectedExchange);

    private protected override void ReleaseSecrets() => CryptographicOperations.ZeroMemory(_masterSessionKey);

    private void Begin(IkeSuite suite, byte number, IkeKeyExchange exchange, byte[] secret, IkeSaInitContent content, TimeSpan now)
    {
        _responderNonce = new byte[IkeSaInit.NonceSize];
        Host.Random(_responderNonce);
        IsRemoteBehindNat = content.Nat.IsSenderBehindNat(InitiatorSpi, 0, Path);
        IsLocalBehindNat = content.Nat.IsReceiverBehindNat(InitiatorSpi, 0, Path);
        SetKeys(IkeKeys.Derive(suite, secret, _initiatorNonce, _responderNonce, InitiatorSpi, ResponderSpi));

        byte[] buffer = new byte[2048];
        IkePayloadWriter writer = new(buffer.AsSpan(IkeHeader.Size));
        IkeOffer.WriteChoice(ref writer, suite, number);
        writer.AddKeyExchange(suite.KeyExchange, exchange.PublicValue.Span);
        writer.Add(IkePayloadType.Nonce, _responderNonce);
        IkeSaInit.WriteNatDetection(ref writer, InitiatorSpi, ResponderSpi, Path, Host);
        if (_peerHashes.Length > 0)
        {
            writer.AddNotify(IkeNotifyType.SignatureHashAlgorithms, IkeSignature.OfferedHashes);
        }

        if (IsFragmentationAgreed)
        {
            // RFC 7383 §2.3: only to one that has asked.
            writer.AddNotify(IkeNotifyType.FragmentationSupported);
        }

        writer.TryComplete(out int length);
        IkeHeader header = new(InitiatorSpi, ResponderSpi, writer.First, 2, 0, IkeExchangeType.IkeSaInit, IkeHeaderBits.Response, 0, IkeHeader.Size + length);
        header.Write(buffer);
        _initResponse = buffer.AsSpan(0, header.Length).ToArray();
        IkePayloads.TryParse(header.NextPayload, _initResponse.AsSpan(IkeHeader.Size), IkeLimits.Default, out IkePayloads payloads, out _);
        Sa.ExpectedRequestId = 1;
        Move(IkeTrigger.InitDone);
        SetTimer(IkeTimer.Expire, now + _options.HalfOpenTimeout);
        SendResponse(_initResponse, IkeDescribe.Message(header, payloads));
    }

    private void HandleFirst(IkePayloads payloads, TimeSpan now)
    {
        SaPayload sa = default;
        TrafficSelectorPayload tsi = default;
        TrafficSelectorPayload tsr = default;
        bool hasSa = payloads.TryGet(IkePayloadType.SecurityAssociation, out IkePayload p) && SaPayload.TryParse(p.Body, out sa, out _);
        bool hasTsi = payloads.TryGet(IkePayloadType.TrafficSelectorInitiator, out p) && TrafficSelectorPayload.TryParse(p.Body, out tsi, out _);
        bool hasTsr = payloads.TryGet(IkePayloadType.TrafficSelectorResponder, out p) && TrafficSelectorPayload.TryParse(p.Body, out tsr, out _);
        if (!hasSa || !hasTsi || !hasTsr
            || !payloads.TryGet(IkePayloadType.IdentificationInitiator, out IkePayload id) || !IdentificationPayload.TryParse(id.Body, out IdentificationPayload idi, out _))
        {
            Refuse(IkeNotifyType.InvalidSyntax, IkeCloseReason.Protocol, "the first IKE_AUTH request lacks a payload", now);
            return;
        }

        _initiatorIdBody = id.Body.ToArray();
        RemoteIdentity = new IkeIdentity(idi.Type, idi.Data);
        _hasEsp = EspOffer.TryChoose(_options.EspOffers, sa, null, out _esp);
        _offeredRemote = IkeTrafficSelector.Read(tsi);
        _offeredLocal = IkeTrafficSelector.Read(tsr);
        ReadConfiguration(payloads);
        Mobike.ReadSupport(payloads);

        if (Mobike.IsAgreed && MobikeRequest.Read(payloads).WasTranslated(ReplyPath))
        {
            Refuse(IkeNotifyType.UnexpectedNatDetected, IkeCloseReason.UnexpectedNat, "a NAT stands between, which the client does not allow", now);
            return;
        }

        // RFC 7296 §2.16: leaving AUTH out asks for EAP. Nothing else lets a client in here.
        if (payloads.TryGet(IkePayloadType.Authentication, out _))
        {
            Refuse(IkeNotifyType.AuthenticationFailed, IkeCloseReason.AuthenticationFailed, "the client wants to authenticate without EAP", now);
            return;
        }

        Ask(new EapServerRoundEvent(this, []), _options.DecisionTimeout, now);
    }

    private void ReadConfiguration(IkePayloads payloads)
    {
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Configuration
                && ConfigurationPayload.TryParse(payload.Body, out ConfigurationPayload cp, out _)
                && cp.Type == IkeConfigurationType.Request)
            {
                _wantsConfiguration = true;
                foreach (IkeConfigurationAttributeView attribute in cp)
                {
                    _requested.Add(attribute.Type);
                }
            }
            else if (payload.Type == IkePayloadType.VendorId)
            {
                IsCiscoPeer |= payload.Body.StartsWith("CISCO"u8);
            }
        }
    }

    private void HandleEap(IkePayloads payloads, TimeSpan now)
    {
        if (!payloads.TryGet(IkePayloadType.ExtensibleAuthentication, out IkePayload eap) || eap.Body.Length < 4)
        {
            Refuse(IkeNotifyType.InvalidSyntax, IkeCloseReason.Protocol, "an IKE_AUTH request without its EAP payload", now);
            return;
        }

        Ask(new EapServerRoundEvent(this, eap.Body.ToArray()), _options.DecisionTimeout, now);
    }

    private void HandleFinal(IkePayloads payloads, TimeSpan now)
    {
        bool genuine = payloads.TryGet(IkePayloadType.Authentication, out IkePayload payload)
            && AuthenticationPayload.TryParse(payload.Body, out AuthenticationPayload auth, out _)
            && auth.Method == IkeAuthenticationMethod.SharedKey
            && ProvesInitiator(auth.Data);
        if (!genuine)
        {
            Refuse(IkeNotifyType.AuthenticationFailed, IkeCloseReason.AuthenticationFailed, "the client's AUTH does not fit the key that EAP made", now);
        }
        else if (!_hasEsp)
        {
            RefuseChild(IkeNotifyType.NoProposalChosen, now);
        }
        else
        {
            Ask(new AuthorizationEvent(this, _requested), _options.DecisionTimeout, now);
        }
    }

    private void Respond(ReadOnlySpan<byte> eap)
    {
        byte[] inner = new byte[LargestResponse];
        IkePayloadWriter writer = new(inner);
        if (!_eapBegun)
        {
            _eapBegun = true;
            AddGateway(ref writer);
        }

        writer.Add(IkePayloadType.ExtensibleAuthentication, eap);
        SendResponse(IkeExchangeType.IkeAuth, ref writer, inner);
    }

    // RFC 7296 §2.16: the gateway proves itself first, with a signature.
    private void AddGateway(ref IkePayloadWriter writer)
    {
        byte[] idBody = _options.Identity.ToPayloadBody();
        writer.Add(IkePayloadType.IdentificationResponder, idBody);
        writer.AddCertificate(IkePayloadType.Certificate, IkeCertificateEncoding.X509Signature, _options.Certificate.RawDataMemory.Span);
        foreach (System.Security.Cryptography.X509Certificates.X509Certificate2 certificate in _options.Intermediates)
        {
            writer.AddCertificate(IkePayloadType.Certificate, IkeCertificateEncoding.X509Signature, certificate.RawDataMemory.Span);
        }

        byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, _initResponse, _initiatorNonce, Keys!.Pr, idBody);
        (IkeAuthenticationMethod method, byte[] data) = IkeSignature.Sign(_options.Certificate, signedOctets, _peerHashes);
        writer.AddAuthentication(method, data);
    }

    private void AddAuthentication(ref IkePayloadWriter writer)
    {
        byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, _initResponse, _initiatorNonce, Keys!.Pr, _options.Identity.ToPayloadBody());
        ReadOnlySpan<byte> key = _masterSessionKey.Length > 0 ? _masterSessionKey : Keys.Pr;
        writer.AddAuthentication(IkeAuthenticationMethod.SharedKey, IkeAuthenticator.SharedKeyMac(Suite.Prf, key, signedOctets));
    }

    // Whichever of its requests the client means: its AUTH covers the one that it sent last (RFC 7296 §2.15).
    private bool ProvesInitiator(ReadOnlySpan<byte> authentication)
    {
        bool genuine = false;
        ReadOnlySpan<byte> key = _masterSessionKey.Length > 0 ? _masterSessionKey : Keys!.Pi;
        foreach (byte[] request in _initRequests)
        {
            byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, request, _responderNonce, Keys!.Pi, _initiatorIdBody);
            genuine |= CryptographicOperations.FixedTimeEquals(authentication, IkeAuthenticator.SharedKeyMac(Suite.Prf, key, signedOctets));
        }

        return genuine;
    }

    // A copy of the request, or the request with a cookie where the one without it was late and got its answer first (RFC 7296 §2.6). In all else
    // they must be equal: whoever sits between could offer less in the one, and let AUTH cover the other.
    private bool TryKnow(in IkeMessage message)
    {
        foreach (byte[] request in _initRequests)
        {
            if (message.Span.SequenceEqual(request))
            {
                return true;
            }
        }

        bool known = _initRequests.Count == 1
            && IkeMessage.TryParse(_initRequests[0], out IkeMessage first, out _)
            && IkeSaInit.WithoutCookie(message.Payloads).AsSpan().SequenceEqual(IkeSaInit.WithoutCookie(first.Payloads));
        if (known)
        {
            _initRequests.Add(message.Span.ToArray());
        }

        return known;
    }

    private void Refuse(IkeNotifyType type, IkeCloseReason reason, string detail, TimeSpan now)
    {
        SendNotifyResponse(IkeExchangeType.IkeAuth, type);
        End(reason, detail, now);
    }
}
