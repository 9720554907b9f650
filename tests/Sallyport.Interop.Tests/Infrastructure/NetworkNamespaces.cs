using System.Globalization;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>Network namespaces of one test with the links between them. They are made for the test and removed with it.</summary>
internal sealed class NetworkNamespaces : IAsyncDisposable
{
    private static int _count;
    private readonly List<string> _names = [];
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"sp{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-");

    /// <summary>Makes namespaces with IPv4 only.</summary>
    public static async Task<NetworkNamespaces> CreateAsync(params string[] names)
    {
        Peer.RequireRoot();
        Peer.RequirePrograms("ip");
        NetworkNamespaces namespaces = new();
        try
        {
            foreach (string name in names)
            {
                await Tool.MustAsync("ip", "netns", "add", namespaces[name]);
                namespaces._names.Add(name);
                await namespaces.IpAsync(name, "link", "set", "lo", "up");
                await namespaces.SetAsync(name, "ipv4/conf/all/rp_filter", "0");
                await namespaces.SetAsync(name, "ipv4/conf/default/rp_filter", "0");
                await namespaces.SetAsync(name, "ipv6/conf/all/disable_ipv6", "1");
                await namespaces.SetAsync(name, "ipv6/conf/default/disable_ipv6", "1");
            }

            return namespaces;
        }
        catch
        {
            await namespaces.DisposeAsync();
            throw;
        }
    }

    /// <summary>The system's name of a namespace.</summary>
    public string this[string name] => _prefix + name;

    /// <summary>What to put in front of a command so that it runs in a namespace.</summary>
    public string[] In(string name, params string[] command) => ["ip", "netns", "exec", this[name], .. command];

    /// <summary>Joins two namespaces by a cable.</summary>
    public async Task LinkAsync(string first, string firstDevice, string firstAddress, string second, string secondDevice, string secondAddress)
    {
        await Tool.MustAsync("ip", "link", "add", firstDevice, "netns", this[first], "type", "veth", "peer", "name", secondDevice, "netns", this[second]);
        await IpAsync(first, "addr", "add", firstAddress, "dev", firstDevice);
        await IpAsync(second, "addr", "add", secondAddress, "dev", secondDevice);
        await IpAsync(first, "link", "set", firstDevice, "up");
        await IpAsync(second, "link", "set", secondDevice, "up");
    }

    /// <summary>Runs <c>ip</c> in a namespace.</summary>
    public Task IpAsync(string name, params string[] arguments) => Tool.MustAsync(["ip", "-n", this[name], .. arguments]);

    /// <summary>Lets a namespace route between its links.</summary>
    public Task ForwardAsync(string name) => SetAsync(name, "ipv4/ip_forward", "1");

    /// <summary>Sets a value under <c>/proc/sys/net</c>.</summary>
    public Task SetAsync(string name, string key, string value) => Tool.MustAsync(In(name, "sh", "-c", $"echo {value} > /proc/sys/net/{key}"));

    /// <summary>Has a namespace neither take, pass nor send UDP over IPv4 that is longer, in octets with its headers, as networks do that drop IP fragments.</summary>
    public async Task DropLongAsync(string name, int octets)
    {
        Peer.RequirePrograms("nft");
        await Tool.MustAsync(In(name, "nft", "add table ip long"));
        foreach (string hook in (string[])["input", "forward", "output"])
        {
            await Tool.MustAsync(In(name, "nft", $"add chain ip long {hook} {{ type filter hook {hook} priority 0; }}"));
            await Tool.MustAsync(In(name, "nft", string.Create(CultureInfo.InvariantCulture, $"add rule ip long {hook} ip protocol udp meta length > {octets} drop")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string name in _names)
        {
            await Tool.RunAsync(["ip", "netns", "del", this[name]]);
        }
    }
}
