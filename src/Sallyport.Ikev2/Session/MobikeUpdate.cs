using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// Tells the peer where this side is: by UPDATE_SA_ADDRESSES, which moves IKE and ESP there (RFC 4555 §3.5), by the list of its further addresses
/// (RFC 4555 §3.6), or by both.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="updates">Whether it moves the SAs.</param>
/// <param name="tells">Whether it brings the list.</param>
internal sealed class MobikeUpdate(IkeSession session, bool updates, bool tells) : RoutabilityExchange(session, session.Path)
{
    private const int LargestRequest = 512;

    public bool Updates => updates;

    public bool Tells => tells;

    public override bool TrySend(TimeSpan now)
    {
        Span<byte> inner = stackalloc byte[LargestRequest];
        IkePayloadWriter writer = new(inner);
        if (updates)
        {
            writer.AddNotify(IkeNotifyType.UpdateSaAddresses);
            IkeSaInit.WriteNatDetection(ref writer, Session.InitiatorSpi, Session.ResponderSpi, Path, Session.Host);
        }

        if (tells)
        {
            Session.Mobike.WriteAddresses(ref writer, tellsNone: true);
        }

        Session.Mobike.WriteNoNats(ref writer, Path);
        Send(ref writer, inner, now);
        return true;
    }

    protected override void Take(IkePayloads payloads, IkeNotifyType error, TimeSpan now) => Session.Mobike.Updated(this, payloads, error);
}
