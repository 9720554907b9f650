using System.Buffers.Binary;
using System.Collections.Concurrent;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests;

/// <summary>Many threads at one SA: no number comes twice, no packet is taken twice, none is lost.</summary>
public class EspConcurrencyTests
{
    private const int Threads = 4;
    private const int PacketsOfEach = 1500;

    public static TheoryData<string, AesGcmProvider> Suites => new()
    {
        { nameof(EspSuite.AesGcm16), AesGcmProvider.Fastest },
        { nameof(EspSuite.AesGcm16), AesGcmProvider.Platform },
        { nameof(EspSuite.AesGcm8), AesGcmProvider.Platform },
        { nameof(EspSuite.ChaCha20Poly1305), AesGcmProvider.Fastest },
        { nameof(EspSuite.AesGmac), AesGcmProvider.Fastest },
        { nameof(EspSuite.AesCbcHmacSha256), AesGcmProvider.Fastest },
    };

    [Theory]
    [MemberData(nameof(Suites))]
    public void Threads_share_an_SA(string name, AesGcmProvider provider)
    {
        EspSuite suite = (EspSuite)typeof(EspSuite).GetProperty(name)!.GetValue(null)! with { Provider = provider };
        byte[] key = [.. Enumerable.Range(1, 32 + Math.Max(4, suite.IntegrityKeySize)).Select(i => (byte)i)];
        using EspOutboundSa outbound = new(0x1000, suite, key, extendedSequenceNumbers: true);
        using EspInboundSa inbound = new(0x1000, suite, key, extendedSequenceNumbers: true, window: 2 * Threads * PacketsOfEach / 64 * 64);

        byte[][] packets = new byte[Threads * PacketsOfEach][];
        Run(thread =>
        {
            byte[] inner = new byte[100];
            inner[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(inner.AsSpan(2), 100);
            for (int i = 0; i < PacketsOfEach; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(inner.AsSpan(20), (thread * PacketsOfEach) + i);
                byte[] packet = new byte[suite.SealedSize(inner.Length)];
                Assert.True(outbound.TrySeal(inner, packet, out _));
                packets[(thread * PacketsOfEach) + i] = packet;
            }
        });
        Assert.Equal(packets.Length, packets.Select(p => BinaryPrimitives.ReadUInt32BigEndian(p.AsSpan(4))).Distinct().Count());

        // Every thread brings every packet, as if each of them were a path by which a copy came.
        ConcurrentBag<int> came = [];
        int replayed = 0;
        Run(thread =>
        {
            byte[] inner = new byte[200];
            for (int i = 0; i < packets.Length; i++)
            {
                if (inbound.TryOpen(packets[i], inner, out _, out EspError error))
                {
                    came.Add(BinaryPrimitives.ReadInt32BigEndian(inner.AsSpan(20)));
                }
                else
                {
                    Assert.Equal(EspError.Replay, error);
                    Interlocked.Increment(ref replayed);
                }
            }
        });
        Assert.Equal(Enumerable.Range(0, packets.Length), came.Order());
        Assert.Equal((Threads - 1) * packets.Length, replayed);
    }

    [Fact]
    public void A_number_is_marked_by_one_thread_only()
    {
        ReplayWindow window = new(4096);
        int marked = 0;
        Run(_ =>
        {
            for (ulong number = 1; number <= 100_000; number++)
            {
                if (window.TryMark(number))
                {
                    Interlocked.Increment(ref marked);
                }
            }
        });

        Assert.Equal(100_000, marked);
        Assert.InRange(window.Newest, 100_000ul - Threads, 100_000ul);
    }

    [Fact]
    public void Numbers_that_share_a_slot_are_told_apart_however_far_they_lie_from_one_another()
    {
        ReplayWindow window = new(64);
        ulong[] numbers = [5, 5 + (1UL << 7), 5 + (1UL << 20), 5 + (1UL << 32), 5 + (1UL << 40), 5 + (1UL << 50)];
        foreach (ulong number in numbers)
        {
            Assert.True(window.IsFresh(number));
            Assert.True(window.TryMark(number));
            Assert.False(window.IsFresh(number));
        }

        Assert.All(numbers, number => Assert.False(window.TryMark(number)));
    }

    private static void Run(Action<int> work)
    {
        Task[] tasks = [.. Enumerable.Range(0, Threads).Select(i => Task.Factory.StartNew(() => work(i), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(tasks);
    }
}
