using System.Collections.Frozen;
using System.Net;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>What happens after a good first factor while Duo cannot be reached.</summary>
public enum FailMode
{
    /// <summary>The login succeeds on the first factor alone.</summary>
    Safe,

    /// <summary>The login fails.</summary>
    Secure,
}

/// <summary>A factor that <c>factors</c> may name.</summary>
public enum DuoFactor
{
    /// <summary>Whatever Duo proposes first.</summary>
    Auto,

    /// <summary>A push to the first device that takes one.</summary>
    Push,

    /// <summary>A call to the first phone.</summary>
    Phone,
}

/// <summary><c>[radius_server_auto]</c>: where network access servers ask, and the Duo application their users log in to.</summary>
public sealed class RadiusServerAutoSection
{
    /// <summary>The section's name, with its number.</summary>
    public required string Name { get; init; }

    /// <summary>The line the section begins at.</summary>
    public required int Line { get; init; }

    /// <summary><c>ikey</c>, the Duo application's public name.</summary>
    public required string IntegrationKey { get; init; }

    /// <summary><c>skey</c>, the Duo application's secret.</summary>
    public required string SecretKey { get; init; }

    /// <summary><c>api_host</c>.</summary>
    public required string ApiHost { get; init; }

    /// <summary><c>api_port</c> (ours): for a service that does not listen at 443, such as a simulator.</summary>
    public int ApiPort { get; private init; }

    /// <summary><c>radius_ip_N</c> and <c>radius_secret_N</c>.</summary>
    public required IReadOnlyList<NasSettings> NetworkAccessServers { get; init; }

    /// <summary><c>client</c>: the section that checks the first factor.</summary>
    public required RadiusClientSection Client { get; init; }

    /// <summary><c>failmode</c>.</summary>
    public FailMode FailMode { get; private init; }

    /// <summary><c>port</c>; 0 (ours) takes a free one.</summary>
    public required Located<int> Port { get; init; }

    /// <summary><c>interface</c>, here or in [main]; null for all addresses.</summary>
    public Located<IPAddress>? Interface { get; private init; }

    /// <summary><c>api_timeout</c>: the longest wait for Duo in one login; zero where the file sets none.</summary>
    public TimeSpan ApiTimeout { get; private init; }

    /// <summary><c>factors</c>: tried in this order until one applies.</summary>
    public IReadOnlyList<DuoFactor> Factors { get; private init; } = [DuoFactor.Auto];

    /// <summary><c>exempt_username_N</c>: whom the first factor alone lets in. Compared without regard to case.</summary>
    public required FrozenSet<string> ExemptUserNames { get; init; }

    /// <summary><c>client_ip_attr</c>: the attribute that holds the user's own address.</summary>
    public required Located<string> ClientAddressAttribute { get; init; }

    /// <summary>What of the primary's answer reaches the NAS, of both sections.</summary>
    public required PassThrough PassThrough { get; init; }

    /// <summary><c>http_proxy_host</c> and <c>http_proxy_port</c>, here or in [main].</summary>
    public Located<DnsEndPoint>? HttpProxy { get; private init; }

    internal static RadiusServerAutoSection Read(SectionReader section, MainSection main, IReadOnlyList<RadiusClientSection> clients)
    {
        RadiusClientSection client = FindClient(section, clients);
        Located<string> host = section.Required("api_host", "api-xxxxxxxx.duosecurity.com");
        if (Uri.CheckHostName(host.Value) == UriHostNameType.Unknown)
        {
            throw host.Error("'api_host' is a host's name, such as api-xxxxxxxx.duosecurity.com, without https:// and port; another port than 443 goes into api_port");
        }

        List<NasSettings> servers = NasSettings.Read(section);
        if (servers.Count == 0)
        {
            throw section.Error(null, $"[{section.Name}] names no network access server; write radius_ip_1=192.0.2.1 and radius_secret_1=…");
        }

        PasswordCodec.Check(section);
        IniOption? port = section.Take("port");
        return new RadiusServerAutoSection
        {
            Name = section.Name,
            Line = section.Line,
            IntegrationKey = Key(section, "ikey", "DIXXXXXXXXXXXXXXXXXX").Value,
            SecretKey = Key(section, "skey", new string('x', 40)).Value,
            ApiHost = host.Value,
            ApiPort = section.Number("api_port", 443, 1, 65535),
            NetworkAccessServers = servers,
            Client = client,
            FailMode = ReadFailMode(section),
            Port = section.At(section.Number("port", 1812, 0, 65535), port?.Line),
            Interface = section.Address("interface") ?? main.Interface,
            ApiTimeout = TimeSpan.FromSeconds(section.Number("api_timeout", 0, 0, 3600)),
            Factors = ReadFactors(section),
            ExemptUserNames = section.Numbers("exempt_username").Select(n => section.Text(SectionReader.Numbered("exempt_username", n))?.Value).OfType<string>().ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            ClientAddressAttribute = section.Text("client_ip_attr") ?? section.At("Calling-Station-Id"),
            PassThrough = PassThrough.Read(section).Join(client.PassThrough),
            HttpProxy = MainSection.ReadProxy(section) ?? main.HttpProxy,
        };
    }

    private static Located<string> Key(SectionReader section, string name, string example)
    {
        Located<string> key = section.Required(name, example);
        if (key.Value.Length != example.Length)
        {
            section.Warn(key.Line, $"'{name}' has {key.Value.Length} characters; Duo's have {example.Length}");
        }

        return key;
    }

    private static RadiusClientSection FindClient(SectionReader section, IReadOnlyList<RadiusClientSection> clients)
    {
        if (section.Text("client") is not { } name)
        {
            return clients.Count == 1 ? clients[0] : throw section.Error(null, $"there are {clients.Count} client sections; say which one with 'client', such as client={clients[0].Name}");
        }

        return clients.FirstOrDefault(c => c.Name.Equals(name.Value, StringComparison.OrdinalIgnoreCase))
            ?? throw name.Error($"there is no such section; 'client' can be {string.Join(" or ", clients.Select(c => c.Name))}");
    }

    private static FailMode ReadFailMode(SectionReader section) => section.Take("failmode") is not { } option ? FailMode.Safe : option.Value.ToLowerInvariant() switch
    {
        "safe" => FailMode.Safe,
        "secure" => FailMode.Secure,
        _ => throw section.Error(option, "'failmode' is safe (let users in on the first factor while Duo cannot be reached) or secure (do not)"),
    };

    private static List<DuoFactor> ReadFactors(SectionReader section)
    {
        List<DuoFactor> factors = [];
        HashSet<string> seen = [];
        foreach (Located<string> factor in section.List("factors"))
        {
            string name = factor.Value.ToLowerInvariant();
            if (!seen.Add(name))
            {
                throw factor.Error($"'factors' names {name} twice");
            }

            if (name == "passcode")
            {
                section.Warn(factor.Line, "'factors': passcode has no effect: there is no way to type one in, since nothing is split off the password");
                continue;
            }

            factors.Add(name switch
            {
                "auto" => DuoFactor.Auto,
                "push" => DuoFactor.Push,
                "phone" => DuoFactor.Phone,
                _ => throw factor.Error("'factors' is a list of auto, push and phone, such as factors=push,phone"),
            });
        }

        return factors.Count > 0 ? factors : seen.Count == 0 ? [DuoFactor.Auto]
            : throw section.Error(section.Take("factors"), "'factors' names only passcode, which cannot be typed in here; add push, phone or auto");
    }
}
