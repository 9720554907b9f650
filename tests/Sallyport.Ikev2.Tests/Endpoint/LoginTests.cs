using System.Net;
using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class LoginTests
{
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
                "> IKE_SA_INIT request 0 {SA, KE, Nonce, N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(SignatureHashAlgorithms)}",
                "< IKE_SA_INIT response 0 {SA, KE, Nonce, N(NatDetectionSourceIp), N(NatDetectionDestinationIp), N(SignatureHashAlgorithms)}",
                "> IKE_AUTH request 1 {IDi, IDr, N(InitialContact), CP request, SA, TSi, TSr}",
                "< IKE_AUTH response 1 {IDr, CERT, AUTH, EAP Request/GTC}",
                "> IKE_AUTH request 2 {EAP Response/GTC}",
                "< IKE_AUTH response 2 {EAP Success}",
                "> IKE_AUTH request 3 {AUTH}",
                "< IKE_AUTH response 3 {AUTH, CP reply, SA, TSi, TSr}",
            ],
            pair.Trace);
    }
}
