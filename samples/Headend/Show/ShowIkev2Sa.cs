using System.Globalization;
using System.Net;

namespace Sallyport.Samples.Headend.Show;

/// <summary><c>show crypto ikev2 sa detailed</c>.</summary>
public static class ShowIkev2Sa
{
    /// <summary>Prints the IKE SAs as the router does; nothing but an empty line where there is none.</summary>
    public static string Detailed(IReadOnlyList<SessionReport> sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        if (sessions.Count > 0)
        {
            text.WriteLine(" IPv4 Crypto IKEv2  SA ");
        }

        foreach (SessionReport session in sessions)
        {
            Write(text, session);
        }

        text.WriteLine();
        return text.ToString();
    }

    private static void Write(StringWriter text, SessionReport s)
    {
        string dpd = s.DpdInterval is { } interval
            ? $"DPD configured for {(int)interval.TotalSeconds} seconds, retry {(int)s.DpdRetry.TotalSeconds}"
            : "DPD configured for 0 seconds, retry 0";
        string nat = s.Nat switch
        {
            NatSide.Inside => "NAT-T is detected  inside",
            NatSide.Outside => "NAT-T is detected  outside",
            _ => "NAT-T is not detected",
        };
        text.WriteLine();
        text.WriteLine("Tunnel-id Local                 Remote                fvrf/ivrf            Status ");
        text.WriteLine($"{s.Id,-9} {Place(s.Local),-21} {Place(s.Remote),-21} {"none/none",-20} READY  ");
        text.WriteLine($"      Encr: {s.Suite.Encryption}, keysize: {s.Suite.KeyBits}, PRF: {s.Suite.Prf}, Hash: {s.Suite.Hash}, DH Grp:{s.Suite.Group}, Auth sign: {s.AuthSign}, Auth verify: EAP");
        text.WriteLine($"      Life/Active Time: {(long)s.Lifetime.TotalSeconds}/{(long)s.Active.TotalSeconds} sec");
        text.WriteLine($"      CE id: {1000 + s.Id}, Session-id: {s.Id}");
        text.WriteLine("      Status Description: Negotiation done");
        text.WriteLine($"      Local spi: {s.LocalSpi:X16}       Remote spi: {s.RemoteSpi:X16}");
        text.WriteLine($"      Local id: {s.LocalId}");
        text.WriteLine($"      Remote id: {s.RemoteId}");
        text.WriteLine($"      Remote EAP id: {s.EapId}");
        text.WriteLine($"      Local req msg id:  {s.LocalMessageId,-14} Remote req msg id:  {s.RemoteMessageId,-14}");
        text.WriteLine($"      Local next msg id: {s.LocalMessageId,-14} Remote next msg id: {s.RemoteMessageId,-14}");
        text.WriteLine($"      Local req queued:  {s.LocalMessageId,-14} Remote req queued:  {s.RemoteMessageId,-14}");
        text.WriteLine($"      Local window:      {1,-14} Remote window:      {1,-14}");
        text.WriteLine($"      {dpd}");
        text.WriteLine(s.Fragmentation ? "      IETF Std Fragmentation  configured." : "      Fragmentation not  configured.");
        text.WriteLine("      Dynamic Route Update: disabled");
        text.WriteLine("      Extended Authentication not configured.");
        text.WriteLine($"      {nat}  ");
        text.WriteLine("      Cisco Trust Security SGT is disabled");
        text.WriteLine($"      Assigned host addr: {s.AssignedAddress}");
        text.WriteLine("      Initiator of SA : No");
        text.WriteLine("      PEER TYPE: Other");
    }

    private static string Place(IPEndPoint place) => $"{place.Address}/{place.Port}";
}
