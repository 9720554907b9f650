using System.Buffers.Binary;
using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests;

/// <summary>What arrives that never should, or not now: counted by its reason, and no more.</summary>
public class EspHostileTests
{
    private const uint Spi = 0xc0ffee01;
    private const int Window = 4096;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>A million packets, or as many as two seconds take: truncated, altered, replayed, too old, of other SAs, random.</summary>
    [Fact]
    public void A_million_packets_that_are_none_are_counted_and_the_next_genuine_one_is_opened()
    {
        using EspOutboundSa outbound = new(Spi, EspSuite.AesGcm16, Key());
        using EspInboundSa inbound = new(Spi, EspSuite.AesGcm16, Key(), window: Window);
        byte[] old = Seal(outbound, 64);
        for (int i = 0; i < Window; i++)
        {
            Seal(outbound, 64);
        }

        byte[] seen = Seal(outbound, 64);
        byte[] opened = new byte[200];
        Assert.True(inbound.TryOpen(seen, opened, out _, out _));
        byte[] next = Seal(outbound, 64);
        int[] expected = new int[Enum.GetValues<EspError>().Length];
        int[] counted = new int[expected.Length];
        Random random = new(4303);
        byte[] packet = new byte[next.Length];
        long began = Stopwatch.GetTimestamp();
        int packets = 0;
        for (; packets < 1_000_000 && Stopwatch.GetElapsedTime(began) < Limit; packets++)
        {
            next.CopyTo(packet, 0);
            int length = packet.Length;
            EspError error = EspError.IntegrityCheck;
            switch (random.Next(7))
            {
                case 0:
                    length = random.Next(packet.Length);
                    error = length < 36 || length % 4 != 0 ? EspError.Length : EspError.IntegrityCheck;
                    break;
                case 1:
                    packet[random.Next(8, packet.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    seen.CopyTo(packet, 0);
                    error = EspError.Replay;
                    break;
                case 3:
                    old.CopyTo(packet, 0);
                    error = EspError.Replay;
                    break;
                case 4:
                    packet.AsSpan(0, 3).Clear();
                    error = EspError.ReservedSpi;
                    break;
                case 5:
                    packet[0] ^= 0x10;
                    error = EspError.OtherSpi;
                    break;
                default:
                    random.NextBytes(packet.AsSpan(8));
                    break;
            }

            expected[(int)error]++;
            Assert.False(inbound.TryOpen(packet.AsSpan(0, length), opened, out _, out EspError counting));
            counted[(int)counting]++;
        }

        Assert.Equal(expected, counted);
        Assert.True(packets > 10_000, $"{packets} packets");
        Assert.Equal(Window + 2ul, inbound.Newest);
        Assert.True(inbound.TryOpen(next, opened, out _, out EspError last), last.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_largest_window_takes_what_is_reordered_within_it_and_nothing_older(bool esn)
    {
        using EspOutboundSa outbound = new(Spi, EspSuite.AesGcm16, Key(), esn);
        using EspInboundSa inbound = new(Spi, EspSuite.AesGcm16, Key(), esn, Window);
        byte[][] packets = [.. Enumerable.Range(0, Window + 100).Select(_ => Seal(outbound, 20))];
        byte[] opened = new byte[100];

        // The newest first, then all others backwards: the last hundred are too old. Where numbers have 64 bits, one below the window stands for one
        // of the next 32 bits (RFC 4303 appendix A2.2), under which the packet is not genuine.
        EspError tooOld = esn ? EspError.IntegrityCheck : EspError.Replay;
        for (int i = packets.Length - 1; i >= 0; i--)
        {
            Assert.Equal(i >= 100, inbound.TryOpen(packets[i], opened, out _, out EspError error));
            Assert.Equal(i >= 100 ? EspError.None : tooOld, error);
        }

        Assert.All(packets, packet => Assert.False(inbound.TryOpen(packet, opened, out _, out _)));
    }

    /// <summary>A window of 4096 agrees with a set that remembers everything.</summary>
    [Property(MaxTest = 50)]
    public Property The_largest_window_is_a_set_with_a_lower_end() => Prop.ForAll(
        Gen.Choose(1, 9000).ListOf(2000).ToArbitrary(),
        numbers =>
        {
            ReplayWindow window = new(Window);
            HashSet<ulong> seen = [];
            bool right = true;
            foreach (ulong number in numbers.Select(n => (ulong)n))
            {
                bool fresh = !seen.Contains(number) && number + Window > window.Newest;
                right &= window.IsFresh(number) == fresh;
                if (fresh)
                {
                    right &= window.TryMark(number);
                    seen.Add(number);
                }
            }

            return right;
        });

    /// <summary>While an SA is replaced both are open: what is still on its way under the old one comes in between packets of the new one.</summary>
    [Fact]
    public void Two_SAs_take_their_own_packets_while_one_replaces_the_other()
    {
        const uint NewSpi = Spi + 1;
        byte[] newKey = [.. Key().Reverse()];
        using EspOutboundSa oldOutbound = new(Spi, EspSuite.AesGcm16, Key());
        using EspOutboundSa newOutbound = new(NewSpi, EspSuite.AesGcm16, newKey);
        using EspInboundSa oldInbound = new(Spi, EspSuite.AesGcm16, Key());
        using EspInboundSa newInbound = new(NewSpi, EspSuite.AesGcm16, newKey);
        byte[] opened = new byte[100];
        for (int i = 0; i < 500; i++)
        {
            byte[] late = Seal(oldOutbound, 40);
            byte[] early = Seal(newOutbound, 40);

            Assert.True(newInbound.TryOpen(early, opened, out _, out _));
            Assert.True(oldInbound.TryOpen(late, opened, out _, out _));
            Assert.False(newInbound.TryOpen(late, opened, out _, out EspError error));
            Assert.Equal(EspError.OtherSpi, error);

            // Under the other's SPI its keys do not serve, not even with a number that the other has not seen.
            byte[] foreign = Seal(oldOutbound, 40);
            foreign[3] ^= (byte)(Spi ^ NewSpi);
            Assert.False(newInbound.TryOpen(foreign, opened, out _, out error));
            Assert.Equal(EspError.IntegrityCheck, error);
        }

        oldInbound.Dispose();
        Assert.True(newInbound.TryOpen(Seal(newOutbound, 40), opened, out _, out _));
    }

    /// <summary>RFC 4303 §2.6: all of a dummy but its next header may be random.</summary>
    [Fact]
    public void A_dummy_is_one_whatever_else_is_in_it()
    {
        using EspInboundSa inbound = new(Spi, EspSuite.AesGcm16, Key());
        using AesGcmAead aead = AesGcmAead.Create(Key().AsSpan(..32));
        Random random = new(59);
        for (int sequence = 1; sequence <= 100; sequence++)
        {
            byte[] packet = new byte[16 + 64 + 16];
            random.NextBytes(packet);
            packet[79] = 59;
            BinaryPrimitives.WriteUInt32BigEndian(packet, Spi);
            BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), sequence);
            aead.Seal([.. Key()[32..], .. packet[8..16]], packet.AsSpan(16, 64), packet.AsSpan(16, 64), packet.AsSpan(80), packet.AsSpan(0, 8));

            Assert.False(inbound.TryOpen(packet, packet.AsSpan(16), out int length, out EspError error));
            Assert.Equal((EspError.Dummy, 0), (error, length));
            Assert.True(packet.AsSpan(16, 64).IndexOfAnyExcept((byte)0) < 0);
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 30)]
    [InlineData(1000)]
    public void What_does_not_fit_is_not_sealed_and_takes_no_number_however_long_it_is_to_look(int length)
    {
        using EspOutboundSa outbound = new(Spi, EspSuite.AesGcm16, Key());
        byte[] packet = new byte[1000];
        Assert.False(outbound.TrySeal([0x45, .. new byte[19]], packet, out int sealedLength, length));
        Assert.Equal(0, sealedLength);
        Assert.False(outbound.TrySealDummy(length, packet, out sealedLength));
        Assert.Equal(0, sealedLength);
        Assert.Equal(0ul, outbound.Sequence);
    }

    private static byte[] Key() => [.. Enumerable.Range(1, 36).Select(i => (byte)(i * 5))];

    private static byte[] Seal(EspOutboundSa sa, int size)
    {
        byte[] inner = new byte[size];
        inner[0] = 0x45;
        byte[] packet = new byte[sa.Suite.SealedSize(size)];
        Assert.True(sa.TrySeal(inner, packet, out _));
        return packet;
    }
}
