using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sallyport.Benchmarks.Radius.Load;
using Sallyport.Benchmarks.Radius.Peers;
using Sallyport.Radius.Security;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>
/// <c>soak</c>: our server for minutes at a part of what it can do at most. Nothing may be lost that it does not own to, its memory stays as
/// it is, and what it does for a request brings about no collection of the oldest generation.
/// </summary>
internal static partial class SoakCommand
{
    private const double MemoryGrowth = 1.05;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Sprint = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Option<double> minutes = new("--minutes") { Description = "How long.", DefaultValueFactory = _ => 5 };
        Option<double> part = new("--part") { Description = "What part of the highest rate, 0 to 1.", DefaultValueFactory = _ => 0.8 };
        Option<string> mix = new("--mix") { Description = "How much of each kind, as for load.", DefaultValueFactory = _ => "pap" };
        Command command = new("soak", "Keep our RADIUS server for minutes at 80 % of its highest rate: losses, memory, collections.") { minutes, part, mix };
        command.SetAction(result => Run(TimeSpan.FromMinutes(result.GetValue(minutes)), result.GetValue(part), LoadMix.Parse(result.GetValue(mix)!)));
        return command;
    }

    private static int Run(TimeSpan duration, double part, LoadMix mix)
    {
        int port = ServerProcess.FreePort();
        using ServerProcess server = ServerProcess.StartVerb("serve", "--port", $"{port}", "--secret", Scene.Secret, "--users", $"{Rivals.Users}");
        LoadOptions options = new() { Server = new IPEndPoint(IPAddress.Loopback, port), Secret = new RadiusSecret(Scene.Secret), Mix = mix };
        double most;
        using (UdpLoad sprint = new(options))
        {
            sprint.Run(WarmUp);
            most = sprint.Run(Sprint).Rate;
        }

        // In the closed loop the server sets the pace; from here on the clock does.
        using UdpLoad load = new(options with { Rate = most * part, Outstanding = options.Sockets * 256 });
        load.Run(WarmUp);
        Dictionary<string, long> before = Parse(server.Counters());
        ProcessUsage start = server.Usage;
        List<double> memory = [];
        using Timer sampler = new(_ => memory.Add(server.Usage.Resident), null, SampleEvery, SampleEvery);
        LoadResult result = load.Run(duration);
        sampler.Change(Timeout.Infinite, Timeout.Infinite);
        ProcessUsage end = server.Usage;
        Dictionary<string, long> after = Parse(server.Counters());
        foreach (string line in LoadReport.Lines(result, [("server", start, end)]))
        {
            Console.WriteLine(line);
        }

        long shed = after["shed"] - before["shed"];
        LoadCounts counts = result.Counts;
        string rate = string.Create(CultureInfo.InvariantCulture, $"{result.Rate:0}/s for {result.Elapsed.TotalMinutes:0.0} min, at most {most:0}/s");
        BarLine[] lines =
        [
            new("soak.lost", Math.Max(0, counts.Lost - shed), 0, $"{counts.Lost} lost, {shed} of them reported shed; {rate}"),
            new("soak.wrong", counts.Bad + counts.Unexpected, 0, "replies that are not genuine or not deserved"),
            new("soak.memory", Growth(memory), MemoryGrowth, string.Create(CultureInfo.InvariantCulture, $"the last fifth against the second; {memory.DefaultIfEmpty().Min() / 1e6:0.0} to {memory.DefaultIfEmpty().Max() / 1e6:0.0} MB resident")),
            new("soak.gen2", after["gen2"] - before["gen2"], 0, $"collections; {after["gen0"] - before["gen0"]} of generation 0, {(after["allocated"] - before["allocated"]) / Math.Max(1, counts.Answered)} octets allocated a request"),
        ];
        Array.ForEach(lines, Console.WriteLine);
        return lines.All(l => l.Passes) ? 0 : 1;
    }

    // The first fifth still fills what is kept for retransmissions.
    private static double Growth(List<double> samples)
    {
        int fifth = samples.Count / 5;
        return fifth == 0 ? 1 : samples.TakeLast(fifth).Order().ElementAt(fifth / 2) / samples.Skip(fifth).Take(fifth).Order().ElementAt(fifth / 2);
    }

    private static Dictionary<string, long> Parse(string counters) =>
        Counter().Matches(counters).ToDictionary(m => m.Groups[1].Value, m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"([a-z0-9]+) (\d+)(?:,|$)")]
    private static partial Regex Counter();
}
