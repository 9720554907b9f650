using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>Both roles against each other, with messages in fragments.</summary>
public class FragmentationTests
{
    private static readonly IkeOffer Gcm = new([new(EncryptionAlgorithm.AesGcm16, 256)], [PrfAlgorithm.HmacSha256], [], [KeyExchangeMethod.Ecp256]);

    [Theory]
    [InlineData(true, 68)]
    [InlineData(true, 240)]
    [InlineData(true, 576)]
    [InlineData(false, 68)]
    [InlineData(false, 260)]
    [InlineData(false, 576)]
    public void A_login_and_new_keys_go_through_in_datagrams_of_any_size(bool aead, int size)
    {
        IkeFragmentation fragmentation = new() { IPv4DatagramSize = size };
        IkeOffer offer = aead ? Gcm : Pair.Aes128Sha384;
        using Pair pair = new(ike: offer, fragmentation: fragmentation);
        List<byte[]> sent = [];
        pair.Network = (d, _) =>
        {
            sent.Add(d);
            return [d];
        };
        IkeSession client = pair.Connect(Pair.ClientOptions(ike: offer, fragmentation: fragmentation));
        pair.Run();
        client.RekeyIke(pair.Now);
        pair.Run();
        client.RekeyChild(pair.Now);
        pair.Run();

        IkeSession gateway = pair.Single<SessionEstablishedEvent>(true).Session;
        Assert.Equal(IkeSessionState.Established, client.State);
        Assert.True(client.IsFragmentationAgreed && gateway.IsFragmentationAgreed);
        Assert.Equal(client.InitiatorSpi, gateway.InitiatorSpi);
        Assert.Single(pair.GatewayEvents.OfType<IkeRekeyedEvent>());
        Assert.Single(pair.GatewayEvents.OfType<ChildRekeyedEvent>());

        // What IP, UDP and the non-ESP marker take goes with it; a fragment has room for 128 octets whatever the size.
        Assert.All(sent.Where(d => d[18] != (byte)IkeExchangeType.IkeSaInit), d => Assert.InRange(d.Length, 1, Math.Max(size - 32, 128 + 100)));
        Assert.DoesNotContain(sent, d => d[18] == (byte)IkeExchangeType.IkeSaInit && Fragments.Is(d));
        Assert.Contains(sent, d => Fragments.Is(d) && d[18] == (byte)IkeExchangeType.IkeAuth && (d[19] & (byte)IkeHeaderBits.Response) != 0);
        Assert.Equal(size < 576, sent.Exists(d => Fragments.Is(d) && d[18] == (byte)IkeExchangeType.CreateChildSa));
        Assert.Equal((0, 0), (client.Sa.FragmentOctets, gateway.Sa.FragmentOctets));
        Assert.Equal(0, Enum.GetValues<IkeDropReason>().Sum(r => pair.Gateway.Dropped(r) + pair.Client.Dropped(r)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Without_agreement_of_both_messages_stay_whole(bool clientOffers, bool gatewayOffers)
    {
        using Pair pair = new(offersFragmentation: gatewayOffers);
        bool fragmented = false;
        pair.Network = (d, _) =>
        {
            fragmented |= Fragments.Is(d);
            return [d];
        };
        IkeSession client = pair.Connect(Pair.ClientOptions(offersFragmentation: clientOffers));
        pair.Run();

        bool agreed = clientOffers && gatewayOffers;
        Assert.Equal(IkeSessionState.Established, client.State);
        Assert.Equal((agreed, agreed, agreed), (client.IsFragmentationAgreed, pair.Single<SessionEstablishedEvent>(true).Session.IsFragmentationAgreed, fragmented));
        Assert.Equal(clientOffers, pair.Trace[0].Contains("N(FragmentationSupported)", StringComparison.Ordinal));
        Assert.Equal(agreed, pair.Trace[1].Contains("N(FragmentationSupported)", StringComparison.Ordinal));
    }

    [Fact]
    public void What_passes_anywhere_is_less_over_IPv4_than_over_IPv6_and_less_beside_ESP()
    {
        IPEndPoint v4 = new(IPAddress.Parse("192.0.2.1"), 500);
        IPEndPoint v6 = new(IPAddress.Parse("2001:db8::1"), 500);
        IPEndPoint mapped = new(IPAddress.Parse("::ffff:192.0.2.1"), 500);
        IkeFragmentation options = IkeFragmentation.Default;
        Assert.Equal((548, 544), (options.MessageSize(new(v4, v4, false)), options.MessageSize(new(v4, v4, true))));
        Assert.Equal((1232, 1228), (options.MessageSize(new(v6, v6, false)), options.MessageSize(new(v6, v6, true))));
        Assert.Equal(548, options.MessageSize(new(mapped, mapped, false)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IkeFragmentation { IPv4DatagramSize = 67 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IkeFragmentation { IPv6DatagramSize = 67 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IkeFragmentation { MaximumFragments = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IkeFragmentation { MaximumOctets = 0 });
    }

    [Fact]
    public void Whichever_datagram_is_lost_is_sent_again_and_nothing_is_done_twice()
    {
        IkeFragmentation fragmentation = new() { IPv4DatagramSize = 240 };
        using Pair whole = new(Pair.QuickCertificate, fragmentation: fragmentation);
        whole.Connect(Pair.ClientOptions(fragmentation: fragmentation));
        whole.Run();
        Assert.True(whole.Trace.Count > 12);
        for (int lost = 0; lost < whole.Trace.Count; lost++)
        {
            using Pair pair = new(Pair.QuickCertificate, fragmentation: fragmentation);
            int sent = 0;
            pair.Network = (d, _) => sent++ == lost ? [] : [d];
            IkeSession session = pair.Connect(Pair.ClientOptions(fragmentation: fragmentation));
            pair.Run(TimeSpan.FromSeconds(10));

            Assert.Equal(IkeSessionState.Established, session.State);
            Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count());
            Assert.Single(pair.GatewayEvents.OfType<AuthorizationEvent>());
        }
    }

    [Fact]
    public void Loss_doubling_and_reordering_of_fragments_bring_up_one_tunnel_with_equal_keys()
    {
        IkeFragmentation fragmentation = new() { IPv4DatagramSize = 240 };
        int established = 0;
        for (int seed = 0; seed < 25; seed++)
        {
            using Pair pair = new(Pair.QuickCertificate, fragmentation: fragmentation);
            pair.Meddle(seed, oneIn: 8);
            IkeSession session = pair.Connect(Pair.ClientOptions(fragmentation: fragmentation));
            pair.Run(TimeSpan.FromSeconds(300));
            if (session.State != IkeSessionState.Established)
            {
                // Six tries all lost: the network may do so. Then it has to be said.
                Assert.Equal(IkeCloseReason.Timeout, pair.Single<SessionClosedEvent>(false).Reason);
                continue;
            }

            established++;
            SessionEstablishedEvent atGateway = pair.Single<SessionEstablishedEvent>(true);
            Assert.Equal(pair.Single<SessionEstablishedEvent>(false).Child.InboundKey, atGateway.Child.OutboundKey);
            Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count(e => e.Session == atGateway.Session));
        }

        Assert.True(established > 20);
    }

    [Fact]
    public void A_retransmission_is_the_same_fragments_octet_by_octet()
    {
        using Pair pair = new();
        List<byte[]> sent = [];
        int swallowed = 0;
        pair.Network = (d, toGateway) =>
        {
            if (toGateway)
            {
                return [d];
            }

            sent.Add(d);
            return Fragments.Is(d) && swallowed++ < 6 ? [] : [d];
        };
        IkeSession session = pair.Connect();
        pair.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(IkeSessionState.Established, session.State);
        byte[][] fragments = [.. sent.Where(Fragments.Is)];
        int total = Fragments.Total(fragments[0]);
        Assert.Equal(Enumerable.Repeat(Enumerable.Range(1, total), fragments.Length / total).SelectMany(n => n), fragments.Select(Fragments.Number));
        Assert.Equal(total, fragments.Select(Convert.ToHexString).Distinct().Count());
        Assert.True(fragments.Length > total);
        Assert.Contains(pair.Trace, t => t.EndsWith($", fragment 1 of {total} again", StringComparison.Ordinal));
    }
}
