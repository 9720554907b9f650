using System.Text.RegularExpressions;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>strongSwan as client against a headend that takes messages of IKE in fragments (RFC 7383).</summary>
public partial class FragmentationTests
{
    [SkippableFact]
    public async Task Where_nothing_longer_passes_logins_and_new_keys_go_through_in_fragments_and_a_client_without_them_gets_whole_messages()
    {
        const int Mtu = 300;
        await using HeadendLab lab = await HeadendLab.StartAsync(edit: Configure);
        await using (StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Fragmentation = "no", FragmentSize = 260 }))
        {
            Assert.DoesNotContain("received fragment", client.Log, StringComparison.Ordinal);
            Assert.DoesNotMatch(Splitting(), client.Log);
            Assert.Contains("Fragmentation not  configured.", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
            await client.MustReachBothNetworksAsync();
            await client.LogOutAsync();
        }

        await lab.Network.DropLongAsync("nat", Mtu);
        foreach (string ike in (string[])["aes256-sha384-ecp256", "aes256gcm16-prfsha384-ecp256"])
        {
            await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Ike = ike, Fragmentation = "force", FragmentSize = 260 });

            // The gateway's certificate is in the first of its answers.
            Assert.Matches(Reassembled(), client.Log);
            Assert.Matches(Splitting(), client.Log);
            Assert.Contains("IETF Std Fragmentation  configured.", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
            Assert.Contains("Capabilities:DNF connid:", await lab.ShowAsync("crypto session detail"), StringComparison.Ordinal);
            await client.MustReachBothNetworksAsync();

            await client.Charon.ControlAsync("--rekey", "--ike", "c1");
            await client.WaitForListAsync(list => list.Contains("c1: #2, ESTABLISHED", StringComparison.Ordinal) && !list.Contains("c1: #1,", StringComparison.Ordinal));
            await client.Charon.ControlAsync("--rekey", "--child", "net1");
            await client.WaitForListAsync(list => list.Contains("net1: #2, ", StringComparison.Ordinal) && list.Contains("INSTALLED", StringComparison.Ordinal));
            Assert.Contains("IETF Std Fragmentation  configured.", await lab.ShowAsync("crypto ikev2 sa detailed"), StringComparison.Ordinal);
            await client.MustReachBothNetworksAsync();
            await client.LogOutAsync();
        }
    }

    // Fragmentation, and a proposal of AES-GCM beside the others.
    private static string Configure(string configuration)
    {
        const string Policy = "crypto ikev2 policy ";
        const string Longer = "\n proposal Longer\n";
        Assert.Contains(Policy, configuration, StringComparison.Ordinal);
        Assert.Contains(Longer, configuration, StringComparison.Ordinal);
        return configuration
            .Replace(
                Policy,
                "crypto ikev2 fragmentation mtu 300\ncrypto ikev2 proposal Aead\n encryption aes-gcm-256\n prf sha384\n group 19\n!\n" + Policy,
                StringComparison.Ordinal)
            .Replace(Longer, Longer + " proposal Aead\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"received fragment #\d+ of \d+, reassembled fragmented IKE message \(\d+ bytes\)[\s\S]*?parsed IKE_AUTH response 1 \[ IDr CERT AUTH EAP/REQ/ID \]")]
    private static partial Regex Reassembled();

    [GeneratedRegex(@"splitting IKE message \(\d+ bytes\) into \d+ fragments")]
    private static partial Regex Splitting();
}
