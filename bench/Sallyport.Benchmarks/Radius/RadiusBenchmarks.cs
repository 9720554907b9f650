using BenchmarkDotNet.Attributes;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius;

/// <summary>The codec on one packet.</summary>
[MemoryDiagnoser]
public class RadiusBenchmarks
{
    private readonly byte[] _request = RadiusWorkloads.AccessRequest;
    private readonly byte[] _buffer = new byte[RadiusPacket.LargestSize];

    /// <summary>Parse and read every attribute.</summary>
    [Benchmark]
    public int Read() => RadiusWorkloads.Read(_request);

    /// <summary>Parse, verify, reveal the password, read every attribute.</summary>
    [Benchmark]
    public int Decode() => RadiusWorkloads.Decode(_request);

    /// <summary>Build and sign an Accept.</summary>
    [Benchmark]
    public int Build() => RadiusWorkloads.Build(_buffer);
}
