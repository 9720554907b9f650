namespace Sallyport.Interop.Tests.Headend;

/// <summary>strongSwan as client against our headend: logins that must fail, and leave nothing behind.</summary>
[Collection(OneHeadend.Name)]
public class RefusedLoginTests(SharedHeadend shared)
{
    [SkippableTheory]
    [InlineData("md5", "received EAP_FAILURE", "Access-Reject")]
    [InlineData("gtc", "received EAP_FAILURE", "Access-Reject")]
    [InlineData("mschapv2", "EAP-MS-CHAPv2 failed with error ERROR_AUTHENTICATION_FAILURE", "the peer gives up")] // strongSwan does not wait for EAP-Failure.
    public async Task A_wrong_password_is_refused(string eap, string clientSays, string headendSays) =>
        await RefusedAsync(new StrongSwanSettings { Eap = eap, Password = "not her password" }, clientSays, headendSays);

    [SkippableTheory]
    [InlineData("md5", "received EAP_FAILURE", "mallory from")]
    [InlineData("mschapv2", "EAP_MSCHAPV2 method failed", "the peer gives up")]
    public async Task An_unknown_user_is_refused(string eap, string clientSays, string headendSays) =>
        await RefusedAsync(new StrongSwanSettings { Eap = eap, User = "mallory" }, clientSays, headendSays);

    [SkippableFact]
    public async Task A_proposal_for_IKE_that_the_headend_does_not_have_is_refused() =>
        await RefusedAsync(new StrongSwanSettings { Ike = "aes128-sha1-modp2048" }, "received NO_PROPOSAL_CHOSEN notify error");

    [SkippableFact]
    public async Task A_proposal_for_ESP_that_the_headend_does_not_have_is_refused() =>
        await RefusedAsync(new StrongSwanSettings { Esp = "aes128-sha1" }, "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built", "NoProposalChosen");

    [SkippableFact]
    public async Task The_client_refuses_a_gateway_of_another_name() =>
        await RefusedAsync(new StrongSwanSettings { Gateway = "elsewhere.example.com" }, "elsewhere.example.com");

    private async Task RefusedAsync(StrongSwanSettings settings, string clientSays, string? headendSays = null)
    {
        HeadendLab lab = await shared.LabAsync();
        int before = lab.Headend.Output.Length;
        await using StrongSwanClient client = await StrongSwanClient.StartAsync(lab, settings);

        Assert.False(await client.LogInAsync(), $"it is let in\n{client.Log}");

        Assert.Contains(clientSays, client.Log, StringComparison.Ordinal);
        await client.MustHaveNoSaAsync();
        Assert.False(await client.PingAsync(HeadendNetwork.FirstHost));
        Assert.DoesNotContain("READY", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
        if (headendSays is not null)
        {
            await lab.Headend.WaitForAsync(headendSays, TimeSpan.FromSeconds(5), before);
        }
    }
}
