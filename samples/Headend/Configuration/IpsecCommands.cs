namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The commands that say how traffic is protected, and by which interface it comes.</summary>
internal static class IpsecCommands
{
    private static readonly IosCommands<IpsecProfile> ProfileCommands = new IosCommands<IpsecProfile>("crypto ipsec profile")
        .On("set transform-set", (p, line, at) => p.SetTransformSets(line, at))
        .On("set ikev2-profile", (p, line, at) => p.Ikev2Profile = (line.Word(at, "the name of an ikev2 profile"), line))
        .On("set security-association lifetime", (p, line, at) => Lifetime(p.Lifetime, line, at))
        .On("set pfs", (p, line, at) => p.Pfs = TransformWords.Group(line, at))
        .Accept("set security-association", "set reverse-route", "responder-only");

    private static readonly IosCommands<InterfaceSettings> TunnelCommands = new IosCommands<InterfaceSettings>("interface Virtual-Template")
        .On("ip unnumbered", (i, line, at) => i.Unnumbered = (line.Word(at, "the name of an interface"), line))
        .On("tunnel protection ipsec profile", (i, line, at) => i.Protection = (line.Word(at, "the name of an ipsec profile"), line))
        .On("tunnel mode", TunnelMode)
        .Accept("ip mtu", "ip tcp", "ip nat", "tunnel source", "tunnel path-mtu-discovery", "ipv6", "ip redirects", "ip access-group", "zone-member");

    public static void TransformSet(RouterConfiguration configuration, IosLine line, int at)
    {
        string name = line.Word(at, "the transform set's name");
        foreach (IosLine child in line.Children)
        {
            if (!child.StartsWith("mode", "tunnel"))
            {
                throw child.Error($"'{child.Text}' is not supported; 'mode tunnel' is");
            }
        }

        configuration.TransformSets[name] = TransformWords.Read(line, at + 1);
    }

    /// <summary><c>security-association lifetime</c>, for all profiles or in one.</summary>
    public static void Lifetime(SaLifetime lifetime, IosLine line, int at)
    {
        string unit = line.Word(at, "'seconds' or 'kilobytes'");
        if (unit.Equals("seconds", StringComparison.OrdinalIgnoreCase))
        {
            lifetime.Time = TimeSpan.FromSeconds(IosValues.Number(line, at + 1, "a lifetime in seconds", 120, 2_592_000));
        }
        else if (!unit.Equals("kilobytes", StringComparison.OrdinalIgnoreCase))
        {
            throw line.Error($"'{unit}' is no unit of a lifetime; 'seconds' or 'kilobytes' should stand here");
        }
        else if (line.Word(at + 1, "a number of kilobytes, or 'disable'").Equals("disable", StringComparison.OrdinalIgnoreCase))
        {
            lifetime.Kilobytes = 0;
        }
        else
        {
            lifetime.Kilobytes = (uint)IosValues.Number(line, at + 1, "a volume in kilobytes", 2560, uint.MaxValue);
        }
    }

    public static void Profile(RouterConfiguration configuration, IosLine line, int at)
    {
        IpsecProfile profile = new(line);
        ProfileCommands.Apply(profile, line, configuration.NoteList);
        configuration.IpsecProfiles[line.Word(at, "the profile's name")] = profile;
    }

    public static void Interface(RouterConfiguration configuration, IosLine line, int at)
    {
        InterfaceSettings settings = new(line, line.Word(at, "the interface's name"));
        if (settings.Name.StartsWith("Virtual-Template", StringComparison.OrdinalIgnoreCase))
        {
            TunnelCommands.Apply(settings, line, configuration.NoteList);
        }
        else
        {
            // Of other interfaces only the address matters here: it is the router's outer address.
            IosLine? address = line.Children.FirstOrDefault(c => c.StartsWith("ip", "address") && !c.StartsWith("ip", "address", "dhcp"));
            settings.Address = address is null ? null : IosValues.Address(address, 2, "the interface's address");
        }

        configuration.Interfaces[settings.Name] = settings;
    }

    private static void TunnelMode(InterfaceSettings settings, IosLine line, int at)
    {
        if (!line.StartsWith("tunnel", "mode", "ipsec", "ipv4"))
        {
            throw line.Error($"'{line.Text}' is not supported; 'tunnel mode ipsec ipv4' is");
        }
    }
}
