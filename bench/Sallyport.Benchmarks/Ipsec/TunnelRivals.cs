using System.Reflection;
using Sallyport.Benchmarks.Radius.Peers;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary>A kind of tunnel.</summary>
/// <param name="Name">What it is called in the bars.</param>
/// <param name="Limit">What part of our throughput its own may be.</param>
/// <param name="Programs">What must be installed for it.</param>
/// <param name="Start">Sets it up, and tells the address of the gateway's end.</param>
internal sealed record Tunnel(string Name, double Limit, string[] Programs, Func<TunnelLab, string> Start);

/// <summary>Our tunnel, and the others that it is measured against.</summary>
internal static class TunnelRivals
{
    private const string Charon = "/usr/lib/ipsec/charon";
    private const string Control = "swanctl";

    /// <summary>Where a wireguard-go that knows GSO and GRO is, if there is one: that of Debian 12 does not.</summary>
    private static readonly string NewerWireGuard = Environment.GetEnvironmentVariable("WIREGUARD_GO") ?? "WIREGUARD_GO=path of one of 2023 or later";

    public static Tunnel Ours { get; } = new("ours", 1, [], lab => StartOurs(lab, 1).Address);

    public static IEnumerable<Tunnel> All =>
    [
        new("naive", 1 / 5.0, [], lab => StartOurs(lab, 2, "--plain").Address),
        new("wireguard-go", 1 / 10.0, ["wireguard-go", "wg"], lab => StartWireGuard(lab, 3, "wireguard-go")),
        new("strongswan", 1 / 10.0, [Charon, Control], StartStrongSwan),
        new("wireguard-go-gso", 1 / 2.5, [NewerWireGuard, "wg"], lab => StartWireGuard(lab, 5, NewerWireGuard)),
    ];

    /// <summary>Starts a pair of ours, on addresses of its own.</summary>
    /// <param name="lab">Where.</param>
    /// <param name="number">Which pair.</param>
    /// <param name="options">Options of the verb.</param>
    /// <returns>The address of the gateway's end, and both ends.</returns>
    public static (string Address, ServerProcess Gateway, ServerProcess Client) StartOurs(TunnelLab lab, int number, params string[] options)
    {
        string inner = $"10.{70 + number}.0.1";
        string certificate = Path.Combine(lab.Folder, $"gateway{number}.pem");
        lab.Ip("gateway", "addr", "add", $"10.66.{number}.1/24", "dev", "cable");
        lab.Ip("client", "addr", "add", $"10.66.{number}.2/24", "dev", "cable");
        ServerProcess gateway = lab.StartVerb("gateway", ["tunnel", "--local", $"10.66.{number}.1", "--tun", $"tun{number}", "--inner", inner, "--certificate", certificate, .. options]);
        ServerProcess client = lab.StartVerb("client", ["tunnel", "--local", $"10.66.{number}.2", "--connect", $"10.66.{number}.1", "--tun", $"tun{number}", "--inner", inner, "--certificate", certificate, .. options]);
        return (inner, gateway, client);
    }

    private static string StartWireGuard(TunnelLab lab, int number, string program)
    {
        string network = $"10.{70 + number}.0";
        (string Side, string Address, int Host)[] ends = [("gateway", TunnelLab.GatewayAddress, 1), ("client", TunnelLab.ClientAddress, 2)];

        // By its name a device is asked for its state, under the same path on both sides.
        string Device(string side) => $"wg{side[0]}{number}";
        foreach ((string side, _, _) in ends)
        {
            lab.Run(side, "sh", "-c", $"umask 077; wg genkey > {lab.Folder}/{side}{number}.key; wg pubkey < {lab.Folder}/{side}{number}.key > {lab.Folder}/{side}{number}.pub");
            lab.Start(side, "env", "LOG_LEVEL=error", program, "-f", Device(side));
        }

        for (int i = 0; i < 2; i++)
        {
            (string side, _, int host) = ends[i];
            (string other, string otherAddress, int otherHost) = ends[1 - i];
            lab.WaitUntil(side, $"wg show {Device(side)}");
            lab.Run(side, "wg", "set", Device(side), "listen-port", $"{6000 + number}", "private-key", $"{lab.Folder}/{side}{number}.key",
                "peer", File.ReadAllText($"{lab.Folder}/{other}{number}.pub").Trim(), "allowed-ips", $"{network}.{otherHost}/32", "endpoint", $"{otherAddress}:{6000 + number}");
            lab.Ip(side, "addr", "add", $"{network}.{host}/24", "dev", Device(side));
            lab.Ip(side, "link", "set", Device(side), "mtu", $"{TunnelLab.Mtu}", "up");
        }

        return $"{network}.1";
    }

    // ESP in user space by kernel-libipsec, AES-256-GCM as ours, keyed by a shared secret. Its device takes packets of 1400 octets, no longer ones.
    private static string StartStrongSwan(TunnelLab lab)
    {
        (string Side, int Host, int Other)[] ends = [("gateway", 1, 2), ("client", 2, 1)];
        foreach ((string side, int host, int other) in ends)
        {
            string folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "strongswan-" + side)).FullName;
            Directory.CreateDirectory(Path.Combine(folder, "run"));
            Write("strongswan.conf", folder, host, other);
            Write("swanctl.conf", folder, host, other);
            lab.Ip(side, "addr", "add", $"10.66.4.{host}/24", "dev", "cable");
            lab.Ip(side, "addr", "add", $"10.74.0.{host}/32", "dev", "lo");
            lab.Start(side, "unshare", "-m", "--propagation", "private", "sh", "-c", $"mount --bind {folder}/run /run; STRONGSWAN_CONF={folder}/strongswan.conf exec {Charon}");
            lab.WaitUntil(side, $"{Control} --stats --uri unix://{folder}/vici");
            lab.Run(side, "env", $"STRONGSWAN_CONF={folder}/strongswan.conf", Control, "--load-all", "--noprompt", "--file", $"{folder}/swanctl.conf", "--uri", $"unix://{folder}/vici");
        }

        lab.Run("client", Control, "--initiate", "--child", "tunnel", "--timeout", "10", "--uri", $"unix://{lab.Folder}/strongswan-client/vici");
        return "10.74.0.1";
    }

    private static void Write(string name, string folder, int host, int other)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException(name);
        using StreamReader reader = new(resource);
        File.WriteAllText(Path.Combine(folder, name), reader.ReadToEnd()
            .Replace("@FOLDER@", folder, StringComparison.Ordinal)
            .Replace("@HOST@", $"{host}", StringComparison.Ordinal)
            .Replace("@OTHER@", $"{other}", StringComparison.Ordinal));
    }
}
