using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Client;

/// <summary>Requests under way over a clock that the test holds: identifiers, retransmission and what counts as a reply.</summary>
public class RadiusClientPortTests
{
    private static readonly RadiusSecret Secret = new("testing123");
    private static readonly RadiusRetransmission TwoThenFour = new() { MaximumCount = 3, Jitter = 0 };
    private readonly RadiusClientPort _port = new(() => 0.5);

    [Fact]
    public void A_genuine_reply_ends_its_request_and_no_other()
    {
        RadiusExchange first = Begin();
        RadiusExchange second = Begin();

        Assert.Same(second, _port.Handle(Answer(second), out RadiusReplyDrop drop));
        Assert.Equal((RadiusReplyDrop.None, RadiusExchangeState.Answered, RadiusExchangeState.Waiting, 1), (drop, second.State, first.State, _port.Count));
        Assert.Equal(Answer(second), second.Reply.ToArray());
        Assert.Null(_port.Handle(Answer(second), out drop));
        Assert.Equal(RadiusReplyDrop.Unexpected, drop);
    }

    [Fact]
    public void What_is_not_genuine_changes_nothing()
    {
        RadiusExchange exchange = Begin();
        byte[] answer = Answer(exchange);
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.Null(_port.Handle(answer.AsSpan(0, length), out RadiusReplyDrop drop));
            Assert.Equal(RadiusReplyDrop.Malformed, drop);
        }

        for (int at = 0; at < answer.Length; at++)
        {
            byte[] changed = [.. answer];
            changed[at] ^= 1;
            Assert.Null(_port.Handle(changed, out RadiusReplyDrop drop));
            Assert.NotEqual(RadiusReplyDrop.None, drop);
        }

        Assert.Null(_port.Handle(Answer(exchange, new RadiusSecret("another")), out RadiusReplyDrop wrong));
        Assert.Equal((RadiusReplyDrop.Authenticator, RadiusExchangeState.Waiting), (wrong, exchange.State));
        Assert.Same(exchange, _port.Handle(answer, out _));
    }

    [Fact]
    public void A_reply_without_Message_Authenticator_is_taken_only_where_that_was_said()
    {
        RadiusExchange strict = Begin();
        RadiusExchange lenient = Begin(require: false);
        byte[] Bare(RadiusExchange exchange)
        {
            byte[] reply = Packets.Raw(RadiusCode.AccessAccept);
            reply[1] = exchange.Identifier;
            return Packets.SignReply(reply, exchange.Request.Slice(4, 16).ToArray(), Secret);
        }

        Assert.Null(_port.Handle(Bare(strict), out RadiusReplyDrop drop));
        Assert.Equal(RadiusReplyDrop.MessageAuthenticator, drop);
        Assert.Same(lenient, _port.Handle(Bare(lenient), out _));
    }

    [Fact]
    public void A_request_is_sent_again_as_often_as_it_should_and_then_given_up()
    {
        RadiusExchange exchange = Begin(TimeSpan.FromSeconds(10));
        List<string> log = [];
        for (int guard = 0; _port.NextTimeout() is { } at && guard < 10; guard++)
        {
            List<RadiusExchange> resend = [];
            List<RadiusExchange> timedOut = [];
            _port.HandleTimeout(at - TimeSpan.FromTicks(1), resend, timedOut);
            Assert.Empty(resend.Concat(timedOut));
            _port.HandleTimeout(at, resend, timedOut);
            log.AddRange(resend.Select(_ => $"{at.TotalSeconds} again"));
            log.AddRange(timedOut.Select(_ => $"{at.TotalSeconds} given up"));
        }

        Assert.Equal(["12 again", "16 again", "24 given up"], log);
        Assert.Equal((RadiusExchangeState.TimedOut, 3, 0), (exchange.State, exchange.Sent, _port.Count));
        Assert.Null(_port.Handle(Answer(exchange), out RadiusReplyDrop late));
        Assert.Equal(RadiusReplyDrop.Unexpected, late);
    }

    [Fact]
    public void Two_hundred_and_fifty_six_requests_have_an_identifier_each_and_the_next_has_none()
    {
        RadiusExchange[] all = [.. Enumerable.Range(0, 256).Select(_ => Begin())];

        Assert.Equal(256, all.Select(e => e.Identifier).Distinct().Count());
        Assert.True(_port.IsFull);
        Assert.Null(TryBegin(TimeSpan.Zero, true));
        _port.Cancel(all[77]);
        Assert.Equal(RadiusExchangeState.Cancelled, all[77].State);
        Assert.Equal(77, Begin().Identifier);
    }

    [Fact]
    public void An_identifier_rests_as_long_as_others_are_free()
    {
        HashSet<byte> used = [];
        for (int i = 0; i < 256; i++)
        {
            RadiusExchange exchange = Begin();
            Assert.True(used.Add(exchange.Identifier));
            _port.Handle(Answer(exchange), out _);
        }
    }

    [Fact]
    public void A_late_reply_to_a_former_request_of_the_same_identifier_is_refused()
    {
        RadiusExchange former = Begin();
        byte[] late = Answer(former);
        _port.Cancel(former);
        RadiusExchange[] others = [.. Enumerable.Range(0, 256).Select(_ => Begin())];
        RadiusExchange successor = Assert.Single(others, e => e.Identifier == former.Identifier);

        Assert.Null(_port.Handle(late, out RadiusReplyDrop drop));
        Assert.Equal((RadiusReplyDrop.Authenticator, RadiusExchangeState.Waiting), (drop, successor.State));
    }

    [Fact]
    public void A_request_with_another_identifier_than_its_exchange_is_refused()
    {
        RadiusExchange exchange = _port.TryReserve()!;
        byte[] request = Request(exchange);
        request[1]++;

        Assert.Throws<ArgumentException>(() => _port.Start(exchange, request, Secret, TwoThenFour, true, TimeSpan.Zero));
        _port.Cancel(exchange);
        Assert.Equal(0, _port.Count);
    }

    [Fact]
    public void A_request_that_is_still_being_built_cannot_be_answered()
    {
        RadiusExchange exchange = _port.TryReserve()!;
        byte[] reply = Packets.SignReply([2, exchange.Identifier, 0, 20, .. new byte[16]], new byte[16], Secret);

        Assert.Null(_port.Handle(reply, out RadiusReplyDrop drop));
        Assert.Equal((RadiusReplyDrop.Unexpected, null), (drop, _port.NextTimeout()));
    }

    [Theory]
    [InlineData(RadiusCode.AccountingResponse)]
    [InlineData(RadiusCode.CoaAck)]
    [InlineData(RadiusCode.AccessRequest)]
    [InlineData((RadiusCode)200)]
    public void A_signed_reply_of_another_kind_is_refused(RadiusCode code)
    {
        RadiusExchange exchange = Begin(require: false);

        Assert.Null(_port.Handle(Answer(exchange, code: code), out RadiusReplyDrop drop));
        Assert.Equal((RadiusReplyDrop.Code, RadiusExchangeState.Waiting), (drop, exchange.State));
    }

    [Theory]
    [InlineData(RadiusCode.AccessAccept)]
    [InlineData(RadiusCode.AccessReject)]
    [InlineData(RadiusCode.AccessChallenge)]
    [InlineData(RadiusCode.ProtocolError)]
    public void Every_kind_of_reply_to_a_login_is_taken(RadiusCode code)
    {
        RadiusExchange exchange = Begin();

        Assert.Same(exchange, _port.Handle(Answer(exchange, code: code), out _));
    }

    private RadiusExchange Begin(TimeSpan now = default, bool require = true)
    {
        RadiusExchange? exchange = TryBegin(now, require);
        Assert.NotNull(exchange);
        return exchange;
    }

    private RadiusExchange? TryBegin(TimeSpan now, bool require)
    {
        if (_port.TryReserve() is not { } exchange)
        {
            return null;
        }

        _port.Start(exchange, Request(exchange), Secret, TwoThenFour, require, now);
        return exchange;
    }

    private static byte[] Request(RadiusExchange exchange)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, exchange.Identifier, Guid.NewGuid().ToByteArray());
        writer.Add(Rfc2865.UserName, "alice");
        Assert.True(writer.TryComplete(Secret, out int length));
        return buffer[..length];
    }

    private static byte[] Answer(RadiusExchange exchange, RadiusSecret? secret = null, RadiusCode code = RadiusCode.AccessAccept)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, exchange.Identifier, exchange.Request.Span.Slice(4, 16));
        writer.Add(Rfc2865.ReplyMessage, "hello");
        Assert.True(writer.TryComplete(secret ?? Secret, out int length));
        return buffer[..length];
    }
}
