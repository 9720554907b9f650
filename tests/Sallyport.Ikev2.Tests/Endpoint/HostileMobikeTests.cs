using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>What a peer, or somebody on the way, cannot have moved by MOBIKE (RFC 4555 §5).</summary>
public class HostileMobikeTests
{
    private static readonly IPEndPoint Victim = new(IPAddress.Parse("192.0.2.66"), 4500);

    [Fact]
    public void ESP_is_not_sent_to_a_third_party_that_the_client_says_it_is()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);

        client.Address = Victim;
        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses)));

        (byte[] check, IkePath path) = Assert.Single(client.Asked);
        Assert.StartsWith("{N(Cookie2)", client.Words(check), StringComparison.Ordinal);
        Assert.Equal(Victim, path.Remote);
        Assert.Empty(pair.GatewayEvents.OfType<PathChangedEvent>());

        // It does not get the question, and guesses.
        client.Answer(check, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.Cookie2, new byte[16]));
        Assert.Equal(IkeSessionState.Deleting, session.State);
        Assert.Empty(pair.GatewayEvents.OfType<PathChangedEvent>());
    }

    [Fact]
    public void An_answer_without_the_cookie_closes_the_session_as_well()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);
        client.Address = Victim;
        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses));

        client.Answer(client.Asked[0].Datagram, (ref IkePayloadWriter _) => { });

        Assert.Equal(IkeSessionState.Deleting, session.State);
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.Contains("COOKIE2", pair.Single<SessionClosedEvent>(true).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_check_it_goes_there_at_once()
    {
        using Pair pair = new(mobike: new MobikeOptions { CheckRoutability = false });
        using ScriptedClient client = new(pair);
        Establish(pair, client);

        client.Address = Victim;
        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses));

        Assert.Empty(client.Asked);
        Assert.Equal(Victim, Assert.Single(pair.GatewayEvents.OfType<PathChangedEvent>()).Path.Remote);
    }

    [Fact]
    public void A_hundred_updates_that_are_never_proven_leave_one_question_and_nothing_that_waits()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);
        for (int i = 0; i < 100; i++)
        {
            client.Address = new IPEndPoint(new IPAddress([192, 0, 2, (byte)i]), 4500);
            client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses));
        }

        // One question, to each address once: the next would only come after its answer.
        Assert.Equal(100, client.Asked.Count);
        Assert.All(client.Asked, a => Assert.Equal(client.Asked[0].Datagram, a.Datagram));
        client.Answer(client.Asked[0].Datagram, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.Cookie2, Cookie(client, client.Asked[0].Datagram)));

        // What went to so many addresses proves none of them; a new question does.
        Assert.Equal(101, client.Asked.Count);
        Assert.Empty(pair.GatewayEvents.OfType<PathChangedEvent>());
        client.Answer(client.Asked[100].Datagram, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.Cookie2, Cookie(client, client.Asked[100].Datagram)));
        Assert.Equal(client.Address, Assert.Single(pair.GatewayEvents.OfType<PathChangedEvent>()).Path.Remote);
        Assert.Equal(client.Address, session.Path.Remote);
    }

    [Fact]
    public void No_message_but_an_update_moves_anything_and_its_answer_goes_where_it_came_from()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);
        IkePath before = session.Path;
        IkePath? answered = null;

        client.Address = Victim;
        client.Answered = path => answered = path;
        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter _) => { }));

        Assert.Equal(Victim, answered!.Remote);
        Assert.Equal(before, session.Path);
        Assert.Empty(pair.GatewayEvents.OfType<PathChangedEvent>());
    }

    [Fact]
    public void An_update_that_somebody_sends_again_from_elsewhere_moves_nothing()
    {
        using Pair pair = new(mobike: new MobikeOptions { CheckRoutability = false });
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);
        client.Address = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4500);
        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses));
        byte[] update = client.LastRequest;
        IkePath moved = session.Path;

        pair.Gateway.HandleDatagram(update, moved with { Remote = Victim }, pair.Now);
        Assert.Equal(moved, session.Path);
        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter _) => { });
        pair.Gateway.HandleDatagram(update, moved with { Remote = Victim }, pair.Now);

        Assert.Equal(moved, session.Path);
        Assert.Single(pair.GatewayEvents.OfType<PathChangedEvent>());
        Assert.Equal(1, pair.Gateway.Dropped(IkeDropReason.MessageId));
    }

    [Fact]
    public void An_update_whose_octets_are_changed_moves_nothing()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        IkeSession session = pair.Single<SessionEstablishedEvent>(true).Session;
        IkePath before = session.Path;
        pair.Network = (d, toGateway) =>
        {
            byte[] bent = [.. d];
            bent[^1] ^= 1;
            return toGateway ? [bent] : [d];
        };

        client.MoveTo(client.Path with { Local = Victim }, pair.Now);
        pair.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(before, session.Path);
        Assert.True(pair.Gateway.Dropped(IkeDropReason.IntegrityCheck) > 0);
    }

    [Fact]
    public void ESP_from_elsewhere_is_asked_about_there_and_followed_by_nothing_until_the_answer()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        IkeSession session = pair.Single<SessionEstablishedEvent>(true).Session;
        IkePath before = session.Path;
        IkePath elsewhere = before with { Remote = Victim };
        List<IPEndPoint> asked = [];
        pair.Route = (path, toGateway) =>
        {
            if (!toGateway)
            {
                asked.Add(path.Remote);
            }

            return !toGateway && path.Remote.Equals(Victim) ? null : path;
        };

        session.NotePath(elsewhere, pair.Now);
        session.NotePath(elsewhere, pair.Now);
        pair.Run(TimeSpan.FromSeconds(60));

        // Twice there, then where the client is, which answers and so proves nothing of elsewhere.
        Assert.Equal([Victim, Victim, before.Remote], asked);
        Assert.Equal(before, session.Path);
        Assert.Empty(pair.GatewayEvents.OfType<PathChangedEvent>());

        pair.Route = (path, _) => path;
        session.NotePath(elsewhere, pair.Now);
        pair.Run();
        Assert.Equal(elsewhere, session.Path);
        Assert.Equal(elsewhere, Assert.Single(pair.GatewayEvents.OfType<PathChangedEvent>()).Path);
        Assert.Equal(IkeSessionState.Established, client.State);
    }

    [Fact]
    public void A_gateway_does_not_decide_for_its_client_and_none_moves_away_from_the_port_of_ESP()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);
        IkePath before = session.Path;
        client.NatTraversal = false;
        client.Address = Victim;

        Assert.Equal("{N(UnacceptableAddresses)}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses)));

        Assert.Equal(before, session.Path);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(65)]
    public void A_cookie_of_no_allowed_length_is_not_returned(int length)
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        Establish(pair, client);

        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.Cookie2, new byte[length])));
        Assert.Equal("{N(Cookie2)0000000000000000}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.Cookie2, new byte[8])));
    }

    [Fact]
    public void Addresses_that_are_none_are_passed_over_and_no_more_than_eight_are_kept()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        IkeSession session = Establish(pair, client);

        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) =>
        {
            w.AddNotify(IkeNotifyType.AdditionalIPv4Address, [1, 2, 3]);
            w.AddNotify(IkeNotifyType.AdditionalIPv6Address, [1, 2, 3, 4]);
            for (byte i = 1; i <= 40; i++)
            {
                w.AddNotify(IkeNotifyType.AdditionalIPv4Address, [192, 0, 2, i]);
            }
        });

        Assert.Equal(9, session.PeerAddresses.Count);
        Assert.Equal([client.Address.Address, IPAddress.Parse("192.0.2.1")], session.PeerAddresses.Take(2));
    }

    private static IkeSession Establish(Pair pair, ScriptedClient client)
    {
        client.Establish((ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.MobikeSupported));
        IkeSession session = pair.Single<SessionEstablishedEvent>(true).Session;
        Assert.True(session.IsMobikeAgreed);
        return session;
    }

    private static byte[] Cookie(ScriptedClient client, byte[] question) => Convert.FromHexString(client.Words(question)["{N(Cookie2)".Length..^1]);
}
