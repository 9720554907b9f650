using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class HostileTests
{
    [Fact]
    public void Every_mutation_and_truncation_of_every_sealed_message_changes_nothing()
    {
        using Pair pair = new();
        int hostile = 0;
        pair.Network = (d, _) => d[18] == (byte)IkeExchangeType.IkeSaInit ? [d] : [.. Bent(d, ref hostile), d];
        IkeSession client = pair.Connect();
        pair.Run();

        Assert.Equal(IkeSessionState.Established, client.State);
        Assert.Equal(2, pair.GatewayEvents.OfType<EapServerRoundEvent>().Count());
        Assert.Equal(2, pair.ClientEvents.OfType<EapPeerRoundEvent>().Count());
        Assert.Single(pair.GatewayEvents.OfType<AuthorizationEvent>());
        Assert.Empty(pair.GatewayEvents.OfType<SessionClosedEvent>());
        Assert.Single(pair.Gateway.Sessions);
        Assert.True(hostile > 2000);
        long dropped = Enum.GetValues<IkeDropReason>().Sum(r => pair.Gateway.Dropped(r) + pair.Client.Dropped(r));
        Assert.Equal(hostile, dropped);
        Assert.True(pair.Gateway.Dropped(IkeDropReason.IntegrityCheck) > 100);

        client.Close(pair.Now);
        pair.Run();
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void Every_mutation_of_the_first_request_is_answered_or_dropped_without_harm()
    {
        byte[]? request = null;
        using Pair client = new();
        client.Network = (d, toGateway) =>
        {
            request ??= d;
            return [];
        };
        client.Connect();
        client.Run();

        using Pair pair = new(cookieThreshold: int.MaxValue, maximumHalfOpen: 400);
        IkePath path = new(Pair.GatewayAddress, Pair.ClientAddress, false);
        int ignored = 0;
        foreach (byte[] bent in Bent(request!, ref ignored))
        {
            pair.Gateway.HandleDatagram(bent, path, pair.Now);
        }

        Assert.InRange(pair.Gateway.HalfOpenCount, 0, 400);
        Assert.InRange(pair.Gateway.Sessions.Count, 0, 400);
        Assert.False(pair.Gateway.TryGetEvent(out _));
        pair.Run(TimeSpan.FromSeconds(60));
        Assert.Empty(pair.Gateway.Sessions);
        Assert.Equal(0, pair.Gateway.HalfOpenCount);
    }

    [Fact]
    public void Mutations_of_the_first_response_never_throw()
    {
        byte[]? response = null;
        using Pair pair = new();
        pair.Network = (d, toGateway) =>
        {
            if (!toGateway)
            {
                response = d;
                return [];
            }

            return [d];
        };
        pair.Connect();
        pair.Run();

        int ignored = 0;
        IkePath path = new(Pair.ClientAddress, Pair.GatewayAddress, false);
        foreach (byte[] bent in Bent(response!, ref ignored))
        {
            pair.Client.HandleDatagram(bent, path, pair.Now);
        }

        Assert.True(pair.Client.Dropped(IkeDropReason.Malformed) > 0);
    }

    [Fact]
    public void Octets_of_chance_never_throw()
    {
        Random random = new(7);
        using Pair pair = new();
        IkePath path = new(Pair.GatewayAddress, Pair.ClientAddress, false);
        for (int i = 0; i < 20000; i++)
        {
            byte[] octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            pair.Gateway.HandleDatagram(octets, path, pair.Now);
        }

        Assert.Empty(pair.Gateway.Sessions);
    }

    [Fact]
    public void A_gateway_on_top_of_version_2_says_so_to_a_higher_one()
    {
        using Pair pair = new();
        byte[] datagram = Wire.Messages.Rich();
        datagram[17] = 0x30;
        pair.Gateway.HandleDatagram(datagram, new IkePath(Pair.GatewayAddress, Pair.ClientAddress, false), pair.Now);
        byte[] buffer = new byte[1000];
        Assert.True(pair.Gateway.TryGetTransmit(buffer, out IkeTransmit transmit));
        Assert.Contains("N(InvalidMajorVersion)", transmit.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_of_chance_is_not_answered()
    {
        using Pair pair = new();
        pair.Gateway.HandleDatagram(Wire.Messages.Rich(), new IkePath(Pair.GatewayAddress, Pair.ClientAddress, false), pair.Now);
        Assert.False(pair.Gateway.TryGetTransmit(new byte[1000], out _));
        Assert.Equal(1, pair.Gateway.Dropped(IkeDropReason.UnknownSpi));
    }

    [Fact]
    public void An_endpoint_that_is_no_gateway_answers_nobody()
    {
        using Pair pair = new();
        pair.Network = (d, toGateway) =>
        {
            pair.Client.HandleDatagram(d, new IkePath(Pair.ClientAddress, Pair.GatewayAddress, false), pair.Now);
            return [];
        };
        pair.Connect();
        pair.Run();
        Assert.Equal(1, pair.Client.Dropped(IkeDropReason.NotResponder));
    }

    // One bit of every octet turned; every ninth truncation.
    private static List<byte[]> Bent(byte[] datagram, ref int count)
    {
        List<byte[]> bent = [];
        for (int at = 0; at < datagram.Length; at++)
        {
            byte[] copy = [.. datagram];
            copy[at] ^= (byte)(1 << (at % 8));
            bent.Add(copy);
        }

        for (int length = 0; length < datagram.Length; length += 9)
        {
            bent.Add(datagram[..length]);
        }

        count += bent.Count;
        return bent;
    }
}
