using System.CommandLine;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Running;
using Sallyport.Benchmarks.Ipsec;
using Sallyport.Benchmarks.Radius.Load;
using Sallyport.Benchmarks.Radius.Servers;
using Sallyport.Benchmarks.Ratios;

RootCommand root = new("Measures Sallyport. Options that belong to no verb go to BenchmarkDotNet: --filter '*', --list flat.")
{
    RatiosCommand.Create(), SoakCommand.Create(), LoadCommand.Create(), ServeCommand.Create(), SinkCommand.Create(), ForwardCommand.Create(), TunnelCommand.Create(), TunnelSoakCommand.Create(),
};
if (args is [['-', ..], ..] && args[0] is not ("-h" or "-?" or "--help" or "--version"))
{
    return RunBenchmarks(args);
}

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or PlatformNotSupportedException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

// Apart, so that a server that is a verb of this program does not load BenchmarkDotNet.
[MethodImpl(MethodImplOptions.NoInlining)]
static int RunBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Bars).Assembly).Run(args);
    return 0;
}
