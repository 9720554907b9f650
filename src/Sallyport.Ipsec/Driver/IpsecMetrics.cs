using System.Diagnostics.Metrics;

namespace Sallyport.Ipsec.Driver;

/// <summary>The process's counts, for any listener of System.Diagnostics.Metrics.</summary>
internal static class IpsecMetrics
{
    public const string MeterName = "Sallyport.Ipsec";
    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Drops = Meter.CreateCounter<long>("sallyport.ipsec.drops", "{packet}", "Datagrams and inner packets dropped, by reason.");
    private static readonly Counter<long> Packets = Meter.CreateCounter<long>("sallyport.ipsec.esp.packets", "{packet}", "ESP packets opened or sealed, by direction.");
    private static readonly Counter<long> Octets = Meter.CreateCounter<long>("sallyport.ipsec.esp.octets", "By", "Inner octets of ESP packets, by direction.");
    private static readonly UpDownCounter<int> Sessions = Meter.CreateUpDownCounter<int>("sallyport.ipsec.sessions", "{session}", "Tunnels that are up.");
    private static readonly KeyValuePair<string, object?> In = new("direction", "in");
    private static readonly KeyValuePair<string, object?> Out = new("direction", "out");
    private static readonly KeyValuePair<string, object?>[] Reasons = [.. Enum.GetNames<IpsecDropReason>().Select(n => new KeyValuePair<string, object?>("reason", n))];

    public static void Dropped(IpsecDropReason reason, long count) => Drops.Add(count, Reasons[(int)reason]);

    public static void Opened(int packets, long octets)
    {
        Packets.Add(packets, In);
        Octets.Add(octets, In);
    }

    public static void Sealed(int packets, long octets)
    {
        Packets.Add(packets, Out);
        Octets.Add(octets, Out);
    }

    public static void SessionsChanged(int by) => Sessions.Add(by);
}
