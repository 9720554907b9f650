using System.Text.RegularExpressions;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>What a strongSwan client asks for once it is in: signs of life, new keys, a new address.</summary>
[Collection(OneHeadend.Name)]
public partial class EstablishedTests(SharedHeadend shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [SkippableFact]
    public async Task A_sign_of_life_is_answered()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Dpd = 1 });
        int from = client.Log.Length;

        await client.Charon.WaitForLogAsync("sending DPD request", from, Patience);
        await client.Charon.WaitForLogAsync("parsed INFORMATIONAL response", from, Patience);

        await client.MustReachBothNetworksAsync();
        await client.LogOutAsync();
    }

    [SkippableTheory]
    [InlineData("--child", "net1")]
    [InlineData("--ike", "c1")]
    public async Task Whoever_asks_for_new_keys_gets_them_and_no_ping_is_lost_meanwhile(string kind, string name)
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());
        string address = await client.AddressAsync();
        HashSet<string> spis = [Spis(await client.ListAsync(), kind)];
        int from = client.Log.Length;
        Task<(int ExitCode, string Output)> pings = client.PingsAsync(HeadendNetwork.FirstHost, 400);

        for (int i = 0; i < 3; i++)
        {
            await Task.Delay(300);
            await client.Charon.ControlAsync("--rekey", kind, name);
            await client.WaitForListAsync(list => spis.Add(Spis(list, kind)));
        }

        (int code, string output) = await pings;
        Assert.True(code == 0 && output.Contains(" 0% packet loss", StringComparison.Ordinal), $"{output}\n{client.Log[from..]}\n{lab.Headend.Output}");
        Assert.Equal(4, spis.Count);
        Assert.Equal(address, await client.AddressAsync());
        Assert.Contains("drop 0 life (KB/Sec) 46079", await lab.ShowAsync("crypto session detail"), StringComparison.Ordinal);
        await client.MustReachBothNetworksAsync();
        await client.LogOutAsync();
    }

    /// <summary>RFC 4555, which strongSwan does unless told otherwise: its address changes under pings, and back.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_gets_another_address_keeps_its_tunnel_and_its_address_inside(bool nat)
    {
        HeadendLab lab = await shared.LabAsync();
        await using IAsyncDisposable? translation = nat ? await HeadendNetwork.TranslateAsync(lab.Network) : null;
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());
        string inside = await client.AddressAsync();
        string ike = Spis(await client.ListAsync(), "--ike");
        await client.MustReachBothNetworksAsync();

        foreach ((string old, string fresh) in new[] { (HeadendNetwork.Client, HeadendNetwork.OtherClient), (HeadendNetwork.OtherClient, HeadendNetwork.Client) })
        {
            int from = lab.Headend.Output.Length;
            int logged = client.Log.Length;
            await HeadendNetwork.RoamAsync(lab.Network, old, fresh);
            await client.WaitForListAsync(list => list.Contains($"@ {fresh}[", StringComparison.Ordinal));
            await client.Charon.WaitForLogAsync("N(UPD_SA_ADDR)", logged, Patience);
            await client.MustReachBothNetworksAsync();
            Assert.Contains($"and keeps {inside}", lab.Headend.Output[from..], StringComparison.Ordinal);
            string outside = nat ? "10.106.54.1" : fresh;
            Assert.Contains(outside, await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
        }

        // With ESP in user space strongSwan asks for new keys of ESP on the way; the IKE SA stays.
        Assert.Equal((inside, ike), (await client.AddressAsync(), Spis(await client.ListAsync(), "--ike")));
        await client.LogOutAsync();
    }

    // Of the IKE SA both SPIs, of ESP the client's; those of SAs that are on their way out are not looked at.
    private static string Spis(string list, string kind) =>
        (kind == "--ike" ? IkeSpis() : EspSpis()).Matches(list) is { Count: > 0 } all ? all[^1].Groups[1].Value : "";

    [GeneratedRegex(@"c1: #\d+, ESTABLISHED, IKEv2, ([0-9a-f]{16}_i\*? [0-9a-f]{16}_r)")]
    private static partial Regex IkeSpis();

    [GeneratedRegex(@"INSTALLED.*?in  ([0-9a-f]{8}),", RegexOptions.Singleline)]
    private static partial Regex EspSpis();
}
