using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <content>Fragments of the one request and the one response that the windows have room for (RFC 7383 §2.6).</content>
internal sealed partial class IkeSa
{
    private FragmentStore? _requestFragments;
    private FragmentStore? _responseFragments;

    /// <summary>How many octets of messages that are not whole yet are kept.</summary>
    public int FragmentOctets => (_requestFragments?.Octets ?? 0) + (_responseFragments?.Octets ?? 0);

    /// <summary>Whether a message is the peer's next request, or the answer to ours.</summary>
    public bool Awaits(in IkeHeader header) => header.IsResponse
        ? IsBusy && header.MessageId == NextRequestId && header.ExchangeType == RequestExchange
        : header.MessageId == ExpectedRequestId;

    /// <summary>Where fragments of the request, or of the response, that is awaited are kept.</summary>
    public FragmentStore FragmentsOf(bool response, IkeFragmentation limits) =>
        response ? _responseFragments ??= new FragmentStore(limits) : _requestFragments ??= new FragmentStore(limits);

    /// <summary>Opens a fragment of a message.</summary>
    public bool TryOpenFragment(in IkeMessage message, Span<byte> buffer, out IkeOpenedFragment fragment, out IkeOpenError error) =>
        _inbound!.TryOpenFragment(message, buffer, out fragment, out error);

    /// <summary>Forgets what has come of a request that is no longer awaited.</summary>
    public void ForgetRequest() => _requestFragments?.Clear();
}
