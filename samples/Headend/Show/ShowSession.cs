using System.Globalization;
using System.Net;

namespace Sallyport.Samples.Headend.Show;

/// <summary><c>show crypto session detail</c>.</summary>
public static class ShowSession
{
    private const string Legend =
        """
        Crypto session current status

        Code: C - IKE Configuration mode, D - Dead Peer Detection
        K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
        X - IKE Extended Authentication, F - IKE Fragmentation
        R - IKE Auto Reconnect, U - IKE Dynamic Route Update
        S - SIP VPN

        """;

    /// <summary>Prints the sessions as the router does.</summary>
    public static string Detail(IReadOnlyList<SessionReport> sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.Write(Legend.ReplaceLineEndings("\n"));
        foreach (SessionReport session in sessions)
        {
            Write(text, session);
        }

        return text.ToString();
    }

    private static void Write(StringWriter text, SessionReport s)
    {
        TimeSpan left = s.Lifetime > s.Active ? s.Lifetime - s.Active : TimeSpan.Zero;
        string capabilities = (s.DpdInterval is null ? "" : "D") + (s.Nat == NatSide.None ? "" : "N") + (s.Fragmentation ? "F" : "");
        text.WriteLine();
        text.WriteLine($"Interface: Virtual-Access{s.VirtualAccess}");
        text.WriteLine($"Profile: {s.Profile}");
        text.WriteLine($"Uptime: {Clock(s.Active)}");
        text.WriteLine("Session status: UP-ACTIVE     ");
        text.WriteLine($"Peer: {s.Remote.Address} port {s.Remote.Port} fvrf: (none) ivrf: (none)");
        text.WriteLine($"      Phase1_id: {s.RemoteId}");
        text.WriteLine("      Desc: (none)");
        text.WriteLine($"  Session ID: {s.Id}  ");
        text.WriteLine($"  IKEv2 SA: local {s.Local.Address}/{s.Local.Port} remote {s.Remote.Address}/{s.Remote.Port} Active ");
        text.WriteLine($"          Capabilities:{(capabilities.Length == 0 ? "(none)" : capabilities)} connid:{s.Id} lifetime:{Clock(left)}");
        foreach (IPNetwork network in s.Flow.LocalNetworks)
        {
            text.WriteLine($"  IPSEC FLOW: permit ip {Selector(network)} host {s.AssignedAddress} ");
        }

        text.WriteLine("        Active SAs: 2, origin: crypto map");
        text.WriteLine($"        Inbound:  #pkts dec'ed {s.Flow.PacketsIn} drop {s.Flow.DropsIn} life (KB/Sec) {Life(s.Flow.KilobytesLeftIn, s.Flow.Left)}");
        text.WriteLine($"        Outbound: #pkts enc'ed {s.Flow.PacketsOut} drop {s.Flow.DropsOut} life (KB/Sec) {Life(s.Flow.KilobytesLeftOut, s.Flow.Left)}");
    }

    private static string Life(long? kilobytes, TimeSpan left) =>
        string.Create(CultureInfo.InvariantCulture, $"{kilobytes?.ToString(CultureInfo.InvariantCulture) ?? "KB Vol Rekey Disabled"}/{Math.Max(0, (long)left.TotalSeconds)}");

    private static string Selector(IPNetwork network)
    {
        uint mask = network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength);
        return network.PrefixLength == 32 ? $"host {network.BaseAddress}" : $"{network.BaseAddress}/{Configuration.IosValues.FromUInt32(mask)}";
    }

    // hh:mm:ss, and 1d02h from a day on.
    private static string Clock(TimeSpan time) => time.Days > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{time.Days}d{time.Hours:00}h")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}");
}
