using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>
/// What the headend does, joined from a router's configuration: starting at the virtual template whose tunnel is protected by IPsec, every
/// name is followed to its definition, and a name that leads nowhere is an error at the line that uses it.
/// </summary>
public sealed class HeadendPlan
{
    private HeadendPlan(RouterConfiguration configuration) => Configuration = configuration;

    /// <summary>Where it comes from.</summary>
    public RouterConfiguration Configuration { get; }

    /// <summary>The router's outer address.</summary>
    public required IPAddress OuterAddress { get; init; }

    /// <summary>The virtual template's number.</summary>
    public required int VirtualTemplate { get; init; }

    /// <summary>Who may come, and how both sides prove who they are.</summary>
    public required Ikev2Profile Profile { get; init; }

    /// <summary>The router's own certificate.</summary>
    public required Trustpoint Trustpoint { get; init; }

    /// <summary>What is asked of IKE, in order of preference.</summary>
    public required IReadOnlyList<Ikev2Proposal> Proposals { get; init; }

    /// <summary>What is asked of ESP, in order of preference.</summary>
    public required IReadOnlyList<EspOffer> EspOffers { get; init; }

    /// <summary>How long the keys of ESP are used: an hour and 4,608,000 KB unless configured, as on the router.</summary>
    public required IkeChildLifetime ChildLifetime { get; init; }

    /// <summary>Who is asked about a login, in order.</summary>
    public required IReadOnlyList<RadiusServerSettings> RadiusServers { get; init; }

    /// <summary>What a client is given.</summary>
    public required AuthorizationPolicy Policy { get; init; }

    /// <summary>Where a client's address comes from.</summary>
    public required LocalPool Pool { get; init; }

    /// <summary>The networks behind the router that a client is told of; empty: everything.</summary>
    public required IReadOnlyList<IPNetwork> Routes { get; init; }

    /// <summary>Joins a configuration.</summary>
    /// <exception cref="Common.ConfigurationException">A definition is missing or unusable.</exception>
    public static HeadendPlan Resolve(RouterConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        InterfaceSettings template = configuration.Interfaces.Values.FirstOrDefault(i => i.Protection is not null)
            ?? throw Missing(configuration, "no 'interface Virtual-Template…' with 'tunnel protection ipsec profile NAME'; without it no client can connect");
        IpsecProfile ipsec = Follow(template.Protection!.Value, configuration.IpsecProfiles, "crypto ipsec profile");
        Ikev2Profile profile = Follow(
            ipsec.Ikev2Profile ?? throw ipsec.Line.Error("'set ikev2-profile NAME' is missing"), configuration.Ikev2Profiles, "crypto ikev2 profile");
        CheckProfile(profile, template);
        AuthorizationPolicy policy = Follow(
            profile.GroupPolicy ?? throw profile.Line.Error("'aaa authorization group eap list LIST POLICY' is missing"),
            configuration.AuthorizationPolicies,
            "crypto ikev2 authorization policy");
        if (!configuration.LocalNetworkLists.Contains(profile.GroupList!.Value.Name))
        {
            throw profile.GroupList.Value.Line.Error($"no 'aaa authorization network {profile.GroupList.Value.Name} local'");
        }

        return new HeadendPlan(configuration)
        {
            OuterAddress = OuterAddressOf(configuration, template),
            VirtualTemplate = profile.VirtualTemplate!.Value,
            Profile = profile,
            Trustpoint = Follow(
                profile.Trustpoint ?? throw profile.Line.Error("'pki trustpoint NAME' is missing: a gateway for EAP shows a certificate (RFC 7296 §2.16)"),
                configuration.Trustpoints,
                "crypto pki trustpoint"),
            Proposals = ProposalsOf(configuration, profile),
            EspOffers = EspOffersOf(configuration, ipsec),
            ChildLifetime = LifetimeOf(configuration, ipsec),
            RadiusServers = RadiusServersOf(configuration, profile),
            Policy = policy,
            Pool = Follow(policy.Pool ?? throw policy.Line.Error("'pool NAME' is missing"), configuration.Pools, "ip local pool"),
            Routes = policy.RouteSet is { } routes ? [.. Follow(routes, configuration.AccessLists, "ip access-list standard").Values] : [],
        };
    }

    private static void CheckProfile(Ikev2Profile profile, InterfaceSettings template)
    {
        if (profile.Local == LocalAuthentication.None)
        {
            throw profile.Line.Error("'authentication local rsa-sig' or 'ecdsa-sig' is missing");
        }

        if (!profile.RemoteEap)
        {
            throw profile.Line.Error("'authentication remote eap' is missing; it is the only way of remote authentication supported here");
        }

        if (profile.Matches.Count == 0)
        {
            throw profile.Line.Error("'match identity remote …' is missing: no client would match");
        }

        string number = profile.VirtualTemplate?.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ?? throw profile.Line.Error("'virtual-template NUMBER' is missing");
        if (!template.Name.EndsWith(number, StringComparison.Ordinal) || !template.Name.Equals("Virtual-Template" + number, StringComparison.OrdinalIgnoreCase))
        {
            throw profile.Line.Error($"'virtual-template {number}' does not name the protected interface {template.Name}");
        }
    }

    private static IPAddress OuterAddressOf(RouterConfiguration configuration, InterfaceSettings template)
    {
        InterfaceSettings outer = Follow(
            template.Unnumbered ?? throw template.Line.Error("'ip unnumbered INTERFACE' is missing: it tells the router's outer address"),
            configuration.Interfaces,
            "interface");
        return outer.Address ?? throw outer.Line.Error("'ip address ADDRESS MASK' is missing");
    }

    private static List<Ikev2Proposal> ProposalsOf(RouterConfiguration configuration, Ikev2Profile profile)
    {
        List<Ikev2Proposal> proposals = [.. configuration.Policies.SelectMany(p => p.Proposals).Select(p => Follow(p, configuration.Proposals, "crypto ikev2 proposal"))];
        if (proposals.Count == 0)
        {
            throw profile.Line.Error("no 'crypto ikev2 policy' with a 'proposal': nothing could be negotiated");
        }

        foreach (Ikev2Proposal proposal in proposals)
        {
            bool aead = proposal.Encryption.Any(e => e.StartsWith("aes-gcm", StringComparison.Ordinal));
            bool cbc = proposal.Encryption.Any(e => e.StartsWith("aes-cbc", StringComparison.Ordinal));
            string? problem = (proposal.Encryption.Count, proposal.Groups.Count, aead, cbc) switch
            {
                (0, _, _, _) => "'encryption' is missing",
                (_, 0, _, _) => "'group' is missing",
                (_, _, true, true) => "AES-CBC and AES-GCM cannot stand in one proposal (RFC 7296 §3.3); write two",
                (_, _, false, true) when proposal.Integrity.Count == 0 => "'integrity' is missing",
                (_, _, true, _) when proposal.Prf.Count == 0 => "'prf' is missing: AES-GCM brings no integrity algorithm to take it from",
                (_, _, true, _) when proposal.Integrity.Count > 0 => "'integrity' does not go with AES-GCM (RFC 5282 §8); name the 'prf' alone",
                _ => null,
            };
            if (problem is not null)
            {
                throw proposal.Line.Error(problem);
            }
        }

        return proposals;
    }

    private static List<EspOffer> EspOffersOf(RouterConfiguration configuration, IpsecProfile profile)
    {
        if (profile.TransformSets.Count == 0)
        {
            throw profile.Line.Error("'set transform-set NAME' is missing");
        }

        IReadOnlyList<KeyExchangeMethod> groups = profile.Pfs == KeyExchangeMethod.None ? [] : [profile.Pfs];
        return
        [
            .. profile.TransformSets
                .Select(s => Follow(s, configuration.TransformSets, "crypto ipsec transform-set"))
                .Select(t => new EspOffer(t.Cipher, t.Integrity) { KeyExchange = groups }),
        ];
    }

    private static IkeChildLifetime LifetimeOf(RouterConfiguration configuration, IpsecProfile profile)
    {
        const uint Kilobytes = 4_608_000;
        return new IkeChildLifetime(
            profile.Lifetime.Time ?? configuration.SaLifetime.Time ?? TimeSpan.FromHours(1),
            IkeChildLifetime.Default.Packets,
            1024L * (profile.Lifetime.Kilobytes ?? configuration.SaLifetime.Kilobytes ?? Kilobytes));
    }

    private static List<RadiusServerSettings> RadiusServersOf(RouterConfiguration configuration, Ikev2Profile profile)
    {
        (string Name, IosLine Line) list = profile.EapList ?? throw profile.Line.Error("'aaa authentication eap LIST' is missing");
        List<(string Name, IosLine Line)> groups = Follow(list, configuration.LoginLists, "aaa authentication login");
        List<RadiusServerSettings> servers = [];
        foreach ((string Name, IosLine Line) group in groups)
        {
            IEnumerable<RadiusServerSettings> members = group.Name.Equals("radius", StringComparison.OrdinalIgnoreCase)
                ? configuration.RadiusServers.Values
                : Follow(group, configuration.RadiusGroups, "aaa group server radius").Select(s => Follow(s, configuration.RadiusServers, "radius server"));
            servers.AddRange(members);
        }

        if (servers.Count == 0)
        {
            throw list.Line.Error($"the list '{list.Name}' leads to no radius server");
        }

        foreach (RadiusServerSettings server in servers)
        {
            if (server.Authentication is null)
            {
                throw server.Line.Error("'address ipv4 ADDRESS' is missing");
            }

            if (server.Key is not { Length: > 0 })
            {
                throw server.Line.Error("'key SECRET' is missing: requests to this server could not be signed");
            }
        }

        return servers;
    }

    private static T Follow<T>((string Name, IosLine Line) reference, IReadOnlyDictionary<string, T> definitions, string command) =>
        definitions.TryGetValue(reference.Name, out T? definition)
            ? definition
            : throw reference.Line.Error(definitions.Count == 0
                ? $"no '{command} {reference.Name}'"
                : $"no '{command} {reference.Name}'; there is {string.Join(", ", definitions.Keys)}");

    private static Common.ConfigurationException Missing(RouterConfiguration configuration, string problem) => new(configuration.File, 1, problem);
}
