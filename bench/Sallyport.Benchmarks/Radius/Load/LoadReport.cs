using System.Globalization;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>A run in words.</summary>
internal static class LoadReport
{
    /// <summary>Rate, latency, what came and what did not, and what each side used.</summary>
    /// <param name="result">What was counted.</param>
    /// <param name="processes">The processes, by name: what they had used before and after.</param>
    public static IEnumerable<string> Lines(LoadResult result, IEnumerable<(string Name, ProcessUsage Before, ProcessUsage After)> processes)
    {
        LoadCounts counts = result.Counts;
        double Quantile(double part) => counts.Latency.Quantile(part) / 1000.0;
        yield return Text($"rate       {result.Rate:0} requests/s: {counts.Answered} answered of {counts.Sent} in {result.Elapsed.TotalSeconds:0.0} s");
        yield return Text($"latency    p50 {Quantile(.5):0} µs, p90 {Quantile(.9):0}, p99 {Quantile(.99):0}, p99.9 {Quantile(.999):0}, longest {counts.Latency.Largest / 1000.0:0}");
        yield return Text($"replies    {counts.Accepts} accept, {counts.Rejects} reject, {counts.Challenges} challenge, {counts.Accounting} accounting");
        yield return Text($"trouble    {counts.Lost} lost, {counts.Bad} not genuine, {counts.Stray} stray, {counts.Unexpected} of another code than deserved, {counts.WithoutMessageAuthenticator} without Message-Authenticator");
        foreach ((string name, ProcessUsage before, ProcessUsage after) in processes)
        {
            TimeSpan cpu = after.Cpu - before.Cpu;
            yield return Text($"{name,-10} {cpu.TotalMicroseconds / Math.Max(1, counts.Answered):0.00} µs of processor a request, {cpu / result.Elapsed:0.00} processors, {after.Resident / 1e6:0.0} MB resident");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
