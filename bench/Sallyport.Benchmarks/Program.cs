using System.CommandLine;
using BenchmarkDotNet.Running;
using Sallyport.Benchmarks.Radius.Load;
using Sallyport.Benchmarks.Radius.Servers;
using Sallyport.Benchmarks.Ratios;

RootCommand root = new("Measures Sallyport. Options that belong to no verb go to BenchmarkDotNet: --filter '*', --list flat.")
{
    RatiosCommand.Create(), SoakCommand.Create(), LoadCommand.Create(), ServeCommand.Create(), SinkCommand.Create(),
};
if (args is [['-', ..], ..] && args[0] is not ("-h" or "-?" or "--help" or "--version"))
{
    BenchmarkSwitcher.FromAssembly(typeof(Bars).Assembly).Run(args);
    return 0;
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
