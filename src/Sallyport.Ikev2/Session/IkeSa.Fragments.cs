using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>Fragments of the one request and the one response that the windows have room for (RFC 7383 §2.6).</content>
internal sealed partial class IkeSa
{
    // There from the beginning: not even this much is made for what is not authenticated.
    private readonly FragmentStore _requestFragments = new(session.Policy.Fragmentation ?? IkeFragmentation.Default);
    private readonly FragmentStore _responseFragments = new(session.Policy.Fragmentation ?? IkeFragmentation.Default);

    /// <summary>How many octets of messages that are not whole yet are kept.</summary>
    public int FragmentOctets => _requestFragments.Octets + _responseFragments.Octets;

    /// <summary>Whether a message is the peer's next request, or the answer to ours.</summary>
    public bool Awaits(in IkeHeader header) => header.IsResponse
        ? IsBusy && header.MessageId == NextRequestId && header.ExchangeType == RequestExchange
        : header.MessageId == ExpectedRequestId;

    /// <summary>Where fragments of the request, or of the response, that is awaited are kept.</summary>
    public FragmentStore FragmentsOf(bool response) => response ? _responseFragments : _requestFragments;

    /// <summary>Opens a fragment of a message.</summary>
    public bool TryOpenFragment(in IkeMessage message, Span<byte> buffer, out IkeOpenedFragment fragment, out IkeOpenError error) =>
        _inbound!.TryOpenFragment(message, buffer, out fragment, out error);

    /// <summary>Forgets what has come of a request that is no longer awaited.</summary>
    public void ForgetRequest() => _requestFragments.Clear();
}
