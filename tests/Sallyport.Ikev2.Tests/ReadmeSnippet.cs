using System.Net;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Tests.Endpoint;

namespace Sallyport.Ikev2.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public void A_gateway_refuses_what_is_no_IKE_and_goes_on()
    {
        List<string> sent = [];
        using IkeEndpoint client = new(new IkeEndpointOptions());
        client.Connect(Pair.ClientOptions(), new IkePath(Pair.ClientAddress, Pair.GatewayAddress, false), TimeSpan.Zero);

        Pump(client, [1, 2, 3], new IkePath(Pair.ClientAddress, Pair.GatewayAddress, false), TimeSpan.FromSeconds(1), (_, _, what) => sent.Add(what));

        Assert.StartsWith("IKE_SA_INIT request 0", Assert.Single(sent), StringComparison.Ordinal);
    }

    // <snippet>
    private static void Pump(IkeEndpoint endpoint, ReadOnlySpan<byte> datagram, IkePath path, TimeSpan now, Action<byte[], IkePath, string> send)
    {
        endpoint.HandleDatagram(datagram, path, now);
        if (endpoint.TryGetTimeout(out TimeSpan at) && at <= now)
        {
            endpoint.HandleTimeout(now);
        }

        byte[] buffer = new byte[ushort.MaxValue];
        while (endpoint.TryGetTransmit(buffer, out IkeTransmit transmit))
        {
            send(buffer[..transmit.Length], transmit.Path, transmit.Description);
        }

        while (endpoint.TryGetEvent(out IkeEvent news))
        {
            switch (news)
            {
                case EapServerRoundEvent round:
                    round.Failure([4, 1, 0, 4], now);    // Or answer later: the session goes on answering retransmissions meanwhile.
                    break;
                case SessionEstablishedEvent established:
                    Console.WriteLine($"{established.Session}: {established.Child}");
                    break;
                default:
                    break;
            }
        }
    }

    // </snippet>
}
