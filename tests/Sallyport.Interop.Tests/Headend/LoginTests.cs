using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>strongSwan as client against our headend, whose EAP server is FreeRADIUS.</summary>
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
        Assert.Contains("AES_GCM_16-256", await client.ListAsync(), StringComparison.Ordinal);
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
}
