using System.Net;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>What an INFORMATIONAL request of the peer's holds of MOBIKE (RFC 4555 §3.5 to §3.9).</summary>
internal sealed class MobikeRequest
{
    private readonly List<IPAddress> _addresses = [];

    private MobikeRequest()
    {
    }

    /// <summary>UPDATE_SA_ADDRESSES.</summary>
    public bool Updates { get; private set; }

    /// <summary>What of its addresses the peer tells: <see langword="null"/> where nothing, empty where it has no further one.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; private set; }

    public NatHashes Nat { get; } = new();

    /// <summary>COOKIE2, to be returned; empty where there is none.</summary>
    public byte[] Cookie { get; private set; } = [];

    /// <summary>Where the peer has sent the message from and to, where no NAT may stand between.</summary>
    public (IPEndPoint Source, IPEndPoint Destination)? NoNats { get; private set; }

    public static MobikeRequest Read(IkePayloads payloads)
    {
        MobikeRequest request = new();
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _))
            {
                request.Read(notify);
            }
        }

        return request;
    }

    /// <summary>Whether the message came another way than it was sent, though none may come so (RFC 4555 §3.9).</summary>
    public bool WasTranslated(IkePath path) => NoNats is { } sent && !(sent.Source.Equals(path.Remote) && sent.Destination.Equals(path.Local));

    private void Read(NotifyPayload notify)
    {
        switch (notify.Type)
        {
            case IkeNotifyType.UpdateSaAddresses:
                Updates = true;
                break;
            case IkeNotifyType.NoAdditionalAddresses:
                Addresses ??= _addresses;
                break;
            case IkeNotifyType.AdditionalIPv4Address or IkeNotifyType.AdditionalIPv6Address:
                Addresses = _addresses;
                if (_addresses.Count < Mobike.MostAddresses && MobikeNotification.TryReadAddress(notify, out IPAddress address))
                {
                    _addresses.Add(address);
                }

                break;
            case IkeNotifyType.Cookie2 when notify.Data.Length is >= MobikeNotification.SmallestCookie and <= MobikeNotification.LargestCookie:
                Cookie = notify.Data.ToArray();
                break;
            case IkeNotifyType.NoNatsAllowed when MobikeNotification.TryReadNoNats(notify, out IPEndPoint source, out IPEndPoint destination):
                NoNats = (source, destination);
                break;
            default:
                Nat.Add(notify);
                break;
        }
    }
}
