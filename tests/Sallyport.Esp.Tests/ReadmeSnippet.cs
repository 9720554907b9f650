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

        // <snippet>
        int mtu = outbound.Suite.LargestInner(pathMtu: 1500, EspEncapsulation.IPv4Udp);
        if (OuterHeader.TryCreate(ipPacket, out OuterHeader header) && ipPacket.Length <= mtu)
        {
            int slot = outbound.Suite.SealedSize(mtu);
            byte[] slots = new byte[2 * slot];
            ipPacket.CopyTo(slots, outbound.Suite.TextOffset);
            ipPacket.CopyTo(slots, slot + outbound.Suite.TextOffset);
            int[] lengths = [ipPacket.Length, ipPacket.Length];
            EspError[] errors = new EspError[lengths.Length];
            outbound.SealMany(slots, slot, lengths);
            inbound.OpenMany(slots, slot, lengths, errors);
            EcnOutcome outcome = InnerHeader.Decapsulate(slots.AsSpan(outbound.Suite.TextOffset, lengths[0]), header.TrafficClass);
            Console.WriteLine($"{lengths[0]} octets of at most {mtu}, DSCP {header.Dscp}: {errors[0]}, {outcome}");
        }
        // </snippet>

        Assert.Equal(3ul, inbound.Newest);
    }
}
