using BenchmarkDotNet.Attributes;
using Sallyport.Esp;

namespace Sallyport.Benchmarks.Esp;

/// <summary>Sealing, and sealing with opening, by size of the inner packet.</summary>
[MemoryDiagnoser]
public class EspBenchmarks
{
    private readonly byte[] _packet = new byte[2000];
    private readonly byte[] _opened = new byte[2000];
    private EspOutboundSa _outbound = null!;
    private EspInboundSa _inbound = null!;
    private byte[] _inner = [];

    /// <summary>The inner packet in octets.</summary>
    [Params(64, 576, 1400)]
    public int Size { get; set; }

    /// <summary>Makes the SAs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _outbound = new EspOutboundSa(0x1000, EspSuite.AesGcm16, Workloads.EspKey, extendedSequenceNumbers: true);
        _inbound = new EspInboundSa(0x1000, EspSuite.AesGcm16, Workloads.EspKey, extendedSequenceNumbers: true);
        _inner = Workloads.InnerPacket(Size);
    }

    /// <summary>Seal.</summary>
    [Benchmark]
    public bool Seal() => _outbound.TrySeal(_inner, _packet, out _);

    /// <summary>Seal and open.</summary>
    [Benchmark]
    public bool SealAndOpen() => _outbound.TrySeal(_inner, _packet, out int length) && _inbound.TryOpen(_packet.AsSpan(0, length), _opened, out _, out _);

    /// <summary>Lets go of the keys.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _outbound.Dispose();
        _inbound.Dispose();
    }
}
