using System.Globalization;
using Sallyport.Benchmarks.Radius.Peers;
using Sallyport.Benchmarks.Ratios;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary>
/// TCP by iperf3 through our tunnel and through others, TUN device to TUN device, both ends on this machine. All stand side by side and take
/// turns, in both directions; the median of the rounds' ratios counts. Needs root and iperf3; a tunnel whose programs are missing is skipped.
/// </summary>
internal sealed class TunnelBar : IBar
{
    private const int Rounds = 4;
    private const int Seconds = 2;

    /// <inheritdoc/>
    public IEnumerable<BarLine> Measure()
    {
        if (Missing(["ip", "ss", "ping", "iperf3"]) is { } program)
        {
            return [new BarLine("esp.tunnel", null, 1, $"{program} is not installed")];
        }

        if (!Environment.IsPrivilegedProcess || !File.Exists("/dev/net/tun"))
        {
            return [new BarLine("esp.tunnel", null, 1, "network namespaces and TUN devices need root and /dev/net/tun")];
        }

        return MeasureAll();
    }

    private static List<BarLine> MeasureAll()
    {
        List<BarLine> lines = [];
        List<(Tunnel Tunnel, string Address, double[] Speeds)> tunnels = [];
        using TunnelLab lab = new();
        foreach (Tunnel tunnel in TunnelRivals.All.Prepend(TunnelRivals.Ours))
        {
            if (Missing(tunnel.Programs) is { } program)
            {
                lines.Add(new BarLine($"esp.tunnel/{tunnel.Name}", null, tunnel.Limit, $"{program} is not installed"));
                continue;
            }

            string address = tunnel.Start(lab);
            lab.WaitFor(address);
            tunnels.Add((tunnel, address, new double[Rounds]));
        }

        // Code is compiled and windows open before it counts.
        lab.Measure(tunnels[0].Address, 1, toClient: false);
        lab.Measure(tunnels[0].Address, 1, toClient: true);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < tunnels.Count; i++)
            {
                (_, string address, double[] speeds) = tunnels[(i + round) % tunnels.Count];
                speeds[round] = lab.Measure(address, Seconds, toClient: round % 2 == 1);
            }
        }

        double[] ours = tunnels[0].Speeds;
        foreach ((Tunnel tunnel, _, double[] speeds) in tunnels.Skip(1))
        {
            double ratio = Median(speeds.Zip(ours, (theirs, mine) => theirs / mine));
            string note = string.Create(CultureInfo.InvariantCulture, $"{Median(ours) / 1e9:0.00} Gbit/s to {Median(speeds) / 1e9:0.00}");
            lines.Add(new BarLine($"esp.tunnel/{tunnel.Name}", ratio, tunnel.Limit, note));
        }

        return lines;
    }

    private static string? Missing(string[] programs) => programs.FirstOrDefault(p => !File.Exists(p) && Rivals.Find(p) is null);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
