using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>A client's session with its gateway: IKE_SA_INIT, then IKE_AUTH with EAP as initiator (RFC 7296 §2.16).</summary>
internal sealed class InitiatorSession : IkeSession
{
    private const int LargestRequest = 8192;
    private const int MostAttempts = 4;
    private readonly IkeInitiatorOptions _options;
    private readonly byte[] _initiatorNonce = new byte[IkeSaInit.NonceSize];
    private readonly HashSet<KeyExchangeMethod> _refused = [];
    private IkeKeyExchange? _exchange;
    private byte[] _initRequest = [];
    private byte[] _initResponse = [];
    private byte[] _responderNonce = [];
    private byte[] _cookie = [];
    private byte[] _responderIdBody = [];
    private byte[] _firstEap = [];
    private byte[] _masterSessionKey = [];
    private uint _espSpi;
    private int _attempts;

    public InitiatorSession(ISessionHost host, IkeInitiatorOptions options, IkePath path)
        : base(
            host,
            new IkeSessionPolicy(options.IkeOffers, options.EspOffers, options.Retransmission, options.ChildLifetime, options.IkeLifetime, options.Fragmentation, options.Mobike),
            path,
            initiatorSpi: 0,
            isInitiator: true)
    {
        _options = options;
        LocalIdentity = options.Identity;
        host.Random(_initiatorNonce);
    }

    private IkeRetransmission AuthRetransmission
    {
        get
        {
            // A person may have to be asked: keep trying for as long as that may take (RFC 7296 §2.4 leaves it to us).
            IkeRetransmission r = _options.Retransmission;
            int tries = 1;
            for (TimeSpan total = r.Wait(1); total < _options.AuthenticationTimeout && tries < 64; tries++)
            {
                total += r.Wait(tries + 1);
            }

            return r with { Tries = tries };
        }
    }

    public void Start(TimeSpan now) => SendInit(_options.IkeOffers[0].KeyExchange[0], now);

    internal void AcceptPeer(TimeSpan now) => Ask(new EapPeerRoundEvent(this, _firstEap), _options.AuthenticationTimeout, now);

    internal void RejectPeer(string reason, TimeSpan now) => Abandon(IkeCloseReason.PeerNotTrusted, reason, now);

    internal void EapRespond(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        Move(IkeTrigger.EapContinues);
        SetTimer(IkeTimer.Expire, now + _options.AuthenticationTimeout);
        byte[] inner = new byte[packet.Length + 16];
        IkePayloadWriter writer = new(inner);
        writer.Add(IkePayloadType.ExtensibleAuthentication, packet);
        SendRequest(IkeExchangeType.IkeAuth, ref writer, inner, AuthRetransmission, now);
    }

    internal void EapComplete(ReadOnlySpan<byte> masterSessionKey, TimeSpan now)
    {
        Move(IkeTrigger.EapSucceeded);
        SetTimer(IkeTimer.Expire, now + _options.AuthenticationTimeout);
        _masterSessionKey = masterSessionKey.ToArray();
        byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, _initRequest, _responderNonce, Keys!.Pi, _options.Identity.ToPayloadBody());
        ReadOnlySpan<byte> key = _masterSessionKey.Length > 0 ? _masterSessionKey : Keys.Pi;
        Span<byte> inner = stackalloc byte[128];
        IkePayloadWriter writer = new(inner);
        writer.AddAuthentication(IkeAuthenticationMethod.SharedKey, IkeAuthenticator.SharedKeyMac(Suite.Prf, key, signedOctets));
        SendRequest(IkeExchangeType.IkeAuth, ref writer, inner, _options.Retransmission, now);
    }

    internal void EapFail(string reason, TimeSpan now) => Abandon(IkeCloseReason.AuthenticationFailed, reason, now);

    private protected override void HandleInit(in IkeMessage message, IkePath path, TimeSpan now)
    {
        IkeSaInitContent? content = IkeSaInit.Read(message.Payloads);
        if (State != IkeSessionState.Init || !message.Header.IsResponse || message.Header.IsFromInitiator || content is null)
        {
            Host.Drop(IkeDropReason.UnexpectedExchange);
            return;
        }

        if (content.Error != IkeNotifyType.None)
        {
            HandleInitError(content, now);
        }
        else if (content.Cookie is not null && content.Sa is null)
        {
            // RFC 7296 §2.6: the same request again, the cookie in front.
            _cookie = content.Cookie;
            RequestReplaced();
            SendInit(_exchange!.Method, now);
        }
        else if (content.Sa is not null && content.Nonce is not null && content.PublicValue is not null && message.Header.ResponderSpi != 0)
        {
            HandleInitResponse(message, content, now);
        }
        else
        {
            Host.Drop(IkeDropReason.Malformed);
        }
    }

    private protected override void HandleAuthRequest(in IkeOpenedMessage message, TimeSpan now) => Host.Drop(IkeDropReason.UnexpectedExchange);

    private protected override void HandleAuthResponse(in IkeOpenedMessage message, TimeSpan now)
    {
        foreach (IkePayload payload in message.Payloads)
        {
            if (payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _) && notify.IsError)
            {
                HandleAuthError(notify.Type, now);
                return;
            }
        }

        if (State == IkeSessionState.Confirming)
        {
            HandleFinal(message.Payloads, now);
        }
        else if (message.Payloads.TryGet(IkePayloadType.ExtensibleAuthentication, out IkePayload eap) && eap.Body.Length >= 4)
        {
            if (_responderIdBody.Length == 0)
            {
                HandleGateway(message.Payloads, eap.Body, now);
            }
            else
            {
                HandleEap(eap.Body, now);
            }
        }
        else
        {
            End(IkeCloseReason.Protocol, "an IKE_AUTH response without its EAP payload", now);
        }
    }

    private protected override void ReleaseSecrets()
    {
        CryptographicOperations.ZeroMemory(_masterSessionKey);
        _exchange?.Dispose();
        if (Children.ByInboundSpi(_espSpi) is null && _espSpi != 0)
        {
            Host.ReleaseEspSpi(_espSpi);
        }
    }

    private void SendInit(KeyExchangeMethod method, TimeSpan now)
    {
        if (++_attempts > MostAttempts)
        {
            End(IkeCloseReason.Protocol, "the gateway asks for ever new cookies or groups", now);
            return;
        }

        if (_exchange?.Method != method)
        {
            _exchange?.Dispose();
            _exchange = IkeKeyExchange.Create(method);
        }

        byte[] buffer = new byte[4096];
        IkePayloadWriter writer = new(buffer.AsSpan(IkeHeader.Size));
        if (_cookie.Length > 0)
        {
            writer.AddNotify(IkeNotifyType.Cookie, _cookie);
        }

        IkeOffer.Write(ref writer, _options.IkeOffers);
        writer.AddKeyExchange(method, _exchange.PublicValue.Span);
        writer.Add(IkePayloadType.Nonce, _initiatorNonce);
        IkeSaInit.WriteNatDetection(ref writer, InitiatorSpi, 0, Path, Host);
        writer.AddNotify(IkeNotifyType.SignatureHashAlgorithms, IkeSignature.OfferedHashes);
        if (_options.Fragmentation is not null)
        {
            writer.AddNotify(IkeNotifyType.FragmentationSupported);
        }

        writer.TryComplete(out int length);
        IkeHeader header = new(InitiatorSpi, 0, writer.First, 2, 0, IkeExchangeType.IkeSaInit, IkeHeaderBits.Initiator, 0, IkeHeader.Size + length);
        header.Write(buffer);
        _initRequest = buffer.AsSpan(0, header.Length).ToArray();
        IkePayloads.TryParse(header.NextPayload, _initRequest.AsSpan(IkeHeader.Size), IkeLimits.Default, out IkePayloads payloads, out _);
        SendClearRequest(_initRequest, IkeDescribe.Message(header, payloads), _options.Retransmission, now);
    }

    private void HandleInitError(IkeSaInitContent content, TimeSpan now)
    {
        if (content.Error == IkeNotifyType.InvalidKePayload && content.ErrorData.Length == 2)
        {
            // RFC 7296 §1.2: a group that we have offered, and have not tried before.
            KeyExchangeMethod wanted = (KeyExchangeMethod)((content.ErrorData[0] << 8) | content.ErrorData[1]);
            if (_options.IkeOffers.Any(o => o.KeyExchange.Contains(wanted)) && wanted != _exchange!.Method && _refused.Add(_exchange.Method) && !_refused.Contains(wanted))
            {
                RequestReplaced();
                SendInit(wanted, now);
                return;
            }
        }

        IkeCloseReason reason = content.Error is IkeNotifyType.NoProposalChosen or IkeNotifyType.InvalidKePayload ? IkeCloseReason.NoProposalChosen : IkeCloseReason.Protocol;
        End(reason, $"the gateway answers {content.Error}", now);
    }

    private void HandleInitResponse(in IkeMessage message, IkeSaInitContent content, TimeSpan now)
    {
        if (!SaPayload.TryParse(content.Sa, out SaPayload sa, out _)
            || !IkeOffer.TryChoose(_options.IkeOffers, sa, 0, out IkeSuite suite, out _, out _)
            || content.KeyExchangeMethod != suite.KeyExchange
            || _exchange!.Method != suite.KeyExchange
            || !_exchange.TryDerive(content.PublicValue, out byte[] secret))
        {
            Host.Drop(IkeDropReason.Malformed);
            return;
        }

        _initResponse = message.Span.ToArray();
        _responderNonce = content.Nonce!;
        Sa.ResponderSpi = message.Header.ResponderSpi;
        Find(content.Nat, Path);
        IsFragmentationAgreed = _options.Fragmentation is not null && content.SupportsFragmentation;
        SetKeys(IkeKeys.Derive(suite, secret, _initiatorNonce, _responderNonce, InitiatorSpi, ResponderSpi));
        CryptographicOperations.ZeroMemory(secret);
        _exchange.Dispose();
        _exchange = null;
        Move(IkeTrigger.InitDone);
        RequestAnswered();

        // RFC 4555 §3.2: whoever may change addresses goes by the port that works behind a NAT as well, before there is one.
        if (IsLocalBehindNat || IsRemoteBehindNat || Host.ForceUdpEncapsulation || (Mobike.IsWanted && content.Nat.IsPresent))
        {
            Path = _options.NatTraversalPath;
        }

        SendFirstAuth(now);
    }

    private void SendFirstAuth(TimeSpan now)
    {
        _espSpi = Host.AllocateEspSpi();
        byte[] inner = new byte[LargestRequest];
        IkePayloadWriter writer = new(inner);
        writer.Add(IkePayloadType.IdentificationInitiator, _options.Identity.ToPayloadBody());
        if (!_options.TrustedAuthorities.IsEmpty)
        {
            writer.AddCertificate(IkePayloadType.CertificateRequest, IkeCertificateEncoding.X509Signature, _options.TrustedAuthorities.Span);
        }

        if (_options.PeerIdentity is not null)
        {
            writer.Add(IkePayloadType.IdentificationResponder, _options.PeerIdentity.ToPayloadBody());
        }

        writer.AddNotify(IkeNotifyType.InitialContact);
        if (_options.RequestConfiguration)
        {
            IkeConfiguration.WriteRequest(ref writer, v6: _options.LocalSelectors.Any(s => s.Start.AddressFamily == AddressFamily.InterNetworkV6));
        }

        EspOffer.Write(ref writer, _options.EspOffers, _espSpi, withKeyExchange: false);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorInitiator, _options.LocalSelectors);
        IkeTrafficSelector.Write(ref writer, IkePayloadType.TrafficSelectorResponder, _options.RemoteSelectors);
        if (Mobike.IsWanted)
        {
            Mobike.WriteSupport(ref writer);
        }

        SendRequest(IkeExchangeType.IkeAuth, ref writer, inner, _options.Retransmission, now);
    }

    private void HandleGateway(IkePayloads payloads, ReadOnlySpan<byte> eap, TimeSpan now)
    {
        List<byte[]> chain = [];
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Certificate
                && CertificatePayload.TryParse(payload.Body, out CertificatePayload certificate, out _)
                && certificate.Encoding == IkeCertificateEncoding.X509Signature
                && chain.Count < 10)
            {
                chain.Add(certificate.Data.ToArray());
            }
        }

        if (chain.Count == 0
            || !payloads.TryGet(IkePayloadType.IdentificationResponder, out IkePayload id) || !IdentificationPayload.TryParse(id.Body, out IdentificationPayload idr, out _)
            || !payloads.TryGet(IkePayloadType.Authentication, out IkePayload a) || !AuthenticationPayload.TryParse(a.Body, out AuthenticationPayload auth, out _))
        {
            Abandon(IkeCloseReason.PeerNotTrusted, "the gateway does not prove itself by a certificate, as RFC 7296 §2.16 asks of one that uses EAP", now);
            return;
        }

        byte[] idBody = id.Body.ToArray();
        byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, _initResponse, _initiatorNonce, Keys!.Pr, idBody);
        if (!VerifyGateway(chain[0], signedOctets, auth.Method, auth.Data))
        {
            Abandon(IkeCloseReason.PeerNotTrusted, "the gateway's signature does not fit its certificate", now);
            return;
        }

        _responderIdBody = idBody;
        _firstEap = eap.ToArray();
        RemoteIdentity = new IkeIdentity(idr.Type, idr.Data);
        Ask(new PeerCertificateEvent(this, chain, RemoteIdentity), _options.AuthenticationTimeout, now);
    }

    private static bool VerifyGateway(byte[] der, byte[] signedOctets, IkeAuthenticationMethod method, ReadOnlySpan<byte> data)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            return IkeSignature.Verify(certificate, signedOctets, method, data);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private void HandleEap(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        const byte Failure = 4;
        if (packet[0] == Failure)
        {
            End(IkeCloseReason.AuthenticationFailed, "the gateway answers EAP-Failure", now);
        }
        else
        {
            Ask(new EapPeerRoundEvent(this, packet.ToArray()), _options.AuthenticationTimeout, now);
        }
    }

    private void HandleAuthError(IkeNotifyType type, TimeSpan now)
    {
        IkeCloseReason reason = type switch
        {
            IkeNotifyType.AuthenticationFailed => IkeCloseReason.AuthenticationFailed,
            IkeNotifyType.InternalAddressFailure or IkeNotifyType.FailedCpRequired or IkeNotifyType.TsUnacceptable or IkeNotifyType.NoProposalChosen
                or IkeNotifyType.NoAdditionalSas or IkeNotifyType.SinglePairRequired => IkeCloseReason.ChildRefused,
            IkeNotifyType.UnexpectedNatDetected => IkeCloseReason.UnexpectedNat,
            _ => IkeCloseReason.Protocol,
        };
        string detail = $"the gateway answers {type}";
        if (reason == IkeCloseReason.ChildRefused && State == IkeSessionState.Confirming)
        {
            // RFC 7296 §1.2: without the Child SA the IKE SA is up all the same.
            Withdraw(reason, detail, now);
        }
        else
        {
            End(reason, detail, now);
        }
    }

    private void HandleFinal(IkePayloads payloads, TimeSpan now)
    {
        byte[] signedOctets = IkeAuthenticator.SignedOctets(Suite!.Prf, _initResponse, _initiatorNonce, Keys!.Pr, _responderIdBody);
        ReadOnlySpan<byte> key = _masterSessionKey.Length > 0 ? _masterSessionKey : Keys.Pr;
        bool genuine = payloads.TryGet(IkePayloadType.Authentication, out IkePayload a)
            && AuthenticationPayload.TryParse(a.Body, out AuthenticationPayload auth, out _)
            && auth.Method == IkeAuthenticationMethod.SharedKey
            && CryptographicOperations.FixedTimeEquals(auth.Data, IkeAuthenticator.SharedKeyMac(Suite.Prf, key, signedOctets));
        if (!genuine)
        {
            Abandon(IkeCloseReason.AuthenticationFailed, "the gateway's AUTH does not fit the key that EAP made", now);
            return;
        }

        if (!payloads.TryGet(IkePayloadType.SecurityAssociation, out IkePayload s) || !SaPayload.TryParse(s.Body, out SaPayload sa, out _)
            || !EspOffer.TryAccept(_options.EspOffers, sa, null, out EspChoice esp)
            || !payloads.TryGet(IkePayloadType.TrafficSelectorInitiator, out IkePayload i) || !TrafficSelectorPayload.TryParse(i.Body, out TrafficSelectorPayload tsi, out _)
            || !payloads.TryGet(IkePayloadType.TrafficSelectorResponder, out IkePayload r) || !TrafficSelectorPayload.TryParse(r.Body, out TrafficSelectorPayload tsr, out _))
        {
            Withdraw(IkeCloseReason.Protocol, "the last IKE_AUTH response lacks the Child SA", now);
            return;
        }

        // RFC 7296 §2.9: the gateway may narrow what we offered, never widen it.
        List<IkeTrafficSelector> local = IkeTrafficSelector.Narrow(IkeTrafficSelector.Read(tsi), _options.LocalSelectors);
        List<IkeTrafficSelector> remote = IkeTrafficSelector.Narrow(IkeTrafficSelector.Read(tsr), _options.RemoteSelectors);
        IkeConfiguration? configuration = payloads.TryGet(IkePayloadType.Configuration, out IkePayload c)
            && ConfigurationPayload.TryParse(c.Body, out ConfigurationPayload cp, out _) && cp.Type == IkeConfigurationType.Reply
            ? IkeConfiguration.ReadReply(cp)
            : null;
        if (local.Count == 0 || remote.Count == 0 || (_options.RequestConfiguration && configuration?.Addresses.Any() != true))
        {
            Withdraw(IkeCloseReason.ChildRefused, "the gateway gives no address or no common selectors", now);
            return;
        }

        (byte[] fromInitiator, byte[] fromResponder) = Keys.DeriveChild(_initiatorNonce, _responderNonce, esp.Suite.KeySize);
        Mobike.ReadSupport(payloads);
        Establish(
            new IkeChildSa(_espSpi, esp.PeerSpi, esp.Suite, fromResponder, fromInitiator, local, remote),
            configuration,
            _options.DeadPeerDetection,
            now);
    }
}
