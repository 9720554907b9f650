using BenchmarkDotNet.Attributes;

namespace Sallyport.Benchmarks.Ikev2;

/// <summary>The codec on an IKE_SA_INIT.</summary>
[MemoryDiagnoser]
public class IkeBenchmarks
{
    private readonly byte[] _message = Workloads.IkeSaInit;

    /// <summary>Parse, walk payloads and transforms.</summary>
    [Benchmark]
    public int Parse() => Workloads.ParseIke(_message);
}
