using FsCheck.Xunit;
using Sallyport.Radius.Client;

namespace Sallyport.Radius.Tests.Client;

/// <summary>The waits of RFC 5080 §2.2.1.</summary>
public class RadiusRetransmissionTests
{
    [Fact]
    public void Waits_double_up_to_the_longest_one_and_all_end_with_the_duration()
    {
        RadiusRetransmission five = RadiusRetransmission.Default with { MaximumDuration = TimeSpan.Zero };

        Assert.Equal([2, 4, 8, 16, 16], Waits(five, 0.5, 5).Select(w => w.TotalSeconds));
        Assert.Equal((46, 30), (five.Total.TotalSeconds, RadiusRetransmission.Default.Total.TotalSeconds));
        Assert.Equal(TimeSpan.MaxValue, (five with { MaximumCount = 0 }).Total);
    }

    [Fact]
    public void Chance_makes_a_wait_a_tenth_longer_or_shorter()
    {
        Assert.Equal([1.8, 3.42], Waits(RadiusRetransmission.Default, 0, 2).Select(w => Math.Round(w.TotalSeconds, 6)));
        Assert.Equal([2.2, 4.62], Waits(RadiusRetransmission.Default, 1, 2).Select(w => Math.Round(w.TotalSeconds, 6)));
    }

    [Property]
    public void No_wait_is_longer_than_the_longest_and_a_tenth(byte random, byte tries)
    {
        TimeSpan longest = TimeSpan.FromSeconds(16 * 1.1);

        Assert.All(Waits(RadiusRetransmission.Default, random / 255.0, 1 + (tries % 20)), w => Assert.InRange(w, TimeSpan.FromSeconds(1.8), longest));
    }

    [Fact]
    public void A_request_ends_with_the_duration_although_tries_are_left()
    {
        RadiusClientPort port = new(() => 0.5);
        RadiusExchange exchange = port.TryReserve()!;
        port.Start(exchange, new byte[20] { 1, exchange.Identifier, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, new("s"), RadiusRetransmission.Default with { MaximumDuration = TimeSpan.FromSeconds(5) }, true, TimeSpan.Zero);
        List<TimeSpan> resent = [];
        List<RadiusExchange> resend = [];
        List<RadiusExchange> over = [];
        while (port.NextTimeout() is { } at)
        {
            port.HandleTimeout(at, resend, over);
            resent.Add(at);
        }

        Assert.Equal([2, 5], resent.Select(r => r.TotalSeconds));
        Assert.Equal((1, exchange, RadiusExchangeState.TimedOut), (resend.Count, Assert.Single(over), exchange.State));
    }

    [Theory]
    [InlineData(RadiusPortKind.Stream)]
    [InlineData(RadiusPortKind.Tokens)]
    public void Over_a_stream_nothing_is_sent_twice(RadiusPortKind kind)
    {
        RadiusClientPort port = new(() => 0.5, kind);
        RadiusExchange exchange = port.TryReserve()!;
        byte[] request = [1, exchange.Identifier, 0, 20, .. new byte[16]];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(4), exchange.Token);
        port.Start(exchange, request, new("s"), RadiusRetransmission.Default, true, TimeSpan.Zero);
        List<RadiusExchange> resend = [];
        List<RadiusExchange> over = [];
        port.HandleTimeout(port.NextTimeout()!.Value, resend, over);

        Assert.Equal((0, 1, 0), (resend.Count, over.Count, port.Count));
    }

    private static List<TimeSpan> Waits(RadiusRetransmission retransmission, double random, int count)
    {
        List<TimeSpan> waits = [];
        for (int i = 0; i < count; i++)
        {
            waits.Add(retransmission.WaitAfter(waits.LastOrDefault(), random));
        }

        return waits;
    }
}
