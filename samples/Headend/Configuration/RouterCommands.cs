using System.Net;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The top-level commands that concern remote access.</summary>
internal static class RouterCommands
{
    private static readonly (string[] Keywords, Action<RouterConfiguration, IosLine, int> Apply)[] Commands =
    [
        (["hostname"], (c, line, at) => c.Hostname = line.Word(at, "the router's name")),
        (["radius", "server"], AaaCommands.RadiusServer),
        (["aaa", "group", "server", "radius"], AaaCommands.Group),
        (["aaa", "authentication", "login"], AaaCommands.Login),
        (["aaa", "authorization", "network"], AaaCommands.Network),
        (["crypto", "pki", "trustpoint"], Trustpoint),
        (["ip", "access-list", "standard"], AccessList),
        (["ip", "local", "pool"], Pool),
        (["crypto", "ikev2", "authorization", "policy"], Ikev2Commands.AuthorizationPolicy),
        (["crypto", "ikev2", "proposal"], Ikev2Commands.Proposal),
        (["crypto", "ikev2", "policy"], Ikev2Commands.Policy),
        (["crypto", "ikev2", "profile"], Ikev2Commands.Profile),
        (["crypto", "ikev2", "fragmentation"], Ikev2Commands.Fragmentation),
        (["crypto", "ipsec", "transform-set"], IpsecCommands.TransformSet),
        (["crypto", "ipsec", "profile"], IpsecCommands.Profile),
        (["crypto", "ipsec", "security-association", "lifetime"], (c, line, at) => IpsecCommands.Lifetime(c.SaLifetime, line, at)),
        (["interface"], IpsecCommands.Interface),
    ];

    private static readonly IosCommands<Trustpoint> TrustpointCommands = new IosCommands<Trustpoint>("crypto pki trustpoint")
        .On("fqdn", (t, line, at) => t.Fqdn = line.Word(at, "a DNS name"))
        .On("subject-name", (t, line, at) => t.SubjectName = string.Join(' ', line.Words.Skip(at)))
        .Accept("enrollment", "usage", "serial-number", "ip-address", "revocation-check", "rsakeypair", "eckeypair", "hash", "subject-alt-name",
            "auto-enroll", "fingerprint", "chain-validation", "match", "password", "vrf", "source", "storage", "ocsp", "crl");

    /// <summary>Applies one top-level line.</summary>
    /// <returns>Whether the line is one of ours.</returns>
    public static bool Apply(RouterConfiguration configuration, IosLine line)
    {
        foreach ((string[] keywords, Action<RouterConfiguration, IosLine, int> apply) in Commands)
        {
            if (line.StartsWith(keywords))
            {
                apply(configuration, line, keywords.Length);
                return true;
            }
        }

        return false;
    }

    private static void Trustpoint(RouterConfiguration configuration, IosLine line, int at)
    {
        string name = line.Word(at, "the trustpoint's name");
        if (name.AsSpan().ContainsAny('/', '\\', '\0') || name.StartsWith('.'))
        {
            throw line.Error($"'{name}' cannot name a trustpoint here, since its certificate is read from the file of that name");
        }

        Trustpoint trustpoint = new(line, name);
        TrustpointCommands.Apply(trustpoint, line, configuration.NoteList);
        configuration.Trustpoints[name] = trustpoint;
    }

    private static void AccessList(RouterConfiguration configuration, IosLine line, int at)
    {
        SortedList<int, IPNetwork> networks = [];
        foreach (IosLine entry in line.Children)
        {
            bool numbered = int.TryParse(entry.Words[0], out int sequence);
            int verb = numbered ? 1 : 0;
            if (entry.StartsWith("remark") || (numbered && entry.Word(1, "permit").Equals("remark", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (!entry.Word(verb, "permit").Equals("permit", StringComparison.OrdinalIgnoreCase))
            {
                throw entry.Error($"'{entry.Text}' cannot be turned into a route; 'permit NETWORK WILDCARD-MASK' should stand here");
            }

            if (!numbered)
            {
                int last = networks.Count == 0 ? 0 : networks.Keys[^1];
                if (last > int.MaxValue - 10)
                {
                    throw entry.Error("no sequence number is left after the entry before");
                }

                sequence = last + 10;
            }

            networks[sequence] = IosValues.Network(entry, verb + 1);
        }

        configuration.AccessLists[line.Word(at, "the list's name")] = networks;
    }

    private static void Pool(RouterConfiguration configuration, IosLine line, int at)
    {
        string name = line.Word(at, "the pool's name");
        IPAddress first = IosValues.Address(line, at + 1, "the pool's first address");
        IPAddress last = at + 2 < line.Words.Count ? IosValues.Address(line, at + 2, "the pool's last address") : first;
        if (IosValues.ToUInt32(last) < IosValues.ToUInt32(first))
        {
            throw line.Error($"the pool ends at {last}, before it begins at {first}");
        }

        if (!configuration.Pools.TryGetValue(name, out LocalPool? pool))
        {
            configuration.Pools[name] = pool = new LocalPool(line, name);
        }

        pool.Add(first, last);
    }
}
