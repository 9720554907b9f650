using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Sallyport.Benchmarks.Radius.Load;

namespace Sallyport.Benchmarks.Radius.Peers;

/// <summary>A server in a process of its own, ended with this object.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the JIT compiler counts for it takes 4 MB and gains nothing here.
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start) ?? throw new IOException($"{program} does not start");
        _process.ErrorDataReceived += (_, line) => Errors = line.Data is { Length: > 0 } ? line.Data : Errors;
        _process.BeginErrorReadLine();
    }

    /// <summary>Its last line of error, if any.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>What it has used.</summary>
    public ProcessUsage Usage => ProcessUsage.Of(_process.Id);

    /// <summary>Starts another program, whose output is not read.</summary>
    public static ServerProcess Start(string program, params IEnumerable<string> arguments)
    {
        ServerProcess process = new(program, arguments);
        process._process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Starts a verb of this program, and waits until it is ready.</summary>
    public static ServerProcess StartVerb(params IEnumerable<string> arguments) => StartVerb([], arguments);

    /// <summary>Starts a verb of this program behind a command that runs another, and waits until it is ready.</summary>
    public static ServerProcess StartVerb(string[] within, IEnumerable<string> arguments)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] command = [.. within, self, .. isHost ? [Assembly.GetEntryAssembly()!.Location] : Array.Empty<string>(), .. arguments];
        ServerProcess process = new(command[0], command[1..]);
        if (process._process.StandardOutput.ReadLine()?.StartsWith("ready:", StringComparison.Ordinal) != true)
        {
            process._process.WaitForExit();
            throw new IOException($"{string.Join(' ', arguments)} is not ready: {process.Errors}");
        }

        return process;
    }

    /// <summary>Asks a verb for its counters, as <see cref="Servers.ServerLife"/> prints them.</summary>
    public string Counters()
    {
        _process.StandardInput.WriteLine();
        return _process.StandardOutput.ReadLine() ?? throw new IOException("the server has ended");
    }

    /// <summary>A port of 127.0.0.1 that is free for UDP and TCP alike.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            IPEndPoint chosen = (IPEndPoint)udp.LocalEndPoint!;
            using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(chosen);
                return chosen.Port;
            }
            catch (SocketException)
            {
                // Taken for TCP: another one.
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
