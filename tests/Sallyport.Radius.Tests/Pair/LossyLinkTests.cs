using System.Net;
using FsCheck.Xunit;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Pair;

/// <summary>The client's core against the server's, over a clock and a link that the test holds: datagrams are lost, doubled, delayed and damaged.</summary>
public class LossyLinkTests
{
    private const int Requests = 400;
    private static readonly RadiusSecret Secret = new("testing123");
    private static readonly RadiusRemote Nas = new(new IPEndPoint(IPAddress.Loopback, 1645));
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly RadiusClientPort _client = new(() => 0.5);
    private readonly RadiusReplyCache _cache = new(new RadiusReplyCacheLimits { Requests = 2048, Lifetime = TimeSpan.FromSeconds(30) });
    private readonly PriorityQueue<(bool ToServer, byte[] Octets), TimeSpan> _link = new();
    private readonly PriorityQueue<(byte[] Request, RadiusReplySlot Slot), TimeSpan> _handlers = new();
    private readonly Dictionary<string, int> _handled = [];
    private readonly List<(string Asked, string? Got)> _ended = [];
    private TimeSpan _now;
    private int _refused;

    [Property(MaxTest = 15)]
    public void Every_login_is_handled_once_at_most_and_every_answer_is_its_own(int seed)
    {
        LossyLinkTests pair = new();
        pair.Run(new Random(seed));

        Assert.Equal(Requests, pair._ended.Count);
        Assert.All(pair._handled, h => Assert.Equal(1, h.Value));
        Assert.All(pair._ended.Where(e => e.Got is not null), e => Assert.Equal(e.Asked, e.Got));
        Assert.True(pair._ended.Count(e => e.Got is not null) > Requests * 8 / 10, "most logins get through a bad link");
        Assert.True(pair._refused > 0, "the link damaged nothing");
        Assert.Equal(0, pair._client.Count);
    }

    private void Run(Random random)
    {
        List<RadiusExchange> resend = [];
        List<RadiusExchange> timedOut = [];
        int begun = 0;
        for (int step = 0; _ended.Count < Requests && step < 10_000; step++, _now += Step)
        {
            for (int i = 0; i < 5 && begun < Requests && !_client.IsFull; i++)
            {
                Send(random, toServer: true, Begin($"user{begun++}", random).Request.ToArray());
            }

            while (_link.TryPeek(out (bool ToServer, byte[] Octets) datagram, out TimeSpan at) && at <= _now)
            {
                _link.Dequeue();
                if (datagram.ToServer)
                {
                    Serve(datagram.Octets, random);
                }
                else if (_client.Handle(datagram.Octets, out RadiusReplyDrop drop) is { } exchange)
                {
                    Assert.True(RadiusPacket.TryParse(exchange.Reply.Span, out RadiusPacket reply, out _));
                    _ended.Add(((string)exchange.Tag!, reply.GetString(Rfc2865.ReplyMessage)));
                }
                else if (drop is not RadiusReplyDrop.Unexpected)
                {
                    _refused++;
                }
            }

            while (_handlers.TryPeek(out (byte[] Request, RadiusReplySlot Slot) handled, out TimeSpan at) && at <= _now)
            {
                _handlers.Dequeue();
                Send(random, toServer: false, Answer(handled.Request, handled.Slot));
            }

            _client.HandleTimeout(_now, resend, timedOut);
            resend.ForEach(e => Send(random, toServer: true, e.Request.ToArray()));
            timedOut.ForEach(e => _ended.Add(((string)e.Tag!, null)));
            resend.Clear();
            timedOut.Clear();
        }
    }

    private RadiusExchange Begin(string user, Random random)
    {
        RadiusExchange exchange = _client.TryReserve(user)!;
        byte[] authenticator = new byte[RadiusAuthenticators.Size];
        random.NextBytes(authenticator);
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, exchange.Identifier, authenticator);
        writer.Add(Rfc2865.UserName, user);
        Assert.True(writer.TryComplete(Secret, out int length));
        _client.Start(exchange, buffer.AsMemory(0, length), Secret, RadiusRetransmission.Every(TimeSpan.FromSeconds(2), 6), requireMessageAuthenticator: true, _now);
        return exchange;
    }

    // A second factor takes between nothing and a few tries' time: retransmissions meet a request that is pending.
    private void Serve(byte[] octets, Random random)
    {
        if (!RadiusPacket.TryParse(octets, out RadiusPacket packet, out _) || RadiusAuthenticators.VerifyRequest(packet, Secret, RadiusMessageAuthenticatorPolicy.Require) != RadiusVerification.Genuine)
        {
            _refused++;
            return;
        }

        byte[] reply = new byte[RadiusPacket.LargestSize];
        switch (_cache.Begin(new RadiusRequestKey(Nas, packet), octets.Length, _now, reply, out int length, out RadiusReplySlot slot))
        {
            case RadiusRequestKind.New:
                string user = packet.GetString(Rfc2865.UserName)!;
                _handled[user] = _handled.GetValueOrDefault(user) + 1;
                _handlers.Enqueue((packet.Span.ToArray(), slot), _now + (Step * random.Next(50)));
                break;
            case RadiusRequestKind.Answered:
                Send(random, toServer: false, reply[..length]);
                break;
            default:
                break;
        }
    }

    private byte[] Answer(byte[] octets, RadiusReplySlot slot)
    {
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket request, out _));
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, request.Identifier, request.Authenticator);
        writer.Add(Rfc2865.ReplyMessage, request.GetString(Rfc2865.UserName)!);
        Assert.True(writer.TryComplete(Secret, out int length));
        byte[] reply = buffer[..length];
        _cache.Complete(slot, reply, _now);
        return reply;
    }

    private void Send(Random random, bool toServer, byte[] octets)
    {
        int copies = random.Next(10) switch { < 2 => 0, < 4 => 2, _ => 1 };
        for (int i = 0; i < copies; i++)
        {
            byte[] sent = [.. octets];
            if (random.Next(20) == 0)
            {
                sent[random.Next(sent.Length)] ^= (byte)(1 << random.Next(8));
            }

            _link.Enqueue((toServer, sent), _now + (Step * random.Next(1, 30)));
        }
    }
}
