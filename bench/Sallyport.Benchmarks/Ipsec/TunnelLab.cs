using System.Diagnostics;
using System.Text.Json;
using Sallyport.Benchmarks.Radius.Peers;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary>Two network namespaces, "client" and "gateway", on a cable of their own, where tunnels of all kinds stand side by side.</summary>
internal sealed class TunnelLab : IDisposable
{
    /// <summary>The longest inner packet of every tunnel, in octets: with any of their headers it fits the cable's 1500.</summary>
    public const int Mtu = 1420;

    public const string ClientAddress = "10.66.0.2";
    public const string GatewayAddress = "10.66.0.1";
    private readonly string _prefix = $"sb{Environment.ProcessId}-";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sallyport-tunnel-");
    private readonly List<IDisposable> _programs = [];

    public TunnelLab()
    {
        try
        {
            foreach (string side in (string[])["client", "gateway"])
            {
                Run(["ip", "netns", "add", _prefix + side]);
                Ip(side, "link", "set", "lo", "up");
            }

            Run(["ip", "link", "add", "cable", "netns", _prefix + "client", "type", "veth", "peer", "name", "cable", "netns", _prefix + "gateway"]);
            SetUp("client", ClientAddress);
            SetUp("gateway", GatewayAddress);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A folder of the lab's own.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What to put in front of a command for it to run on a side.</summary>
    public string[] On(string side) => ["ip", "netns", "exec", _prefix + side];

    /// <summary>Starts a program on a side, to be ended with the lab.</summary>
    public ServerProcess Start(string side, params string[] command)
    {
        ServerProcess process = ServerProcess.Start("ip", [.. On(side)[1..], .. command]);
        _programs.Add(process);
        return process;
    }

    /// <summary>Starts a verb of this program on a side, and waits until it is ready.</summary>
    public ServerProcess StartVerb(string side, params string[] arguments)
    {
        ServerProcess process = ServerProcess.StartVerb(On(side), arguments);
        _programs.Add(process);
        return process;
    }

    /// <summary>Runs <c>ip</c> on a side.</summary>
    public void Ip(string side, params string[] arguments) => Run(["ip", "-n", _prefix + side, .. arguments]);

    /// <summary>Runs a command on a side to its end.</summary>
    public void Run(string side, params string[] command) => Run([.. On(side), .. command]);

    /// <summary>Waits until a command on a side succeeds.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public void WaitUntil(string side, string command)
    {
        string output = "";
        for (int attempt = 0; attempt < 100; attempt++)
        {
            if (TryRun(out output, [.. On(side), "sh", "-c", command]))
            {
                return;
            }

            Thread.Sleep(50);
        }

        throw new IOException($"{command}: {output.Trim()}");
    }

    /// <summary>Waits until the gateway's end of a tunnel answers the client.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public void WaitFor(string address) => WaitUntil("client", $"ping -q -c1 -W1 {address}");

    /// <summary>Carries TCP by iperf3 between the two ends.</summary>
    /// <param name="address">The gateway's end.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="toClient">Whether the gateway sends.</param>
    /// <param name="bitrate">At most so many bits a second, as iperf3 is told; unlimited where none is given.</param>
    /// <returns>Bits a second that arrived.</returns>
    public double Measure(string address, int seconds, bool toClient, string? bitrate = null)
    {
        using ServerProcess server = ServerProcess.Start("ip", [.. On("gateway")[1..], "iperf3", "-s", "-1", "-B", address]);
        WaitUntil("gateway", "ss -Hltn 'sport = :5201' | grep -q .");
        string[] options = [.. toClient ? ["-R"] : Array.Empty<string>(), .. bitrate is null ? [] : new[] { "-b", bitrate }];
        string report = Run([.. On("client"), "timeout", $"{seconds + 15}", "iperf3", "-c", address, "-t", $"{seconds}", "-J", .. options]);
        using JsonDocument json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble();
    }

    public void Dispose()
    {
        foreach (IDisposable program in _programs)
        {
            program.Dispose();
        }

        foreach (string side in (string[])["client", "gateway"])
        {
            TryRun(out _, "ip", "netns", "del", _prefix + side);
        }

        _folder.Delete(recursive: true);
    }

    private static string Run(string[] command) =>
        TryRun(out string output, command) ? output : throw new IOException($"{string.Join(' ', command)}: {output.Trim()}");

    private static bool TryRun(out string output, params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new IOException($"{command[0]} does not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output = output.Length > 0 ? output : errors.Result;
        return process.ExitCode == 0;
    }

    private void SetUp(string side, string address)
    {
        Ip(side, "addr", "add", address + "/24", "dev", "cable");
        Ip(side, "link", "set", "cable", "up");
    }
}
