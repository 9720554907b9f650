using Sallyport.Eap.Peer;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Client;

/// <summary>The program's part of one client session: trust by certificate, EAP by the library's peer.</summary>
internal sealed class ClientHandler(CertificateTrust trust, EapPeer eap) : IIpsecClientHandler
{
    private const int LargestEapPacket = 1020;
    private readonly TaskCompletionSource<IpsecSession> _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<(IkeCloseReason Reason, string Detail)> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IpsecSession> Established => _established.Task;

    public Task<(IkeCloseReason Reason, string Detail)> Closed => _closed.Task;

    // Verifying a chain takes milliseconds: not on the endpoint's loop.
    public ValueTask<string?> OnPeerCertificateAsync(IpsecSession session, IReadOnlyList<byte[]> chain, IkeIdentity identity, CancellationToken cancellationToken) =>
        new(Task.Run(() => trust.Check(chain, identity), cancellationToken));

    public ValueTask<EapPeerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        byte[] response = new byte[LargestEapPacket];
        EapPeerAnswer answer = eap.Handle(packet.Span, response, out int length) switch
        {
            EapPeerOutcome.Respond => EapPeerAnswer.Response(response.AsMemory(0, length)),
            EapPeerOutcome.Success => EapPeerAnswer.Complete(eap.MasterSessionKey),
            EapPeerOutcome.Failure => EapPeerAnswer.Fail("the EAP method does not agree with the gateway"),
            _ => EapPeerAnswer.Fail("the gateway's EAP packet has no place here"),
        };
        return ValueTask.FromResult(answer);
    }

    public void OnEstablished(IpsecSession session) => _established.TrySetResult(session);

    public void OnClosed(IpsecSession session, IkeCloseReason reason, string detail)
    {
        _closed.TrySetResult((reason, detail));
        _established.TrySetException(new IpsecConnectException(reason, detail));

        // Nobody may be waiting any more.
        _ = _established.Task.Exception;
    }
}
