using System.Net;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Server;

/// <summary>Duplicates (RFC 5080 §2.2.2) over a clock that the test holds.</summary>
public class RadiusReplyCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private static readonly IPEndPoint Nas = new(IPAddress.Parse("192.0.2.10"), 50000);
    private readonly RadiusReplyCache _cache = new(4, Lifetime);

    [Fact]
    public void A_retransmission_is_absorbed_while_pending_and_then_gets_the_same_reply()
    {
        byte[] request = Request(1);
        Assert.Equal(RadiusRequestKind.New, Begin(request, 0));
        Assert.Equal(RadiusRequestKind.Pending, Begin(request, 1));

        // A push may take minutes: a pending request is never forgotten.
        Assert.Equal(RadiusRequestKind.Pending, Begin(request, 100_000));
        Complete(request, [1, 2, 3], 100_001);

        Assert.Equal(RadiusRequestKind.Answered, Begin(request, 100_002, out byte[] reply));
        Assert.Equal([1, 2, 3], reply);
        Assert.Equal(RadiusRequestKind.Answered, Begin(request, 100_030));
        Assert.Equal(RadiusRequestKind.New, Begin(request, 100_031));
    }

    [Fact]
    public void Only_the_same_sender_code_identifier_and_authenticator_make_a_duplicate()
    {
        RadiusReplyCache cache = new(100, Lifetime);
        RadiusRequestKind Look(IPEndPoint remote, byte[] octets) =>
            RadiusPacket.TryParse(octets, out RadiusPacket packet, out _) ? cache.Begin(remote, packet, TimeSpan.Zero, out _) : default;
        byte[] request = Request(1);
        Assert.Equal(RadiusRequestKind.New, Look(Nas, request));

        Assert.Equal(RadiusRequestKind.New, Look(new IPEndPoint(Nas.Address, 50001), request));
        Assert.Equal(RadiusRequestKind.New, Look(new IPEndPoint(IPAddress.Parse("192.0.2.11"), 50000), request));
        foreach (int at in (int[])[0, 1, 4, 11, 12, 19])
        {
            byte[] other = [.. request];
            other[at] ^= 0x40;
            Assert.Equal(RadiusRequestKind.New, Look(Nas, other));
        }

        Assert.Equal(RadiusRequestKind.Pending, Look(new IPEndPoint(IPAddress.Parse("192.0.2.10"), 50000), request));
    }

    [Fact]
    public void The_oldest_reply_makes_room_and_a_pending_request_never_does()
    {
        for (byte i = 0; i < 4; i++)
        {
            Assert.Equal(RadiusRequestKind.New, Begin(Request(i), 0));
        }

        Assert.Equal(RadiusRequestKind.Overload, Begin(Request(4), 1));
        Complete(Request(2), [2], 2);
        Complete(Request(0), [0], 3);
        Assert.Equal(RadiusRequestKind.New, Begin(Request(4), 4));

        Assert.Equal(4, _cache.Count);
        Assert.Equal(RadiusRequestKind.Answered, Begin(Request(0), 5));
        Assert.Equal(RadiusRequestKind.Pending, Begin(Request(1), 5));
        Assert.Equal(RadiusRequestKind.New, Begin(Request(2), 5));
    }

    [Fact]
    public void A_request_that_was_abandoned_is_handled_anew()
    {
        byte[] request = Request(1);
        Begin(request, 0);
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        _cache.Abandon(Nas, packet);

        Assert.Equal(RadiusRequestKind.New, Begin(request, 1));
        Complete(request, [1], 2);
        _cache.Abandon(Nas, packet);
        Assert.Equal(RadiusRequestKind.Answered, Begin(request, 3));
    }

    [Fact]
    public void A_cache_that_could_not_do_its_work_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusReplyCache(0, TimeSpan.FromSeconds(30)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusReplyCache(1, TimeSpan.FromSeconds(4.9)));
    }

    [Fact]
    public void The_first_reply_stands()
    {
        byte[] request = Request(1);
        Begin(request, 0);
        Complete(request, [1], 1);
        Complete(request, [2], 2);

        Begin(request, 3, out byte[] reply);
        Assert.Equal([1], reply);
    }

    [Fact]
    public void It_never_holds_more_than_it_may_whatever_happens()
    {
        Random random = new(42);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] request = Request((byte)random.Next(32));
            switch (random.Next(4))
            {
                case 0:
                    Complete(request, [1], i);
                    break;
                case 1:
                    Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
                    _cache.Abandon(Nas, packet);
                    break;
                default:
                    Begin(request, i);
                    break;
            }

            Assert.InRange(_cache.Count, 0, 4);
        }
    }

    private static byte[] Request(byte identifier)
    {
        byte[] request = Packets.Raw(RadiusCode.AccessRequest, "0141");
        request[1] = identifier;
        return request;
    }

    private RadiusRequestKind Begin(byte[] request, int seconds) => Begin(request, seconds, out _);

    private RadiusRequestKind Begin(byte[] request, int seconds, out byte[] reply)
    {
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        RadiusRequestKind kind = _cache.Begin(Nas, packet, TimeSpan.FromSeconds(seconds), out ReadOnlyMemory<byte> octets);
        reply = octets.ToArray();
        return kind;
    }

    private void Complete(byte[] request, byte[] reply, int seconds)
    {
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        _cache.Complete(Nas, packet, reply, TimeSpan.FromSeconds(seconds));
    }
}
