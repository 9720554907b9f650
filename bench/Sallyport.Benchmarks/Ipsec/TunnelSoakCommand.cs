using System.CommandLine;
using System.Globalization;
using Sallyport.Benchmarks.Radius.Peers;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary><c>tunnel-soak</c>: a tunnel that carries TCP for long while its keys are renewed, and whose memory must stay as it is.</summary>
internal static class TunnelSoakCommand
{
    // What a process takes in its first minutes is not yet what it keeps: the compiler and the collector go on for half an hour to take what they
    // may. What our objects take is there at once.
    private const int WarmMinutes = 3;
    private const double HeapGrowth = 1.1;
    private const double ResidentGrowth = 1.25;

    public static Command Create()
    {
        Option<int> minutes = new("--minutes") { Description = "For how long.", DefaultValueFactory = _ => 60 };
        Option<int> rekey = new("--rekey-seconds") { Description = "How long ESP keys live, less than a minute.", DefaultValueFactory = _ => 50 };
        Option<string?> bitrate = new("--bitrate") { Description = "At most so many bits a second, as in iperf3's -b; unlimited without it." };
        Command command = new("tunnel-soak", "Carry TCP by iperf3 through a tunnel of ours, a minute one way and a minute the other, with new keys all the while: a line a minute; the exit code is 1 if memory grows, keys stay for a minute, nothing arrives, or a packet is refused. Needs root.")
        {
            minutes, rekey, bitrate,
        };
        command.SetAction(result => Run(result.GetValue(minutes), result.GetValue(rekey), result.GetValue(bitrate)));
        return command;
    }

    private static int Run(int minutes, int rekeySeconds, string? bitrate)
    {
        using TunnelLab lab = new();
        (string address, ServerProcess gateway, ServerProcess client) = TunnelRivals.StartOurs(lab, 1, "--rekey-seconds", $"{rekeySeconds}");
        lab.WaitFor(address);
        (long Resident, long Heap) warm = default;
        bool passed = true;
        HashSet<string> keys = [];
        for (int minute = 1; minute <= minutes; minute++)
        {
            double speed = lab.Measure(address, 60, toClient: minute % 2 == 0, bitrate);
            (string atGateway, string atClient) = (gateway.Counters(), client.Counters());
            long resident = gateway.Usage.Resident + client.Usage.Resident;
            long heap = HeapOf(atGateway) + HeapOf(atClient);
            warm = minute <= WarmMinutes ? (Math.Max(warm.Resident, resident), Math.Max(warm.Heap, heap)) : warm;
            passed &= speed > 0 && keys.Add(KeysOf(atGateway)) && resident <= warm.Resident * ResidentGrowth && heap <= warm.Heap * HeapGrowth && !Refused(atGateway) && !Refused(atClient);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"minute {minute}: {speed / 1e9:0.00} Gbit/s, {resident / 1e6:0.0} MB in both ends; gateway: {atGateway}; client: {atClient}"));
        }

        Console.WriteLine(passed ? "pass" : "fail");
        return passed ? 0 : 1;
    }

    private static string KeysOf(string counters) => counters.Split(' ')[0];

    // "spi=… heap=…k …".
    private static long HeapOf(string counters) => long.Parse(counters.Split(' ')[1][5..^1], CultureInfo.InvariantCulture);

    // Packets that came and were not opened; a full queue may drop some before they are sent, as on any link.
    private static bool Refused(string counters) => counters.Contains("Esp", StringComparison.Ordinal);
}
