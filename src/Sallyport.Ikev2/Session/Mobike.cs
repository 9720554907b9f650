using System.Net;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// MOBIKE (RFC 4555): the IKE SA and its Child SAs go on by other addresses. The initiator decides by which; the responder takes them from the IP
/// header of a genuine request, and sends ESP there once the initiator has proven that it is there (§3.5, §3.7). Nothing else moves anything: neither
/// other IKE messages, from wherever they come (§3.8), nor an old request, whose message id is past.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="options">How, or <see langword="null"/> where it is not wanted.</param>
internal sealed class Mobike(IkeSession session, MobikeOptions? options)
{
    /// <summary>How many further addresses are told, and how many of the peer's are remembered.</summary>
    public const int MostAddresses = 8;

    private IReadOnlyList<IPAddress> _addresses = options?.AdditionalAddresses ?? [];
    private List<IPAddress> _peerAddresses = [];
    private IkePath _accepted = session.Path;
    private IkePath _settled = session.Path;
    private bool _updates;
    private bool _tells;
    private RoutabilityCheck? _check;
    private RoutabilityCheck? _waiting;
    private byte[]? _seenFrom;
    private int _translations;
    private int _silences;

    public bool IsWanted => options is not null;

    /// <summary>Whether both sides support it.</summary>
    public bool IsAgreed { get; private set; }

    /// <summary>The peer's addresses as far as they are known, the one that it sent from first.</summary>
    public IReadOnlyList<IPAddress> PeerAddresses => IsAgreed ? _peerAddresses : [session.Path.Remote.Address];

    // RFC 4555 §3.8: the side behind the NAT has to find out whether it was given another address.
    private bool IsTranslated => IsAgreed && session.IsInitiator && session.IsLocalBehindNat;

    /// <summary>Writes what an IKE_AUTH message tells that holds SA (RFC 4555 §3.1, §3.3).</summary>
    public void WriteSupport(ref IkePayloadWriter writer)
    {
        writer.AddNotify(IkeNotifyType.MobikeSupported);
        WriteAddresses(ref writer, tellsNone: false);
        WriteNoNats(ref writer, session.Path);
    }

    /// <summary>Takes what the peer's IKE_AUTH message tells that holds SA.</summary>
    public void ReadSupport(IkePayloads payloads)
    {
        if (IsWanted && payloads.TryGetNotify(IkeNotifyType.MobikeSupported, out _))
        {
            IsAgreed = true;
            _peerAddresses = [session.Path.Remote.Address, .. MobikeRequest.Read(payloads).Addresses ?? []];
        }
    }

    /// <summary>The session is established: these are the addresses to begin with (RFC 4555 §3.2).</summary>
    public void Begin() => _accepted = _settled = session.Path;

    public void WriteAddresses(ref IkePayloadWriter writer, bool tellsNone)
    {
        foreach (IPAddress address in _addresses.Take(MostAddresses))
        {
            MobikeNotification.AddAddress(ref writer, address);
        }

        if (tellsNone && _addresses.Count == 0)
        {
            writer.AddNotify(IkeNotifyType.NoAdditionalAddresses);
        }
    }

    public void WriteNoNats(ref IkePayloadWriter writer, IkePath path)
    {
        if (session.IsInitiator && options?.ProhibitNat == true)
        {
            MobikeNotification.AddNoNats(ref writer, path.Local, path.Remote);
        }
    }

    /// <summary>Goes on by another path, or by the same where a NAT on it may have changed.</summary>
    public void Move(IkePath path, TimeSpan now)
    {
        _translations = 0;
        _updates |= session.IsInitiator;
        _tells |= !session.IsInitiator;
        if (path != session.Path)
        {
            session.GoBy(path);
            if (path.Remote.Equals(_settled.Remote))
            {
                // RFC 4555 §3.5: at once, since the peer is where it was.
                Settle(path);
            }

            session.Sa.Readdress(now);
        }

        session.SendNext(now);
    }

    /// <summary>Tells the peer of other further addresses (RFC 4555 §3.6).</summary>
    public void Tell(IReadOnlyList<IPAddress> addresses, TimeSpan now)
    {
        _addresses = addresses;
        _tells = true;
        session.SendNext(now);
    }

    /// <summary>The exchange that is to go before all others.</summary>
    public IkeExchange? Next()
    {
        IkeExchange? next = _updates || _tells ? new MobikeUpdate(session, _updates, _tells) : _waiting;
        if (next == _waiting)
        {
            _waiting = null;
        }
        else
        {
            _updates = _tells = false;
        }

        return next;
    }

    /// <summary>Takes the answer to what was told.</summary>
    public void Updated(MobikeUpdate update, IkePayloads payloads, IkeNotifyType error)
    {
        // RFC 4555 §3.6: one that went from several addresses told nothing.
        _tells |= update.Tells && session.Sa.RequestPath is null;
        if (_updates || !update.Updates)
        {
            // RFC 4555 §3.5: the addresses have changed since; the next update is on its way.
            return;
        }

        if (error == IkeNotifyType.UnexpectedNatDetected && ++_translations < session.Policy.Retransmission.Tries)
        {
            // RFC 4555 §3.9: who can change one message shall not keep a path from being used.
            _updates = true;
        }
        else if (error != IkeNotifyType.None)
        {
            session.GoBy(_accepted);
            Settle(_accepted);
            session.Host.Raise(new MoveRefusedEvent(session, update.Path, error));
        }
        else
        {
            NatHashes nat = NatHashes.Read(payloads);
            session.Find(nat, update.Path);
            _seenFrom = nat.Destination;
            _accepted = update.Path;
            Settle(update.Path);
        }
    }

    /// <summary>Whether to send an update in place of a question whether the peer lives: it answers both, and where the peer sees us was not told yet.</summary>
    public bool UpdatesInstead => IsTranslated && _seenFrom is null;

    /// <summary>Writes what a question whether the peer lives holds besides (RFC 4555 §3.8).</summary>
    public void WriteProbe(ref IkePayloadWriter writer)
    {
        if (IsTranslated)
        {
            IkeSaInit.WriteNatDetection(ref writer, session.InitiatorSpi, session.ResponderSpi, session.Path, session.Host);
        }
    }

    /// <summary>Takes the answer to such a question.</summary>
    public void Probed(IkePayloads payloads)
    {
        if (IsTranslated && _seenFrom is not null && NatHashes.Read(payloads).Destination is { } seen && !seen.AsSpan().SequenceEqual(_seenFrom))
        {
            _updates = true;
        }
    }

    /// <summary>The SPIs are others, and with them all hashes.</summary>
    public void Rekeyed() => _seenFrom = null;

    /// <summary>The peer has answered.</summary>
    public void Heard() => _silences = 0;

    /// <summary>The peer gives no answer. Should it have other addresses, the host is asked for the way to one, for each of them twice at most.</summary>
    public void Silent()
    {
        if (IsAgreed && session.IsInitiator && _peerAddresses.Count > 1 && _silences < 2 * _peerAddresses.Count)
        {
            _silences++;
            session.Host.Raise(new PathSilentEvent(session));
        }
    }

    /// <summary>ESP has come from elsewhere: the peer's NAT may have changed, or somebody has changed the packet.</summary>
    public void Suspect(IkePath path, TimeSpan now)
    {
        if (session.IsRemoteBehindNat && _check is null && !path.Remote.Equals(_settled.Remote))
        {
            Check(path, now);
        }
    }

    /// <summary>Takes the answer to a check.</summary>
    public void Checked(RoutabilityCheck check, bool succeeded, TimeSpan now)
    {
        if (check != _check)
        {
            return;
        }

        _check = null;
        if (succeeded && session.Sa.RequestPath == check.Path)
        {
            // RFC 4555 §3.5: that the initiator goes by another path it tells its peer.
            _updates |= session.IsInitiator;
            session.GoBy(check.Path);
            Settle(check.Path);
        }
        else if (succeeded && session.Path == check.Path)
        {
            // RFC 4555 §3.7: what went to several addresses tells of none.
            Check(check.Path, now);
        }
    }

    /// <summary>The error by which a request is to be refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The way that it came.</param>
    public IkeNotifyType Judge(MobikeRequest request, IkePath path)
    {
        if (IsAgreed && request.WasTranslated(path))
        {
            return IkeNotifyType.UnexpectedNatDetected;
        }

        // RFC 4555 §3.5: the initiator alone decides, and ESP goes by the port that it shares with IKE.
        return request.Updates && (!IsAgreed || session.IsInitiator || !path.NatTraversal || options?.Accepts?.Invoke(path) == false)
            ? IkeNotifyType.UnacceptableAddresses
            : IkeNotifyType.None;
    }

    /// <summary>Writes the answer to a request.</summary>
    public void WriteAnswer(ref IkePayloadWriter writer, MobikeRequest request, IkeNotifyType error, IkePath path)
    {
        if (error != IkeNotifyType.None)
        {
            writer.AddNotify(error);
        }
        else if (IsAgreed && request.Nat.IsPresent)
        {
            IkeSaInit.WriteNatDetection(ref writer, session.InitiatorSpi, session.ResponderSpi, path, session.Host);
        }

        if (IsAgreed && request.Cookie.Length > 0)
        {
            writer.AddNotify(IkeNotifyType.Cookie2, request.Cookie);
        }
    }

    /// <summary>Does what a request asks for that was not refused and is answered.</summary>
    public void Act(MobikeRequest request, IkePath path, TimeSpan now)
    {
        if (!IsAgreed)
        {
            return;
        }

        if (request.Addresses is { } addresses)
        {
            _peerAddresses = [path.Remote.Address, .. addresses];
            if (session.IsInitiator && !_peerAddresses.Contains(session.Path.Remote.Address) && path.NatTraversal && options?.Accepts?.Invoke(path) != false)
            {
                // RFC 4555 §3.4: the gateway is no longer where we send to.
                Move(path, now);
            }
        }

        if (request.Updates)
        {
            Follow(request.Nat, path, now);
        }
    }

    private void Follow(NatHashes nat, IkePath path, TimeSpan now)
    {
        bool isNew = path != session.Path;
        session.Find(nat, path);
        session.GoBy(path);
        if (isNew)
        {
            session.Sa.Readdress(now);
        }

        if (!options!.CheckRoutability || path.Remote.Equals(_settled.Remote))
        {
            _check = _waiting = null;
            Settle(path);
        }
        else if (_check?.Path != path)
        {
            Check(path, now);
        }
    }

    private void Check(IkePath path, TimeSpan now)
    {
        _check = _waiting = new RoutabilityCheck(session, path);
        session.SendNext(now);
    }

    // ESP goes this way from now on.
    private void Settle(IkePath path)
    {
        if (path != _settled)
        {
            _settled = path;
            session.Host.Raise(new PathChangedEvent(session, path));
        }
    }
}
