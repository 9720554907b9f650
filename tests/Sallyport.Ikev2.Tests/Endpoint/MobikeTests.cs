using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>A client that moves, and its gateway (RFC 4555).</summary>
public class MobikeTests
{
    private static readonly IPAddress Cable = Pair.ClientAddress.Address;
    private static readonly IPAddress Radio = IPAddress.Parse("192.0.2.77");
    private static readonly IPAddress OtherGateway = IPAddress.Parse("198.51.100.2");

    [Fact]
    public void Both_sides_say_in_the_messages_with_SA_that_they_support_it()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();

        Assert.True(client.IsMobikeAgreed && Gateway(pair).IsMobikeAgreed);
        Assert.EndsWith("TSi, TSr, N(MobikeSupported)}", pair.Trace.Single(t => t.StartsWith("> IKE_AUTH request 1", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.EndsWith("TSi, TSr, N(MobikeSupported)}", pair.Trace[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Where_one_side_does_not_support_it_nothing_moves(bool client, bool gateway)
    {
        using Pair pair = new(withMobike: gateway);
        IkeSession session = pair.Connect(Pair.ClientOptions(withMobike: client));
        pair.Run();
        int sent = pair.Trace.Count;
        IkePath before = session.Path;

        Assert.False(session.MoveTo(From(session, Radio), pair.Now));
        Assert.False(session.TellAddresses([], pair.Now));

        pair.Run();
        Assert.Equal(sent, pair.Trace.Count);
        Assert.Equal(before, session.Path);
        Assert.False(session.IsMobikeAgreed || Gateway(pair).IsMobikeAgreed);
    }

    [Fact]
    public void Without_forced_encapsulation_and_without_a_NAT_both_go_by_port_4500_all_the_same()
    {
        using Pair pair = new(forceUdpEncapsulation: false);
        IkeSession client = pair.Connect();
        pair.Run();

        Assert.True(client.Path.NatTraversal && Gateway(pair).Path.NatTraversal);
        Assert.False(client.IsLocalBehindNat || client.IsRemoteBehindNat || Gateway(pair).IsLocalBehindNat || Gateway(pair).IsRemoteBehindNat);
    }

    [Fact]
    public void A_client_that_moves_takes_ESP_along_at_once_and_the_gateway_does_once_it_has_proven_to_be_there()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        int from = pair.Trace.Count;
        Cut(pair, Cable);

        Assert.True(client.MoveTo(From(client, Radio), pair.Now));
        pair.Run();

        Assert.Equal(Radio, Gateway(pair).Path.Remote.Address);
        Assert.Equal([Radio], Ways(pair.ClientEvents, p => p.Local));
        Assert.Equal([Radio], Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Equal(
            [
                "> INFORMATIONAL request 4 {N(UpdateSaAddresses), N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(Cookie2)}",
                "< INFORMATIONAL response 4 {N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(Cookie2)}",
                "< INFORMATIONAL request 0 {N(Cookie2)}",
                "> INFORMATIONAL response 0 {N(Cookie2)}",
            ],
            pair.Trace[from..]);
        Assert.All([client, Gateway(pair)], s => Assert.Equal(IkeSessionState.Established, s.State));
    }

    [Fact]
    public void It_moves_back_and_its_keys_are_renewed_on_the_way()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect(Pair.ClientOptions(ikeLifetime: TimeSpan.FromHours(10)));
        pair.Run();
        foreach (IPAddress address in (IPAddress[])[Radio, Cable, Radio, Cable])
        {
            Cut(pair, address.Equals(Cable) ? Radio : Cable);
            client.MoveTo(From(client, address), pair.Now);
            client.RekeyIke(pair.Now);
            client.RekeyChild(pair.Now);
            Gateway(pair).RekeyChild(pair.Now);

            // While the gateway waits for the client's proof it gives no new keys of IKE, and is asked again within half a minute.
            pair.Run(TimeSpan.FromSeconds(40));
            Assert.Equal(address, Gateway(pair).Path.Remote.Address);
        }

        Assert.Equal([Radio, Cable, Radio, Cable], Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Equal(4, pair.ClientEvents.OfType<IkeRekeyedEvent>().Count());
        Assert.Empty(pair.ClientEvents.OfType<SessionClosedEvent>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_renewal_that_the_move_interrupts_goes_on_from_the_new_address_with_the_same_octets(bool ike)
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        List<byte[]> requests = [];
        pair.Network = (d, toGateway) =>
        {
            if (toGateway && d[18] == (byte)IkeExchangeType.CreateChildSa)
            {
                requests.Add(d);
            }

            return [d];
        };
        Cut(pair, Cable);
        if (ike)
        {
            client.RekeyIke(pair.Now);
        }
        else
        {
            client.RekeyChild(pair.Now);
        }

        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Single(requests);

        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(2, requests.Count);
        Assert.Equal(requests[0], requests[1]);
        Assert.Equal([Radio], Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Single(ike ? pair.ClientEvents.OfType<IkeRekeyedEvent>() : pair.ClientEvents.OfType<ChildRekeyedEvent>().Cast<IkeEvent>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_update_whose_request_or_answer_is_lost_comes_again_and_moves_once(bool request)
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        int losses = 2;
        pair.Network = (d, toGateway) => toGateway == request && losses-- > 0 ? [] : [d];

        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run(TimeSpan.FromSeconds(60));

        Assert.True(losses < 0);
        Assert.Equal([Radio], Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Equal([Radio], Ways(pair.ClientEvents, p => p.Local));
    }

    [Fact]
    public void An_update_that_is_not_answered_before_the_next_move_is_sent_from_there_and_followed_by_another()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        int from = pair.Trace.Count;
        IPAddress third = IPAddress.Parse("192.0.2.78");
        Cut(pair, Cable, Radio);

        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run(TimeSpan.FromSeconds(3));
        client.MoveTo(From(client, third), pair.Now);
        pair.Run();

        string[] updates = [.. pair.Trace.Skip(from).Where(t => t.StartsWith('>') && t.Contains("UpdateSaAddresses", StringComparison.Ordinal))];
        string first = "> INFORMATIONAL request 4 {N(UpdateSaAddresses), N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(Cookie2)}";
        Assert.Equal([first, first + " again", first + " again", first.Replace("request 4", "request 5", StringComparison.Ordinal)], updates);
        Assert.Equal(third, Gateway(pair).Path.Remote.Address);
        Assert.Equal(third, Ways(pair.GatewayEvents, p => p.Remote)[^1]);
    }

    [Fact]
    public void An_update_that_nobody_answers_ends_the_session()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        pair.Route = (_, _) => null;

        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void On_a_bad_network_a_client_that_moves_again_and_again_is_where_it_says_in_the_end(int seed)
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        pair.Meddle(seed, oneIn: 8);
        for (int i = 1; i <= 12; i++)
        {
            client.MoveTo(From(client, new IPAddress([192, 0, 2, (byte)i])), pair.Now);
            if (i % 3 == 0)
            {
                client.RekeyIke(pair.Now);
                Gateway(pair).RekeyChild(pair.Now);
            }

            pair.Run(TimeSpan.FromSeconds(i % 4));
        }

        pair.Run(TimeSpan.FromSeconds(120));
        Assert.Equal(client.Path.Local, Gateway(pair).Path.Remote);
        Assert.Equal(client.Path.Local.Address, Ways(pair.GatewayEvents, p => p.Remote)[^1]);
        Assert.Empty(pair.ClientEvents.OfType<SessionClosedEvent>());
    }

    [Fact]
    public void A_gateway_that_does_not_like_the_address_keeps_the_one_before_and_the_client_is_told()
    {
        using Pair pair = new(mobike: new MobikeOptions { Accepts = p => p.Remote.Address.Equals(Cable) });
        IkeSession client = pair.Connect();
        pair.Run();
        IkePath before = client.Path;

        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run();

        MoveRefusedEvent refused = pair.Single<MoveRefusedEvent>(false);
        Assert.Equal((IkeNotifyType.UnacceptableAddresses, Radio), (refused.Reason, refused.Path.Local.Address));
        Assert.Equal(before, client.Path);
        Assert.Equal([Radio, Cable], Ways(pair.ClientEvents, p => p.Local));
        Assert.Empty(Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Equal(Cable, Gateway(pair).Path.Remote.Address);
    }

    [Fact]
    public void A_NAT_on_the_new_path_is_found_and_one_that_is_gone_as_well()
    {
        using Pair pair = new(forceUdpEncapsulation: false);
        IkeSession client = pair.Connect();
        pair.Run();
        IPEndPoint outside = new(IPAddress.Parse("192.0.2.1"), 61234);
        Translate(pair, () => outside);

        client.MoveTo(From(client, IPAddress.Parse("10.1.1.1")), pair.Now);
        pair.Run();

        Assert.True(client.IsLocalBehindNat && Gateway(pair).IsRemoteBehindNat);
        Assert.False(client.IsRemoteBehindNat || Gateway(pair).IsLocalBehindNat);
        Assert.Equal(outside, Gateway(pair).Path.Remote);

        pair.Route = (path, _) => path;
        client.MoveTo(From(client, Cable), pair.Now);
        pair.Run();

        Assert.False(client.IsLocalBehindNat || Gateway(pair).IsRemoteBehindNat);
    }

    [Fact]
    public void A_client_behind_a_NAT_finds_out_by_its_signs_of_life_that_its_outer_address_has_changed()
    {
        using Pair pair = new();
        IPEndPoint outside = new(IPAddress.Parse("192.0.2.1"), 61234);
        Translate(pair, () => outside);
        IkeSession client = pair.Connect(Pair.ClientOptions(deadPeerDetection: new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), OnDemand: false)));
        pair.Run();
        Assert.True(client.IsLocalBehindNat);

        pair.Run(TimeSpan.FromSeconds(65));
        Assert.Empty(Ways(pair.GatewayEvents, p => p.Remote));
        outside = new IPEndPoint(outside.Address, 61235);
        pair.Run(TimeSpan.FromSeconds(35));

        Assert.Equal(outside, Gateway(pair).Path.Remote);
        Assert.Equal(outside, pair.GatewayEvents.OfType<PathChangedEvent>().Single().Path.Remote);
    }

    [Fact]
    public void Where_no_NAT_may_stand_between_none_is_accepted_at_login_nor_later()
    {
        MobikeOptions strict = new() { ProhibitNat = true };
        IPEndPoint outside = new(IPAddress.Parse("192.0.2.1"), 61234);
        using Pair login = new(forceUdpEncapsulation: false);
        Translate(login, () => outside);
        login.Connect(Pair.ClientOptions(mobike: strict));
        login.Run();
        Assert.Equal(IkeCloseReason.UnexpectedNat, login.Single<SessionClosedEvent>(false).Reason);

        using Pair pair = new(forceUdpEncapsulation: false);
        IkeSession client = pair.Connect(Pair.ClientOptions(mobike: strict));
        pair.Run();
        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run();
        Assert.Equal(Radio, Gateway(pair).Path.Remote.Address);

        Translate(pair, () => outside);
        int from = pair.Trace.Count;
        client.MoveTo(From(client, Cable), pair.Now);
        pair.Run();
        Assert.Equal(IkeNotifyType.UnexpectedNatDetected, pair.Single<MoveRefusedEvent>(false).Reason);
        Assert.Equal(IkeRetransmission.Default.Tries, pair.Trace.Skip(from).Count(t => t.Contains("UpdateSaAddresses", StringComparison.Ordinal)));
        Assert.Equal(Radio, Gateway(pair).Path.Remote.Address);
    }

    [Fact]
    public void A_gateway_tells_its_other_addresses_and_a_client_that_hears_nothing_more_goes_there()
    {
        using Pair pair = new(mobike: new MobikeOptions { AdditionalAddresses = [OtherGateway, IPAddress.Parse("2001:db8::1")] });
        IkeSession client = pair.Connect(Pair.ClientOptions(deadPeerDetection: new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), OnDemand: false)));
        pair.Run();
        Assert.Equal([Pair.GatewayAddress.Address, OtherGateway, IPAddress.Parse("2001:db8::1")], client.PeerAddresses);

        Cut(pair, Pair.GatewayAddress.Address);
        pair.Moved = () =>
        {
            if (pair.ClientEvents.LastOrDefault() is PathSilentEvent && client.Path.Remote.Address.Equals(Pair.GatewayAddress.Address))
            {
                client.MoveTo(client.Path with { Remote = new(OtherGateway, 4500) }, pair.Now);

                // ESP only once the gateway has shown that it is there.
                Assert.Empty(Ways(pair.ClientEvents, p => p.Remote));
            }
        };
        pair.Run(TimeSpan.FromSeconds(60));

        Assert.Equal([OtherGateway], Ways(pair.ClientEvents, p => p.Remote));
        Assert.Equal(OtherGateway, Gateway(pair).Path.Local.Address);
        Assert.Empty(pair.ClientEvents.OfType<SessionClosedEvent>());
    }

    [Fact]
    public void A_host_that_finds_no_other_way_is_asked_so_often_and_no_more()
    {
        using Pair pair = new(mobike: new MobikeOptions { AdditionalAddresses = [OtherGateway] });
        IkeSession client = pair.Connect(Pair.ClientOptions(deadPeerDetection: new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), OnDemand: false)));
        pair.Run();
        pair.Route = (_, _) => null;
        int asked = 0;
        pair.Moved = () =>
        {
            if (pair.ClientEvents.OfType<PathSilentEvent>().Count() > asked)
            {
                asked++;
                client.MoveTo(client.Path with { Remote = new(client.PeerAddresses.First(a => !a.Equals(client.Path.Remote.Address)), 4500) }, pair.Now);
            }
        };

        pair.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(4, asked);
        Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Fact]
    public void A_list_of_addresses_takes_the_place_of_the_one_before()
    {
        using Pair pair = new(mobike: new MobikeOptions { AdditionalAddresses = [OtherGateway] });
        IkeSession client = pair.Connect();
        pair.Run();

        Gateway(pair).TellAddresses([.. Enumerable.Range(1, 20).Select(i => new IPAddress([203, 0, 113, (byte)i]))], pair.Now);
        pair.Run();
        Assert.Equal(9, client.PeerAddresses.Count);
        Assert.Equal(Pair.GatewayAddress.Address, client.PeerAddresses[0]);

        Gateway(pair).TellAddresses([], pair.Now);
        pair.Run();
        Assert.Equal([Pair.GatewayAddress.Address], client.PeerAddresses);
        Assert.Contains("< INFORMATIONAL request 1 {N(NoAdditionalAddresses), N(Cookie2)}", pair.Trace);

        client.TellAddresses([Radio], pair.Now);
        pair.Run();
        Assert.Equal([Cable, Radio], Gateway(pair).PeerAddresses);
        Assert.Empty(Ways(pair.ClientEvents, p => p.Local));
    }

    [Fact]
    public void A_gateway_that_moves_says_so_and_its_client_follows()
    {
        using Pair pair = new(mobike: new MobikeOptions { AdditionalAddresses = [OtherGateway] });
        IkeSession client = pair.Connect();
        pair.Run();
        Gateway(pair).TellAddresses([], pair.Now);
        Cut(pair, Pair.GatewayAddress.Address);

        Gateway(pair).MoveTo(Gateway(pair).Path with { Local = new(OtherGateway, 4500) }, pair.Now);
        pair.Run();

        Assert.Equal(OtherGateway, client.Path.Remote.Address);
        Assert.Equal([OtherGateway], Ways(pair.ClientEvents, p => p.Remote));
        Assert.Equal([OtherGateway], client.PeerAddresses);
        Assert.Equal(IkeSessionState.Established, client.State);
    }

    [Fact]
    public void A_client_whose_gateway_sends_ESP_from_elsewhere_asks_there_moves_and_says_so()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        int from = pair.Trace.Count;

        client.NotePath(client.Path with { Remote = new(OtherGateway, 4500) }, pair.Now);
        pair.Run();

        Assert.Equal([OtherGateway], Ways(pair.ClientEvents, p => p.Remote));
        Assert.Equal(OtherGateway, Gateway(pair).Path.Local.Address);
        Assert.Equal("> INFORMATIONAL request 4 {N(Cookie2)}", pair.Trace[from]);
        Assert.StartsWith("> INFORMATIONAL request 5 {N(UpdateSaAddresses)", pair.Trace[from + 2], StringComparison.Ordinal);
        Assert.Equal(from + 4, pair.Trace.Count);
    }

    [Fact]
    public void An_update_that_says_the_same_again_leaves_the_question_as_it_is()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();
        pair.Network = (d, toGateway) => toGateway && (d[19] & 0x20) != 0 ? [] : [d];
        client.MoveTo(From(client, Radio), pair.Now);
        pair.Run();
        client.MoveTo(client.Path, pair.Now);
        pair.Run();

        pair.Network = (d, _) => [d];
        pair.Run(TimeSpan.FromSeconds(3));

        Assert.Equal([Radio], Ways(pair.GatewayEvents, p => p.Remote));
        Assert.Equal(["< INFORMATIONAL request 0 {N(Cookie2)}", "< INFORMATIONAL request 0 {N(Cookie2)} again"], pair.Trace.Where(t => t.Contains("{N(Cookie2)}", StringComparison.Ordinal) && t[0] == '<'));
    }

    private static IkeSession Gateway(Pair pair) => pair.Single<SessionEstablishedEvent>(true).Session;

    private static IkePath From(IkeSession session, IPAddress local) => session.Path with { Local = new(local, session.Path.Local.Port) };

    private static void Cut(Pair pair, params IPAddress[] dead) =>
        pair.Route = (path, _) => dead.Contains(path.Local.Address) || dead.Contains(path.Remote.Address) ? null : path;

    // A NAT in front of the client, whatever address that has.
    private static void Translate(Pair pair, Func<IPEndPoint> outside)
    {
        IPEndPoint inside = outside();
        pair.Route = (path, toGateway) =>
        {
            inside = toGateway ? path.Local : inside;
            return toGateway ? path with { Local = outside() } : path.Remote.Equals(outside()) ? path with { Remote = inside } : null;
        };
    }

    private static IPAddress[] Ways(List<IkeEvent> events, Func<IkePath, IPEndPoint> side) => [.. events.OfType<PathChangedEvent>().Select(e => side(e.Path).Address)];
}
