using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>strongSwan as client against our headend, whose EAP server is FreeRADIUS: logins that succeed.</summary>
[Collection(OneHeadend.Name)]
public class LoginTests(SharedHeadend shared)
{
    [SkippableTheory]
    [InlineData("md5", "aes128-sha384-ecp256")]
    [InlineData("gtc", "aes256-sha384-ecp256")]
    [InlineData("mschapv2", "aes256-sha384-ecp256")]
    public async Task A_client_logs_in_reaches_both_split_networks_and_disconnects(string eap, string ike)
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Eap = eap, Ike = ike });

        string address = await client.AddressAsync();
        Assert.Equal("192.168.13.5", address); // What FreeRADIUS gives alice.
        string routes = await client.RoutesAsync();
        Assert.Contains("192.168.11.0/24", routes, StringComparison.Ordinal);
        Assert.Contains("192.168.12.0/24", routes, StringComparison.Ordinal);
        Assert.DoesNotContain("default", routes, StringComparison.Ordinal);
        Assert.Contains("nameserver 10.106.60.12", client.Charon.Resolver, StringComparison.Ordinal);
        string list = await client.ListAsync();
        Assert.Contains(ike.StartsWith("aes128", StringComparison.Ordinal) ? "AES_CBC-128/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/ECP_256" : "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/ECP_256", list, StringComparison.Ordinal);
        Assert.Contains("ESP:AES_GCM_16-256", list, StringComparison.Ordinal);
        await client.MustReachBothNetworksAsync();
        (int code, string output) = await Tool.RunAsync(lab.Network.In("lan", "ping", "-c", "1", "-W", "2", address));
        Assert.True(code == 0, $"the host inside does not reach the client: {output}");

        await client.LogOutAsync();

        Assert.False(await client.PingAsync(HeadendNetwork.FirstHost));
        Assert.DoesNotContain("READY", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
        Assert.True(await client.LogInAsync(), $"the address is not free again\n{lab.Headend.Output}");
        Assert.Equal(address, await client.AddressAsync());
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task AnyConnects_identity_is_let_in_as_the_person_that_EAP_names()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Identity = "keyid:*$AnyConnectClient$*" });

        await client.MustReachBothNetworksAsync();
        string show = await lab.ShowAsync("crypto ikev2 sa detailed");
        Assert.Contains("Remote id: *$AnyConnectClient$*", show, StringComparison.Ordinal);
        Assert.Contains("Remote EAP id: alice", show, StringComparison.Ordinal);
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task Without_an_address_of_the_RADIUS_servers_the_pool_gives_one()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { User = "bob", Password = "bob-pw", Eap = "mschapv2" });

        Assert.StartsWith("192.168.13.", await client.AddressAsync(), StringComparison.Ordinal);
        await client.MustReachBothNetworksAsync();
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task Behind_a_NAT_that_changes_address_and_port_the_tunnel_works_as_well()
    {
        HeadendLab lab = await shared.LabAsync();
        await using IAsyncDisposable translation = await HeadendNetwork.TranslateAsync(lab.Network);
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Encapsulate = false });

        await client.MustReachBothNetworksAsync();
        Assert.Contains("NAT-T is detected  outside", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
        string session = await lab.ShowAsync("crypto session detail");
        Assert.Contains("Peer: 10.106.54.1 port ", session, StringComparison.Ordinal);
        Assert.DoesNotContain("Peer: 10.106.54.1 port 4500 ", session, StringComparison.Ordinal);
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task A_client_that_begins_with_another_group_is_told_the_right_one_and_logs_in()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Ike = "aes256-sha384-modp2048-ecp256" });

        Assert.Contains("parsed IKE_SA_INIT response 0 [ N(INVAL_KE) ]", client.Log, StringComparison.Ordinal);
        Assert.Contains("ECP_256", await client.ListAsync(), StringComparison.Ordinal);
        await client.MustReachBothNetworksAsync();
        await client.LogOutAsync();
    }
}
