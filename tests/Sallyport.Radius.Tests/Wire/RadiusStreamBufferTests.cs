using System.Buffers;
using FsCheck.Xunit;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>Packets out of a stream, however it is cut.</summary>
public class RadiusStreamBufferTests
{
    [Property]
    public void Packets_come_out_whole_and_in_order_however_the_stream_is_cut(int seed)
    {
        Random random = new(seed);
        byte[][] packets = [.. Enumerable.Range(0, 30).Select(_ => Packet(random, random.Next(5) == 0 ? 4096 : random.Next(20, 400)))];
        byte[] stream = [.. packets.SelectMany(p => p)];
        RadiusStreamBuffer buffer = new();
        List<byte[]> taken = [];
        for (int at = 0; at < stream.Length;)
        {
            int count = Math.Min(Math.Min(random.Next(1, 3000), buffer.Free.Length), stream.Length - at);
            stream.AsMemory(at, count).CopyTo(buffer.Free);
            buffer.Commit(count);
            at += count;
            while (buffer.TryTake(out ReadOnlySpan<byte> packet) == OperationStatus.Done)
            {
                taken.Add(packet.ToArray());
            }

            Assert.True(buffer.Free.Length >= RadiusPacket.LargestSize);
        }

        Assert.Equal(packets, taken);
        Assert.Equal(0, buffer.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(4097)]
    [InlineData(65535)]
    public void A_length_that_no_packet_has_ends_the_stream(int length)
    {
        byte[] octets = [1, 2, (byte)(length >> 8), (byte)length];
        Assert.Equal(OperationStatus.InvalidData, RadiusStreamBuffer.TryFrame(octets, out _));
        Assert.Equal(OperationStatus.NeedMoreData, RadiusStreamBuffer.TryFrame(octets.AsSpan(0, 3), out _));
    }

    [Fact]
    public void More_than_there_is_room_for_cannot_be_committed()
    {
        RadiusStreamBuffer buffer = new();
        buffer.Commit(RadiusStreamBuffer.Capacity);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Commit(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Commit(-1));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        RadiusStreamBuffer buffer = new();
        byte[] packet = Packet(new Random(1), 200);
        bool taken = true;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                packet.CopyTo(buffer.Free.Span);
                buffer.Commit(packet.Length);
                taken &= buffer.TryTake(out _) == OperationStatus.Done;
            }
        }));
        Assert.True(taken);
    }

    private static byte[] Packet(Random random, int length)
    {
        byte[] packet = new byte[length];
        random.NextBytes(packet);
        (packet[2], packet[3]) = ((byte)(length >> 8), (byte)length);
        return packet;
    }
}
