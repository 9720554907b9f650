using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// What has come of a message in fragments (RFC 7383 §2.6), of one message at a time. Only what was opened is taken, within the limits; the rest costs
/// no memory. What it holds is cleared when the message is whole, or no longer awaited.
/// </summary>
internal sealed class FragmentStore(IkeFragmentation limits)
{
    private byte[]?[] _contents = [];
    private IkeExchangeType _exchange;
    private IkePayloadType _first;
    private int _count;

    /// <summary>How many octets it holds.</summary>
    public int Octets { get; private set; }

    /// <summary>Whether a fragment has a place, by its numbers alone: before its check value is computed.</summary>
    /// <returns>Why not, or <see langword="null"/> where it has.</returns>
    public IkeDropReason? Judge(EncryptedFragmentPayload fragment)
    {
        if (fragment.Total > limits.MaximumFragments)
        {
            return IkeDropReason.FragmentLimit;
        }

        // RFC 7383 §2.6: what is there already, or was cut larger than what the sender has gone over to.
        bool known = fragment.Total < _contents.Length || (fragment.Total == _contents.Length && _contents[fragment.Number - 1] is not null);
        return known ? IkeDropReason.UnexpectedFragment : null;
    }

    /// <summary>Takes a fragment that <see cref="Judge"/> has a place for.</summary>
    /// <param name="fragment">The fragment.</param>
    /// <param name="whole">The message's inner chain, where the fragment was the last one missing.</param>
    /// <param name="first">Its first payload's type.</param>
    /// <returns>Why it was not taken, or <see langword="null"/>.</returns>
    public IkeDropReason? Add(in IkeOpenedFragment fragment, out byte[]? whole, out IkePayloadType first)
    {
        whole = null;
        first = IkePayloadType.None;
        if (fragment.Total > _contents.Length)
        {
            // RFC 7383 §2.6: the sender has cut the message anew, into smaller fragments (§2.5.2).
            Clear();
            _contents = new byte[fragment.Total][];
            _exchange = fragment.Header.ExchangeType;
        }

        if (fragment.Header.ExchangeType != _exchange)
        {
            return IkeDropReason.UnexpectedFragment;
        }

        if (Octets + fragment.Content.Length > limits.MaximumOctets)
        {
            // It will never be whole.
            Clear();
            return IkeDropReason.FragmentLimit;
        }

        _contents[fragment.Number - 1] = fragment.Content.ToArray();
        Octets += fragment.Content.Length;
        _count++;
        _first = fragment.Number == 1 ? fragment.First : _first;
        if (_count == _contents.Length)
        {
            first = _first;
            whole = Join();
            Clear();
        }

        return null;
    }

    /// <summary>Forgets what it holds: the message is no longer awaited.</summary>
    public void Clear()
    {
        foreach (byte[]? content in _contents)
        {
            CryptographicOperations.ZeroMemory(content);
        }

        _contents = [];
        _count = 0;
        Octets = 0;
    }

    private byte[] Join()
    {
        byte[] whole = new byte[Octets];
        int at = 0;
        foreach (byte[]? content in _contents)
        {
            content!.CopyTo(whole, at);
            at += content.Length;
        }

        return whole;
    }
}
