using Sallyport.Ipsec.Offload;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.Offload;

public class InternetChecksumTests
{
    [Fact]
    public void The_example_of_RFC_1071()
    {
        // RFC 1071 §3: the words 0001 f203 f4f5 f6f7 sum up to ddf2.
        byte[] data = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];

        Assert.Equal(0xddf2, InternetChecksum.Fold(InternetChecksum.Add(0, data)));
        Assert.Equal(0x220d, InternetChecksum.Compute(data));
    }

    [Fact]
    public void Every_length_gives_what_adding_words_one_by_one_gives_and_touches_nothing_else()
    {
        using GuardedMemory source = new(4096);
        using GuardedMemory destination = new(4096);
        Random random = new(1);
        for (int length = 0; length <= 600; length++)
        {
            foreach (bool last in (bool[])[true, false])
            {
                Span<byte> data = last ? source.Last(length) : source.First(length);
                Span<byte> copy = last ? destination.Last(length) : destination.First(length);
                random.NextBytes(data);
                copy.Clear();
                ushort expected = Packets.Sum(data);

                Assert.Equal(expected, InternetChecksum.Compute(data));
                Assert.Equal(expected, InternetChecksum.Finish(InternetChecksum.AddAndCopy(0, data, copy)));
                Assert.True(data.SequenceEqual(copy));
            }
        }
    }

    [Theory]
    [InlineData(65535)]
    [InlineData(1 << 20)]
    public void Carries_of_long_data_are_kept(int length)
    {
        byte[] ones = new byte[length];
        ones.AsSpan().Fill(0xFF);

        Assert.Equal(Packets.Sum(ones.AsSpan(0, 65535)), InternetChecksum.Compute(ones.AsSpan(0, 65535)));
        Assert.Equal(length % 2 == 0 ? 0 : 0x00FF, InternetChecksum.Compute(ones));
    }

    [Fact]
    public void A_sum_is_carried_on_from_piece_to_piece()
    {
        byte[] data = TransportPacket.Octets(301);
        for (int at = 0; at <= data.Length; at += 2)
        {
            Assert.Equal(Packets.Sum(data), InternetChecksum.Finish(InternetChecksum.Add(InternetChecksum.Add(0, data.AsSpan(0, at)), data.AsSpan(at))));
        }
    }

    [Fact]
    public void Room_that_is_too_small_is_the_callers_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => InternetChecksum.AddAndCopy(0, new byte[8], new byte[7]));
}
