using System.Globalization;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>strongSwan as client against headends that are not configured quite as the scenario's.</summary>
public class OtherConfigurationTests
{
    [SkippableFact]
    public async Task A_gateway_with_an_elliptic_curve_certificate_is_trusted_as_well()
    {
        await using HeadendLab lab = await HeadendLab.StartAsync(edit: c => Replace(c, "authentication local rsa-sig", "authentication local ecdsa-sig"));
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());

        Assert.Contains($"authentication of '{HeadendLab.Name}' with ECDSA", client.Log, StringComparison.Ordinal);
        await client.MustReachBothNetworksAsync();
        Assert.Contains("Auth sign: ECDSA, Auth verify: EAP", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task The_eleventh_login_on_a_pool_of_ten_is_refused_by_name_until_somebody_leaves()
    {
        const int Size = 10;
        await using HeadendLab lab = await HeadendLab.StartAsync();
        await using StrongSwanClient client = await StrongSwanClient.StartAsync(
            lab, new StrongSwanSettings { User = "bob", Password = "bob-pw", Eap = "mschapv2", Connections = Size + 1 });
        for (int i = 1; i <= Size; i++)
        {
            Assert.True(await client.LogInAsync(i), $"login {i} fails\n{client.Log}\n{lab.Headend.Output}");
        }

        int from = client.Log.Length;
        Assert.False(await client.LogInAsync(Size + 1));

        Assert.Contains("received INTERNAL_ADDRESS_FAILURE notify", client.Log[from..], StringComparison.Ordinal);
        await lab.Headend.WaitForAsync("is refused: pool SSLVPN_POOL is exhausted, all 10 addresses are leased; INTERNAL_ADDRESS_FAILURE is sent", TimeSpan.FromSeconds(5));
        string list = await client.ListAsync();
        Assert.All(Enumerable.Range(1, Size), i => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"[192.168.13.{i}]"), list, StringComparison.Ordinal));
        await client.MustHaveNoSaAsync(Size + 1);
        await client.LogOutAsync(4);
        Assert.True(await client.LogInAsync(Size + 1), $"the address that became free is not given\n{client.Log}\n{lab.Headend.Output}");
        Assert.Contains("[192.168.13.4]", await client.ListAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Every_transform_set_of_the_router_that_strongSwan_has_too_carries_traffic_before_and_after_new_keys()
    {
        await using HeadendLab lab = await HeadendLab.StartAsync(edit: c => Replace(
            Replace(
                c,
                "crypto ipsec transform-set TS esp-gcm 256\n mode tunnel\n",
                """
                crypto ipsec transform-set TS esp-gcm 256
                 mode tunnel
                crypto ipsec transform-set Shorter esp-gcm 128
                crypto ipsec transform-set Cbc256 esp-aes 256 esp-sha256-hmac
                crypto ipsec transform-set Cbc192 esp-aes 192 esp-sha384-hmac
                crypto ipsec transform-set Cbc128 esp-aes 128 esp-sha512-hmac

                """),
            " set transform-set TS\n",
            " set transform-set TS Shorter Cbc256 Cbc192 Cbc128\n"));
        foreach ((string esp, string listed) in ((string, string)[])
            [
                ("aes128gcm16", "AES_GCM_16-128"), ("aes256-sha256", "AES_CBC-256/HMAC_SHA2_256_128"), ("aes192-sha384", "AES_CBC-192/HMAC_SHA2_384_192"),
                ("aes128-sha512-ecp256", "AES_CBC-128/HMAC_SHA2_512_256"),
            ])
        {
            await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Esp = esp });
            Assert.Contains(listed, await client.ListAsync(), StringComparison.Ordinal);
            await client.MustReachBothNetworksAsync();
            await client.Charon.ControlAsync("--rekey", "--child", "net1");
            await client.WaitForListAsync(list => list.Contains("net1: #2, ", StringComparison.Ordinal) && list.Contains("INSTALLED", StringComparison.Ordinal));
            await client.MustReachBothNetworksAsync();
            await client.LogOutAsync();
        }
    }

    [SkippableFact]
    public async Task The_headend_asks_for_new_keys_once_their_volume_is_used_up_and_no_ping_is_lost()
    {
        await using HeadendLab lab = await HeadendLab.StartAsync(edit: c => Replace(c, " set transform-set TS\n", " set transform-set TS\n set security-association lifetime kilobytes 2560\n"));
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());

        (int code, string output) = await client.PingsAsync(HeadendNetwork.FirstHost, 600, size: 8000);

        Assert.True(code == 0 && output.Contains(" 0% packet loss", StringComparison.Ordinal), $"{output}\n{client.Log}\n{lab.Headend.Output}");
        Assert.Contains("parsed CREATE_CHILD_SA request 0 [ N(REKEY_SA)", client.Log, StringComparison.Ordinal);
        await client.LogOutAsync();
    }

    private static string Replace(string text, string old, string @new)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, @new, StringComparison.Ordinal);
    }
}
