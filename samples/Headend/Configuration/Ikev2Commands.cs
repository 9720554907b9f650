using System.Net;
using Sallyport.Ikev2.Session;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The <c>crypto ikev2</c> commands.</summary>
internal static class Ikev2Commands
{
    private static readonly IosCommands<AuthorizationPolicy> AuthorizationCommands =
        new IosCommands<AuthorizationPolicy>("crypto ikev2 authorization policy")
            .On("pool", (p, line, at) => p.Pool = (line.Word(at, "the name of a pool"), line))
            .On("dns", Dns)
            .On("netmask", (p, line, at) => p.Netmask = IosValues.Address(line, at, "a netmask"))
            .On("def-domain", (p, line, at) => p.DefaultDomain = line.Word(at, "a domain"))
            .On("banner", (p, line, at) => p.Banner = string.Join(' ', line.Words.Skip(at)).Trim('"'))
            .On("route set access-list", (p, line, at) => p.RouteSet = (line.Word(at, "the name of a standard access list"), line))
            .Accept("route set interface", "route accept", "smartcard-removal-disconnect", "include-local-lan", "pfs", "backup-gateway");

    private static readonly IosCommands<Ikev2Proposal> ProposalCommands = new IosCommands<Ikev2Proposal>("crypto ikev2 proposal")
        .On("encryption", (p, line, at) => Keywords(line, at, "encryption algorithm", CryptoKeywords.Encryption.ContainsKey, CryptoKeywords.Encryption.Keys, p.AddEncryption))
        .On("integrity", (p, line, at) => Keywords(line, at, "integrity algorithm", CryptoKeywords.Integrity.ContainsKey, CryptoKeywords.Integrity.Keys, p.AddIntegrity))
        .On("prf", (p, line, at) => Keywords(line, at, "pseudo-random function", CryptoKeywords.Prf.ContainsKey, CryptoKeywords.Prf.Keys, p.AddPrf))
        .On("group", (p, line, at) => Keywords(line, at, "group", CryptoKeywords.Groups.ContainsKey, CryptoKeywords.Groups.Keys, k => p.AddGroup(int.Parse(k, System.Globalization.CultureInfo.InvariantCulture))));

    private static readonly IosCommands<Ikev2Policy> PolicyCommands = new IosCommands<Ikev2Policy>("crypto ikev2 policy")
        .On("proposal", (p, line, at) => p.AddProposal(line.Word(at, "the name of a proposal"), line))
        .Accept("match fvrf any");

    private static readonly IosCommands<Ikev2Profile> ProfileCommands = new IosCommands<Ikev2Profile>("crypto ikev2 profile")
        .On("match identity remote", MatchIdentity)
        .On("authentication local rsa-sig", (p, _, _) => p.Local = LocalAuthentication.RsaSignature)
        .On("authentication local ecdsa-sig", (p, _, _) => p.Local = LocalAuthentication.EcdsaSignature)
        .On("authentication remote eap", RemoteEap)
        .On("pki trustpoint", (p, line, at) => p.Trustpoint = (line.Word(at, "the name of a trustpoint"), line))
        .On("dpd", Dpd)
        .On("aaa authentication eap", (p, line, at) => p.EapList = (line.Word(at, "the name of a login list"), line))
        .On("aaa authorization group eap list", GroupAuthorization)
        .On("aaa authorization user eap cached", (p, _, _) => p.UserCached = true)
        .On("virtual-template", (p, line, at) => p.VirtualTemplate = IosValues.Number(line, at, "a virtual template's number", 1, 4095))
        .On("lifetime", (p, line, at) => p.Lifetime = TimeSpan.FromSeconds(IosValues.Number(line, at, "a lifetime in seconds", 120, 86400)))
        .Accept("match fvrf any", "anyconnect profile", "nat keepalive", "aaa accounting");

    public static void AuthorizationPolicy(RouterConfiguration configuration, IosLine line, int at)
    {
        AuthorizationPolicy policy = new(line);
        AuthorizationCommands.Apply(policy, line, configuration.NoteList);
        configuration.AuthorizationPolicies[line.Word(at, "the policy's name")] = policy;
    }

    public static void Proposal(RouterConfiguration configuration, IosLine line, int at)
    {
        Ikev2Proposal proposal = new(line);
        ProposalCommands.Apply(proposal, line, configuration.NoteList);
        configuration.Proposals[line.Word(at, "the proposal's name")] = proposal;
    }

    public static void Policy(RouterConfiguration configuration, IosLine line, int at)
    {
        line.Word(at, "the policy's name");
        Ikev2Policy policy = new(line);
        PolicyCommands.Apply(policy, line, configuration.NoteList);
        configuration.Policies.Add(policy);
    }

    public static void Profile(RouterConfiguration configuration, IosLine line, int at)
    {
        Ikev2Profile profile = new(line, line.Word(at, "the profile's name"));
        ProfileCommands.Apply(profile, line, configuration.NoteList);
        configuration.Ikev2Profiles[profile.Name] = profile;
    }

    /// <summary><c>crypto ikev2 fragmentation [mtu OCTETS]</c>: of IP datagrams, over IPv4 and IPv6; without it 576 and 1280.</summary>
    public static void Fragmentation(RouterConfiguration configuration, IosLine line, int at)
    {
        const int RoomForAFragment = 260;
        if (at == line.Words.Count)
        {
            configuration.Fragmentation = IkeFragmentation.Default;
            return;
        }

        if (!line.Words[at].Equals("mtu", StringComparison.OrdinalIgnoreCase) || line.Words.Count > at + 2)
        {
            throw line.Error($"'{string.Join(' ', line.Words.Skip(at))}' is not supported after 'crypto ikev2 fragmentation'; 'mtu OCTETS' or nothing is");
        }

        int mtu = IosValues.Number(line, at + 1, "a datagram's length in octets", 68, 1500);
        configuration.Fragmentation = new IkeFragmentation { IPv4DatagramSize = mtu, IPv6DatagramSize = mtu };
        if (mtu < RoomForAFragment)
        {
            configuration.NoteList.Add($"{line.File}:{line.Number}: a fragment holds 128 octets at least, so that datagrams may be longer than {mtu} octets");
        }
    }

    /// <summary>Each keyword of a line such as <c>encryption aes-cbc-256 aes-cbc-128</c>.</summary>
    private static void Keywords(IosLine line, int at, string kind, Func<string, bool> known, IEnumerable<string> all, Action<string> add)
    {
        line.Word(at, $"an {kind}");
        foreach (string word in line.Words.Skip(at))
        {
            string keyword = word.ToLowerInvariant();
            if (!known(keyword))
            {
                throw line.Error($"the {kind} '{word}' is not supported; supported are: {string.Join(", ", all)}");
            }

            add(keyword);
        }
    }

    private static void Dns(AuthorizationPolicy policy, IosLine line, int at)
    {
        line.Word(at, "the address of a DNS server");
        for (int i = at; i < line.Words.Count; i++)
        {
            policy.AddDns(IosValues.Address(line, i, "the address of a DNS server"));
        }
    }

    private static void MatchIdentity(Ikev2Profile profile, IosLine line, int at)
    {
        string kind = line.Word(at, "any, key-id, fqdn, email or address").ToLowerInvariant();
        switch (kind)
        {
            case "any":
                profile.AddMatch(new IdentityMatch(kind, string.Empty));
                break;
            case "key-id":
                profile.AddMatch(new IdentityMatch(kind, line.Word(at + 1, "the key id")));
                break;
            case "address":
                profile.AddMatch(new IdentityMatch(kind, IosValues.Address(line, at + 1, "an address").ToString()));
                break;
            case "fqdn" or "email":
                bool domain = line.Word(at + 1, "a name").Equals("domain", StringComparison.OrdinalIgnoreCase);
                profile.AddMatch(new IdentityMatch(domain ? kind + " domain" : kind, line.Word(domain ? at + 2 : at + 1, "a name")));
                break;
            default:
                throw line.Error($"'match identity remote {kind}' is not supported; any, key-id, fqdn, email and address are");
        }
    }

    private static void RemoteEap(Ikev2Profile profile, IosLine line, int at)
    {
        profile.RemoteEap = true;
        for (int i = at; i < line.Words.Count; i++)
        {
            if (!line.Words[i].Equals("query-identity", StringComparison.OrdinalIgnoreCase))
            {
                throw line.Error($"'{line.Words[i]}' is not supported after 'authentication remote eap'; query-identity is");
            }

            profile.QueryIdentity = true;
        }
    }

    private static void Dpd(Ikev2Profile profile, IosLine line, int at)
    {
        profile.DpdInterval = TimeSpan.FromSeconds(IosValues.Number(line, at, "an interval in seconds", 10, 3600));
        profile.DpdRetry = TimeSpan.FromSeconds(IosValues.Number(line, at + 1, "a retry interval in seconds", 2, 60));
        profile.DpdOnDemand = line.Word(at + 2, "on-demand or periodic").ToLowerInvariant() switch
        {
            "on-demand" => true,
            "periodic" => false,
            string other => throw line.Error($"'{other}' is neither on-demand nor periodic"),
        };
    }

    private static void GroupAuthorization(Ikev2Profile profile, IosLine line, int at)
    {
        profile.GroupList = (line.Word(at, "the name of an authorization list"), line);
        profile.GroupPolicy = (line.Word(at + 1, "the name of an ikev2 authorization policy"), line);
    }
}
