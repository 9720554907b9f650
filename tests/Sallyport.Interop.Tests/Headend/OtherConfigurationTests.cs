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

    private static string Replace(string text, string old, string @new)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, @new, StringComparison.Ordinal);
    }
}
