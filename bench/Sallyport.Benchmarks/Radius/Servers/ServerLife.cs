using System.Globalization;
using System.Runtime.InteropServices;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary>
/// The life of a server under measurement: <c>ready:</c> on standard output, a line of counters whenever a line comes on standard input, and
/// another at the end, which SIGTERM or Ctrl-C brings.
/// </summary>
internal static class ServerLife
{
    public static int Run(string ready, Func<string> counters)
    {
        using ManualResetEventSlim stop = new();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Set();
        }

        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        new Thread(() =>
        {
            while (Console.In.ReadLine() is not null)
            {
                Console.WriteLine(Counters(counters));
            }
        }) { IsBackground = true }.Start();
        Console.WriteLine($"ready: {ready}");
        stop.Wait();
        Console.WriteLine(Counters(counters));
        return 0;
    }

    private static string Counters(Func<string> counters) => string.Create(
        CultureInfo.InvariantCulture,
        $"counters: {counters()}, gen0 {GC.CollectionCount(0)}, gen1 {GC.CollectionCount(1)}, gen2 {GC.CollectionCount(2)}, allocated {GC.GetTotalAllocatedBytes()}");
}
