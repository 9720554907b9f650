namespace Sallyport.Interop.Tests.Headend;

/// <summary>What a strongSwan client asks for once it is in: signs of life, new keys, a new address.</summary>
[Collection(OneHeadend.Name)]
public class EstablishedTests(SharedHeadend shared)
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
    [InlineData("--child", "net1", "CHILD_SA")]
    [InlineData("--ike", "c1", "IKE")]
    public async Task New_keys_are_refused_with_NO_ADDITIONAL_SAS(string kind, string name, string what)
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());
        int from = client.Log.Length;

        await client.Charon.ControlAsync("--rekey", kind, name);

        await client.Charon.WaitForLogAsync("N(NO_ADD_SAS)", from, Patience);
        await client.Charon.WaitForLogAsync($"peer seems to not support {what} rekeying, starting reauthentication", from, Patience);
        await client.MustReachBothNetworksAsync();
        await client.LogOutAsync();
    }
}
