using System.Text.RegularExpressions;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>The show commands, asked by the headend's own program while a strongSwan client is in.</summary>
[Collection(OneHeadend.Name)]
public partial class ShowTests(SharedHeadend shared)
{
    [SkippableFact]
    public async Task The_IKE_SA_is_told_as_the_client_sees_it()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings { Ike = "aes128-sha384-ecp256" });

        string show = await lab.ShowAsync("crypto ikev2 sa detailed");

        Match spis = Spis().Match(await client.ListAsync());
        string[] wanted =
        [
            " IPv4 Crypto IKEv2  SA ",
            "Tunnel-id Local                 Remote                fvrf/ivrf            Status ",
            "10.106.54.143/4500    10.99.1.2/4500        none/none            READY  ",
            "Encr: AES-CBC, keysize: 128, PRF: SHA384, Hash: SHA384, DH Grp:19, Auth sign: RSA, Auth verify: EAP",
            "Life/Active Time: 86400/",
            "Status Description: Negotiation done",
            $"Local spi: {spis.Groups["responder"].Value.ToUpperInvariant()}       Remote spi: {spis.Groups["initiator"].Value.ToUpperInvariant()}",
            "Local id: flexvpn-C8000V.cisco.com",
            "Remote id: alice",
            "Remote EAP id: alice",
            "Local window:      1",
            "DPD configured for 60 seconds, retry 2",
            "Fragmentation not  configured.", // The client offers it, the configuration does not.
            "NAT-T is detected  outside",
            "Assigned host addr: 192.168.13.5",
            "Initiator of SA : No",
        ];
        Assert.All(wanted, line => Assert.Contains(line, show, StringComparison.Ordinal));
        await client.LogOutAsync();
    }

    [SkippableFact]
    public async Task The_session_is_told_with_its_flows_and_counts_what_goes_through()
    {
        HeadendLab lab = await shared.LabAsync();
        await using StrongSwanClient client = await StrongSwanClient.ConnectAsync(lab, new StrongSwanSettings());
        await client.MustReachBothNetworksAsync(); // Two pings to each.

        string show = await lab.ShowAsync("crypto session detail");

        string[] wanted =
        [
            "Interface: Virtual-Access",
            "Profile: Flexvpn_ikev2_Profile",
            "Uptime: 00:00:0",
            "Session status: UP-ACTIVE",
            "Peer: 10.99.1.2 port 4500 fvrf: (none) ivrf: (none)",
            "Phase1_id: alice",
            "IKEv2 SA: local 10.106.54.143/4500 remote 10.99.1.2/4500 Active",
            "Capabilities:DN connid:",
            "IPSEC FLOW: permit ip 192.168.11.0/255.255.255.0 host 192.168.13.5",
            "IPSEC FLOW: permit ip 192.168.12.0/255.255.255.0 host 192.168.13.5",
            "Active SAs: 2, origin: crypto map",
        ];
        Assert.All(wanted, line => Assert.Contains(line, show, StringComparison.Ordinal));
        Assert.Matches(@"Inbound:  #pkts dec'ed 4 drop 0 ", show);
        Assert.Matches(@"Outbound: #pkts enc'ed 4 drop 0 ", show);
        await client.LogOutAsync();
    }

    [GeneratedRegex(@"IKEv2, (?<initiator>[0-9a-f]{16})_i\*? (?<responder>[0-9a-f]{16})_r")]
    private static partial Regex Spis();
}
