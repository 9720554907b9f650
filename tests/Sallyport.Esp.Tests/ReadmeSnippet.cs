namespace Sallyport.Esp.Tests;

/// <summary>The README's snippet, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public void The_snippet_runs()
    {
        byte[] key = new byte[36];
        byte[] ipPacket = [0x45, .. new byte[63]];
        // <snippet>
        using EspOutboundSa outbound = new(spi: 0xc0ffee01, EspSuite.AesGcm16, key);
        using EspInboundSa inbound = new(spi: 0xc0ffee01, EspSuite.AesGcm16, key);

        byte[] packet = new byte[outbound.Suite.SealedSize(ipPacket.Length)];
        if (outbound.TrySeal(ipPacket, packet, out int length)
            && inbound.TryOpen(packet.AsSpan(0, length), packet.AsSpan(inbound.Suite.TextOffset), out int innerLength, out EspError error))
        {
            Console.WriteLine($"{innerLength} octets came through: {error}");
        }
        // </snippet>

        Assert.Equal(1ul, inbound.Newest);
    }
}
