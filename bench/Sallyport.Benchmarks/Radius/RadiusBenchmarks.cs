using BenchmarkDotNet.Attributes;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius;

/// <summary>The codec on one packet.</summary>
[MemoryDiagnoser]
public class RadiusBenchmarks
{
    private readonly byte[] _request = Workloads.AccessRequest;
    private readonly byte[] _buffer = new byte[RadiusPacket.LargestSize];

    /// <summary>Parse and walk.</summary>
    [Benchmark]
    public int Parse() => Workloads.ParseRadius(_request);

    /// <summary>Parse, verify, walk, reveal the password.</summary>
    [Benchmark]
    public int Decode() => Workloads.DecodeRadius(_request);

    /// <summary>Build and sign an Accept.</summary>
    [Benchmark]
    public int Build() => Workloads.BuildAccessAccept(_buffer);
}
