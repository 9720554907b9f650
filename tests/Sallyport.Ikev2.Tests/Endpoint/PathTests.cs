using System.Net;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class PathTests
{
    private static readonly IPEndPoint Moved = new(IPAddress.Parse("203.0.113.77"), 40123);

    [Fact]
    public void A_peer_whose_NAT_gives_it_another_address_is_followed_once_it_proves_genuine()
    {
        using Pair pair = new(withMobike: false);
        IkeSession client = pair.Connect();
        pair.Run();
        IkeSession session = pair.Single<SessionEstablishedEvent>(true).Session;
        IkePath moved = session.Path with { Remote = Moved };
        pair.Network = (d, toGateway) =>
        {
            if (toGateway)
            {
                byte[] bent = [.. d];
                bent[^1] ^= 1;
                pair.Gateway.HandleDatagram(bent, moved, pair.Now);
                Assert.NotEqual(moved, session.Path);
                pair.Gateway.HandleDatagram(d, moved, pair.Now);
            }

            return toGateway ? [] : [d];
        };
        client.Close(pair.Now);
        pair.Run();
        Assert.Equal(moved, session.Path);
        Assert.Single(pair.GatewayEvents.OfType<PathChangedEvent>());
        Assert.Equal(IkeCloseReason.Local, pair.Single<SessionClosedEvent>(false).Reason);
    }

    [Fact]
    public void ESP_that_came_another_way_moves_IKE_along_and_the_same_way_again_is_no_news()
    {
        using Pair pair = new(withMobike: false);
        pair.Connect();
        pair.Run();
        IkeSession session = pair.Single<SessionEstablishedEvent>(true).Session;
        session.NotePath(session.Path with { }, pair.Now);
        Assert.False(pair.Gateway.TryGetEvent(out _));
        session.NotePath(session.Path with { Remote = Moved }, pair.Now);
        Assert.True(pair.Gateway.TryGetEvent(out IkeEvent news));
        Assert.IsType<PathChangedEvent>(news);
        Assert.Equal(Moved, session.Path.Remote);
    }
}
