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
    [InlineData("--child", "net1", "trying again in")]
    [InlineData("--ike", "c1", "trying again in")]
    public async Task Whoever_asks_for_new_keys_is_told_to_come_later_and_keeps_tunnel_and_address(string kind, string name, string clientSays)
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());
        string before = SaIds().Match(await client.ListAsync()).Value;
        int from = client.Log.Length;

        await client.Charon.ControlAsync("--rekey", kind, name);

        await client.Charon.WaitForLogAsync("parsed CREATE_CHILD_SA response", from, Patience);
        Assert.Contains("[ N(TEMP_FAIL) ]", client.Log[from..], StringComparison.Ordinal);
        await client.Charon.WaitForLogAsync(clientSays, from, Patience);
        await client.MustReachBothNetworksAsync();
        Assert.Equal(before, SaIds().Match(await client.ListAsync()).Value);
        Assert.DoesNotContain("deleting IKE_SA", client.Log[from..], StringComparison.Ordinal);
        await client.LogOutAsync();
    }

    // The connection's number and both SPIs: another login has others.
    [GeneratedRegex(@"c1: #\d+, ESTABLISHED, IKEv2, [0-9a-f]{16}_i\* [0-9a-f]{16}_r")]
    private static partial Regex SaIds();
}
