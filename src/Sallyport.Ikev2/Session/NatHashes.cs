using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>The hashes by which a message tells where it was sent from and to (RFC 7296 §2.23).</summary>
internal sealed class NatHashes
{
    private readonly List<byte[]> _sources = [];

    /// <summary>The hash of our address as the sender knows it.</summary>
    public byte[]? Destination { get; private set; }

    /// <summary>Whether both are there, so that the sender supports NAT traversal.</summary>
    public bool IsPresent => _sources.Count > 0 && Destination is not null;

    /// <summary>Takes one in; anything else is left alone.</summary>
    public void Add(NotifyPayload notify)
    {
        if (notify.Type == IkeNotifyType.NatDetectionSourceIp)
        {
            _sources.Add(notify.Data.ToArray());
        }
        else if (notify.Type == IkeNotifyType.NatDetectionDestinationIp)
        {
            Destination = notify.Data.ToArray();
        }
    }

    public static NatHashes Read(IkePayloads payloads)
    {
        NatHashes hashes = new();
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _))
            {
                hashes.Add(notify);
            }
        }

        return hashes;
    }

    /// <summary>Whether the sender is behind a NAT, or says so: none of its hashes is that of the address we see.</summary>
    public bool IsSenderBehindNat(ulong initiatorSpi, ulong responderSpi, IkePath path)
    {
        byte[] seen = NatDetection.Hash(initiatorSpi, responderSpi, path.Remote);
        return _sources.Count > 0 && !_sources.Exists(h => h.AsSpan().SequenceEqual(seen));
    }

    /// <summary>Whether we are behind a NAT: the sender sent to another address than ours.</summary>
    public bool IsReceiverBehindNat(ulong initiatorSpi, ulong responderSpi, IkePath path) =>
        Destination is not null && !Destination.AsSpan().SequenceEqual(NatDetection.Hash(initiatorSpi, responderSpi, path.Local));
}
