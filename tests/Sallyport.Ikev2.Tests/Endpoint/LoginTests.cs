using System.Net;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class LoginTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_address_of_IPv6_is_given_to_whoever_asks_for_one(bool asks)
    {
        IPAddress v4 = IPAddress.Parse("192.168.13.1");
        IPAddress v6 = IPAddress.Parse("fd00:13::1");
        IPAddress[] dns = [IPAddress.Parse("10.106.60.12"), IPAddress.Parse("fd00:11::53")];
        IPNetwork[] subnets = [IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("fd00:11::/64")];
        using Pair pair = new()
        {
            Authorize = (e, p) => e.Grant(
                new IkeConfiguration { Address = v4, AddressV6 = v6, Dns = dns, Subnets = subnets },
                [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.Network(subnets[1])],
                p.Now),
        };
        pair.Connect(Pair.ClientOptions(selectors: asks ? [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.AnyIPv6] : null));
        pair.Run();

        SessionEstablishedEvent atClient = pair.Single<SessionEstablishedEvent>(false);
        IkeTrafficSelector[] own = [IkeTrafficSelector.Host(v4), IkeTrafficSelector.Host(v6)];
        IkeTrafficSelector[] others = [IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.Network(subnets[1])];
        Assert.Equal((v4, asks ? v6 : null), (atClient.Configuration!.Address, atClient.Configuration.AddressV6));
        Assert.Equal(dns.Take(asks ? 2 : 1), atClient.Configuration.Dns.OrderBy(d => d.AddressFamily));
        Assert.Equal(subnets.Take(asks ? 2 : 1), atClient.Configuration.Subnets.OrderBy(s => s.BaseAddress.AddressFamily));
        Assert.Equal(own.Take(asks ? 2 : 1), atClient.Child.LocalSelectors);
        Assert.Equal(others.Take(asks ? 2 : 1), atClient.Child.RemoteSelectors);
        Assert.Equal(own.Take(asks ? 2 : 1), pair.Single<SessionEstablishedEvent>(true).Child.RemoteSelectors);
    }

    [Fact]
    public void A_login_brings_up_the_same_keys_on_both_sides()
    {
        using Pair pair = new();
        IkeSession client = pair.Connect();
        pair.Run();

        SessionEstablishedEvent atClient = pair.Single<SessionEstablishedEvent>(false);
        SessionEstablishedEvent atGateway = pair.Single<SessionEstablishedEvent>(true);
        Assert.Equal(IkeSessionState.Established, client.State);
        Assert.Equal(atClient.Child.InboundKey, atGateway.Child.OutboundKey);
        Assert.Equal(atClient.Child.OutboundKey, atGateway.Child.InboundKey);
        Assert.NotEqual(atClient.Child.OutboundKey, atClient.Child.InboundKey);
        Assert.Equal(36, atClient.Child.InboundKey.Length);
        Assert.Equal(atClient.Child.InboundSpi, atGateway.Child.OutboundSpi);
        Assert.Equal(IPAddress.Parse("192.168.13.1"), atClient.Configuration!.Address);
        Assert.Equal([IPAddress.Parse("10.106.60.12")], atClient.Configuration.Dns);
        Assert.Equal([IPNetwork.Parse("192.168.11.0/24"), IPNetwork.Parse("192.168.12.0/24")], atClient.Configuration.Subnets);
        Assert.Equal([IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1"))], atClient.Child.LocalSelectors);
        Assert.Equal([IkeTrafficSelector.AnyIPv4], atClient.Child.RemoteSelectors);
        Assert.True(client.Path.NatTraversal);
        Assert.Equal(
            [
                "> IKE_SA_INIT request 0 {SA, KE, Nonce, N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(SignatureHashAlgorithms), N(FragmentationSupported)}",
                "< IKE_SA_INIT response 0 {SA, KE, Nonce, N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(SignatureHashAlgorithms), N(FragmentationSupported)}",
                "> IKE_AUTH request 1 {IDi, IDr, N(InitialContact), CP request, SA, TSi, TSr, N(MobikeSupported)}",
                "< IKE_AUTH response 1 {IDr, CERT, AUTH, EAP Request/GTC}, fragment 1 of 3",
                "< IKE_AUTH response 1 {IDr, CERT, AUTH, EAP Request/GTC}, fragment 2 of 3",
                "< IKE_AUTH response 1 {IDr, CERT, AUTH, EAP Request/GTC}, fragment 3 of 3",
                "> IKE_AUTH request 2 {EAP Response/GTC}",
                "< IKE_AUTH response 2 {EAP Success}",
                "> IKE_AUTH request 3 {AUTH}",
                "< IKE_AUTH response 3 {AUTH, CP reply, SA, TSi, TSr, N(MobikeSupported)}",
            ],
            pair.Trace);
    }
}
