using System.Buffers.Binary;
using Sallyport.Ipsec.Forwarding;

namespace Sallyport.Ipsec.Tests.Forwarding;

public class InboxTests
{
    [Fact]
    public void It_takes_so_many_and_no_more_and_gives_them_back_in_order()
    {
        using Inbox inbox = new();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < Inbox.Capacity; i++)
            {
                Assert.True(inbox.TryAdd([(byte)i, 1, 2]));
            }

            Assert.False(inbox.TryAdd([0]));
            for (int i = 0; i < Inbox.Capacity; i++)
            {
                Assert.True(inbox.TryPeek(out Span<byte> octets));
                Assert.Equal([(byte)i, 1, 2], octets.ToArray());
                inbox.Remove();
            }

            Assert.False(inbox.TryPeek(out _));
        }
    }

    [Fact]
    public void Who_is_about_to_sleep_sees_what_came_and_who_adds_wakes_the_sleeper()
    {
        using Inbox inbox = new();
        Assert.True(inbox.TryAdd(new byte[Inbox.PlaceSize]));
        Assert.False(inbox.TrySleep());
        Assert.True(inbox.TryPeek(out Span<byte> octets));
        Assert.Equal(Inbox.PlaceSize, octets.Length);
        inbox.Remove();
        Assert.True(inbox.TrySleep());
        inbox.WakeIfSleeping();
        inbox.Awake(woken: true);
    }

    [Fact]
    public async Task Several_writers_lose_nothing_and_each_keeps_its_order()
    {
        using Inbox inbox = new();
        const int Writers = 3;
        const int Packets = 20_000;
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            Span<byte> packet = stackalloc byte[200];
            for (int i = 0; i < Packets; i++)
            {
                packet.Fill((byte)i);
                packet[0] = (byte)w;
                BinaryPrimitives.WriteInt32BigEndian(packet[1..], i);
                while (!inbox.TryAdd(packet[..(5 + (i % 190))]))
                {
                    Thread.Yield();
                }
            }
        }))];
        Read(inbox, new int[Writers], Writers * Packets, writers);
        await Task.WhenAll(writers);
    }

    private static void Read(Inbox inbox, int[] next, int packets, Task[] writers)
    {
        while (next.Sum() < packets)
        {
            if (!inbox.TryPeek(out Span<byte> octets))
            {
                Assert.DoesNotContain(writers, w => w.IsFaulted);
                Thread.Yield();
                continue;
            }

            int writer = octets[0];
            Assert.Equal(next[writer], BinaryPrimitives.ReadInt32BigEndian(octets[1..]));
            Assert.Equal(5 + (next[writer] % 190), octets.Length);
            Assert.True(octets[5..].IndexOfAnyExcept((byte)next[writer]) < 0);
            next[writer]++;
            inbox.Remove();
        }
    }
}
