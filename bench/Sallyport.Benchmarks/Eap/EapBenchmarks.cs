using BenchmarkDotNet.Attributes;

namespace Sallyport.Benchmarks.Eap;

/// <summary>The codec on one packet.</summary>
[MemoryDiagnoser]
public class EapBenchmarks
{
    private readonly byte[] _packet = Workloads.EapRequest;

    /// <summary>Parse.</summary>
    [Benchmark]
    public int Parse() => Workloads.ParseEap(_packet);
}
