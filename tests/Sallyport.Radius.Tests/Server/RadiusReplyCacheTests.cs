using System.Net;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Server;

/// <summary>Duplicates (RFC 5080 §2.2.2) over a clock that the test holds.</summary>
public class RadiusReplyCacheTests
{
    private static readonly RadiusRemote Nas = new(new IPEndPoint(IPAddress.Parse("192.0.2.10"), 50000));
    private static readonly RadiusReplyCacheLimits Four = new() { Requests = 4, Lifetime = TimeSpan.FromSeconds(30) };
    private readonly byte[] _reply = new byte[RadiusPacket.LargestSize];
    private RadiusReplyCache _cache = new(Four);

    [Fact]
    public void A_retransmission_is_absorbed_while_pending_and_then_gets_the_same_reply()
    {
        Assert.Equal(RadiusRequestKind.New, Begin(1, 0, out RadiusReplySlot slot));
        Assert.Equal(RadiusRequestKind.Pending, Begin(1, 1));

        // A push may take minutes: a pending request is never forgotten.
        Assert.Equal(RadiusRequestKind.Pending, Begin(1, 100_000));
        Complete(slot, [1, 2, 3], 100_001);

        Assert.Equal(RadiusRequestKind.Answered, Begin(1, 100_002, out _, out byte[] reply));
        Assert.Equal([1, 2, 3], reply);
        Assert.Equal(RadiusRequestKind.Answered, Begin(1, 100_030));
        Assert.Equal(RadiusRequestKind.New, Begin(1, 100_031));
    }

    [Fact]
    public void Only_the_same_sender_code_identifier_and_authenticator_make_a_duplicate()
    {
        RadiusReplyCache cache = new(Four with { Requests = 100 });
        RadiusRequestKind Look(string address, int port, byte[] octets) => RadiusPacket.TryParse(octets, out RadiusPacket packet, out _)
            ? cache.Begin(new RadiusRequestKey(new RadiusRemote(new IPEndPoint(IPAddress.Parse(address), port)), packet), octets.Length, default, _reply, out _, out _)
            : default;
        byte[] request = Request(1);
        Assert.Equal(RadiusRequestKind.New, Look("192.0.2.10", 50000, request));

        Assert.Equal(RadiusRequestKind.New, Look("192.0.2.10", 50001, request));
        Assert.Equal(RadiusRequestKind.New, Look("192.0.2.11", 50000, request));
        Assert.Equal(RadiusRequestKind.New, Look("fe80::1%1", 50000, request));
        Assert.Equal(RadiusRequestKind.New, Look("fe80::1%2", 50000, request));
        foreach (int at in (int[])[0, 1, 4, 11, 12, 19])
        {
            byte[] other = [.. request];
            other[at] ^= 0x40;
            Assert.Equal(RadiusRequestKind.New, Look("192.0.2.10", 50000, other));
        }

        Assert.Equal(RadiusRequestKind.Pending, Look("::ffff:192.0.2.10", 50000, request));
    }

    [Fact]
    public void The_oldest_reply_makes_room_and_a_pending_request_never_does()
    {
        RadiusReplySlot[] slots = new RadiusReplySlot[4];
        for (byte i = 0; i < 4; i++)
        {
            Assert.Equal(RadiusRequestKind.New, Begin(i, 0, out slots[i]));
        }

        Assert.Equal(RadiusRequestKind.Overload, Begin(4, 1));
        Complete(slots[2], [2], 2);
        Complete(slots[0], [0], 3);
        Assert.Equal(RadiusRequestKind.New, Begin(4, 4));

        Assert.Equal((4, 1), (_cache.Count, _cache.Evicted));
        Assert.Equal(RadiusRequestKind.Answered, Begin(0, 5));
        Assert.Equal(RadiusRequestKind.Pending, Begin(1, 5));
        Assert.Equal(RadiusRequestKind.New, Begin(2, 5));
    }

    [Fact]
    public void Pending_requests_are_bounded_by_number_and_by_octets()
    {
        _cache = new RadiusReplyCache(new RadiusReplyCacheLimits { Pending = 2 });
        Begin(1, 0, out RadiusReplySlot first);
        Begin(2, 0);
        Assert.Equal(RadiusRequestKind.Overload, Begin(3, 0));
        Complete(first, [1], 0);
        Assert.Equal(RadiusRequestKind.New, Begin(3, 0));

        _cache = new RadiusReplyCache(new RadiusReplyCacheLimits { PendingBytes = 8192 });
        Assert.Equal(RadiusRequestKind.New, Begin(1, 0, out first, octets: 4096));
        Assert.Equal(RadiusRequestKind.New, Begin(2, 0, out _, octets: 4000));
        Assert.Equal(RadiusRequestKind.Overload, Begin(3, 0, out _, octets: 97));
        _cache.Abandon(first);
        Assert.Equal((1, 4000), (_cache.Pending, _cache.PendingBytes));
        Assert.Equal(RadiusRequestKind.New, Begin(3, 0, out _, octets: 97));
    }

    [Fact]
    public void Replies_are_bounded_by_octets_and_the_oldest_go_first()
    {
        _cache = new RadiusReplyCache(new RadiusReplyCacheLimits { ReplyBytes = 65536 });
        byte[] large = new byte[4096];
        for (int i = 0; i < 200; i++)
        {
            large[0] = (byte)i;
            Assert.Equal(RadiusRequestKind.New, Begin((byte)i, 0, out RadiusReplySlot slot));
            Complete(slot, large, 0);
            Assert.InRange(_cache.ReplyBytes, 0, 65536);
        }

        Assert.Equal(RadiusRequestKind.Answered, Begin(199, 0, out _, out byte[] reply));
        Assert.Equal((199, 4096), (reply[0], reply.Length));
        Assert.Equal(RadiusRequestKind.Answered, Begin(190, 0));
        Assert.Equal(RadiusRequestKind.New, Begin(180, 0));
    }

    [Fact]
    public void A_request_that_was_abandoned_is_handled_anew()
    {
        Begin(1, 0, out RadiusReplySlot slot);
        _cache.Abandon(slot);

        Assert.Equal(RadiusRequestKind.New, Begin(1, 1, out RadiusReplySlot next));
        Complete(next, [1], 2);
        _cache.Abandon(next);
        Assert.Equal(RadiusRequestKind.Answered, Begin(1, 3));
    }

    [Fact]
    public void A_place_that_was_given_up_cannot_be_used_any_more()
    {
        Begin(1, 0, out RadiusReplySlot old);
        _cache.Abandon(old);
        Begin(2, 0, out RadiusReplySlot slot);
        Complete(old, [9], 0);
        _cache.Abandon(old);
        _cache.Abandon(default);
        Assert.Equal(RadiusRequestKind.Pending, Begin(2, 0));

        Complete(slot, [2], 0);
        Complete(slot, [3], 0);
        Begin(2, 1, out _, out byte[] reply);
        Assert.Equal([2], reply);
    }

    [Fact]
    public void Limits_with_which_it_could_not_do_its_work_are_refused()
    {
        RadiusReplyCacheLimits limits = new();
        Assert.All(
            (RadiusReplyCacheLimits[])[limits with { Requests = 0 }, limits with { Lifetime = TimeSpan.FromSeconds(4.9) }, limits with { Pending = 0 }, limits with { PendingBytes = 4095 }, limits with { ReplyBytes = 100 }],
            l => Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusReplyCache(l)));

        limits.Share(1_000_000).Validate();
    }

    [Fact]
    public void Whatever_happens_it_does_what_a_plain_table_would_and_holds_no_more_than_it_may()
    {
        Random random = new(42);
        _cache = new RadiusReplyCache(new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(10), Requests = 600, Pending = 300, ReplyBytes = 1 << 20 }, seed: 7);
        Dictionary<int, (RadiusReplySlot Slot, byte[]? Reply, int Expires)> model = [];
        for (int i = 0; i < 60_000; i++)
        {
            int now = i / 400;
            int id = random.Next(1500);
            foreach (int gone in model.Where(m => m.Value.Reply is not null && m.Value.Expires <= now).Select(m => m.Key).ToArray())
            {
                model.Remove(gone);
            }

            RadiusRequestKind kind = BeginWide(id, now, out RadiusReplySlot slot, out byte[] reply);
            if (model.TryGetValue(id, out (RadiusReplySlot Slot, byte[]? Reply, int Expires) known) && (known.Reply is null || kind == RadiusRequestKind.Answered))
            {
                Assert.Equal(known.Reply is null ? RadiusRequestKind.Pending : RadiusRequestKind.Answered, kind);
                Assert.Equal(known.Reply ?? [], reply);
                switch (known.Reply is null ? random.Next(3) : 3)
                {
                    case 0:
                        _cache.Abandon(known.Slot);
                        model.Remove(id);
                        break;
                    case 1:
                        byte[] octets = new byte[random.Next(1, 200)];
                        random.NextBytes(octets);
                        _cache.Complete(known.Slot, octets, TimeSpan.FromSeconds(now));
                        model[id] = (known.Slot, octets, now + 10);
                        break;
                    default:
                        break;
                }
            }
            else if (kind == RadiusRequestKind.New)
            {
                model[id] = (slot, null, 0);
            }
            else
            {
                Assert.Equal(RadiusRequestKind.Overload, kind);
            }

            Assert.InRange(_cache.Count, 0, 600);
            Assert.InRange(_cache.Pending, 0, 300);
            Assert.Equal(model.Count(m => m.Value.Reply is null), _cache.Pending);
        }
    }

    [Fact]
    public void Once_grown_it_allocates_nothing()
    {
        _cache = new RadiusReplyCache(new RadiusReplyCacheLimits { Requests = 1000, ReplyBytes = 65536 });
        byte[] reply = new byte[100];
        byte[] request = Request(0);
        int next = 0;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int end = next + 4000; next < end; next++)
            {
                int i = next;
                request[4] = (byte)i;
                request[5] = (byte)(i >> 8);
                RadiusPacket.TryParse(request, out RadiusPacket packet, out _);
                _cache.Begin(new RadiusRequestKey(Nas, packet), request.Length, TimeSpan.FromSeconds(i / 1000), _reply, out _, out RadiusReplySlot slot);
                _cache.Complete(slot, reply, TimeSpan.FromSeconds(i / 1000));
            }
        }));
        Assert.True(_cache.Evicted > 0);
    }

    private static byte[] Request(byte identifier)
    {
        byte[] request = Packets.Raw(RadiusCode.AccessRequest, "0141");
        request[1] = identifier;
        return request;
    }

    private RadiusRequestKind BeginWide(int id, int seconds, out RadiusReplySlot slot, out byte[] reply)
    {
        byte[] request = Request((byte)id);
        request[5] = (byte)(id >> 8);
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        RadiusRequestKind kind = _cache.Begin(new RadiusRequestKey(Nas, packet), request.Length, TimeSpan.FromSeconds(seconds), _reply, out int length, out slot);
        reply = _reply[..length];
        return kind;
    }

    private RadiusRequestKind Begin(byte identifier, int seconds) => Begin(identifier, seconds, out _);

    private RadiusRequestKind Begin(byte identifier, int seconds, out RadiusReplySlot slot, int octets = 22) => Begin(identifier, seconds, out slot, out _, octets);

    private RadiusRequestKind Begin(byte identifier, int seconds, out RadiusReplySlot slot, out byte[] reply, int octets = 22)
    {
        Assert.True(RadiusPacket.TryParse(Request(identifier), out RadiusPacket packet, out _));
        RadiusRequestKind kind = _cache.Begin(new RadiusRequestKey(Nas, packet), octets, TimeSpan.FromSeconds(seconds), _reply, out int length, out slot);
        reply = _reply[..length];
        return kind;
    }

    private void Complete(RadiusReplySlot slot, byte[] reply, int seconds) => _cache.Complete(slot, reply, TimeSpan.FromSeconds(seconds));
}
