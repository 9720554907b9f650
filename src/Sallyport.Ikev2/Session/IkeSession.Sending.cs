using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>What goes out by the IKE SA in use: one request at a time, the others of ours wait (RFC 7296 §2.3).</content>
public abstract partial class IkeSession
{
    private static readonly IkeRetransmission Farewell = new(TimeSpan.FromSeconds(1), 1.5, 3);
    private const int SilentAfter = 3;
    private readonly Queue<IkeExchange> _waiting = new();
    private IkeExchange? _underWay;

    internal ISessionHost Host { get; }

    internal IkeSessionPolicy Policy { get; }

    /// <summary>The exchange of ours whose answer is awaited, beside questions whether the peer lives.</summary>
    internal IkeExchange? UnderWay => _underWay;

    /// <summary>Begins an exchange, now or once the one before is done.</summary>
    internal void Begin(IkeExchange exchange, TimeSpan now)
    {
        _waiting.Enqueue(exchange);
        SendNext(now);
    }

    /// <summary>Sends a first message, which is in the clear, and keeps sending it until it is answered.</summary>
    private protected void SendClearRequest(byte[] datagram, string description, IkeRetransmission retransmission, TimeSpan now) =>
        Sa.SendClear(datagram, description, retransmission, now);

    private protected void SendRequest(IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner, IkeRetransmission retransmission, TimeSpan now) =>
        Sa.SendRequest(exchange, ref writer, inner, retransmission, now);

    private protected void SendResponse(IkeExchangeType exchange, ref IkePayloadWriter writer, ReadOnlySpan<byte> inner) => Sa.SendResponse(exchange, ref writer, inner);

    private protected void SendResponse(byte[] datagram, string description) => Sa.SendResponse(datagram, description);

    private protected void SendNotifyResponse(IkeExchangeType exchange, IkeNotifyType type) => Sa.Refuse(exchange, type);

    private protected void Resend() => Sa.Resend();

    private protected void RequestAnswered() => Sa.RequestAnswered();

    private protected void RequestReplaced() => Sa.RequestReplaced();

    /// <summary>Begins what waits, as far as the window has room: first what keeps the session reachable.</summary>
    internal void SendNext(TimeSpan now)
    {
        while (State == IkeSessionState.Established && !Sa.IsBusy && (Mobike.Next() ?? (_waiting.TryDequeue(out IkeExchange? waiting) ? waiting : null)) is { } next)
        {
            if (next.TrySend(now))
            {
                _underWay = next;
            }
        }
    }

    private void SendDelete(TimeSpan now) => SendDelete(Sa, now);

    private static void SendDelete(IkeSa sa, TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[16];
        IkePayloadWriter writer = new(inner);
        writer.AddDeleteIke();
        sa.SendRequest(IkeExchangeType.Informational, ref writer, inner, Farewell, now);
    }

    private void SendAuthenticationFailed(TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[16];
        IkePayloadWriter writer = new(inner);
        writer.AddNotify(IkeNotifyType.AuthenticationFailed);
        SendRequest(IkeExchangeType.Informational, ref writer, inner, Farewell, now);
    }

    private void Retransmit(IkeSa sa, TimeSpan now)
    {
        if (sa.TryRetransmit(now))
        {
            if (sa == Sa && sa.Sent == SilentAfter)
            {
                Mobike.Silent();
            }

            return;
        }

        if (sa != Sa)
        {
            // A replaced SA whose Delete nobody answers: it is gone all the same.
            sa.RequestReplaced();
            sa.ForgetAt = now;
            return;
        }

        bool ending = State == IkeSessionState.Deleting;
        End(ending ? _ending.Reason : IkeCloseReason.Timeout, ending ? _ending.Detail : "the peer does not answer", now);
    }
}
