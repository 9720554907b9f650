using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>
/// The scenario's network with its own addresses: client — router — headend, and behind the headend the host in both split networks and the
/// machine of the two-factor proxy, the primary RADIUS server and Duo's simulator. Nothing but the tunnel leads from the client to the hosts.
/// </summary>
internal static class HeadendNetwork
{
    public const string Gateway = "10.106.54.143";
    public const string Proxy = "10.197.243.97";
    public const string Primary = "10.197.243.116";
    public const string Duo = "10.197.243.200";
    public const string Client = "10.99.1.2";
    public const string OtherClient = "10.99.1.3";
    public const string FirstHost = "192.168.11.10";
    public const string SecondHost = "192.168.12.10";

    /// <summary>Lays the cables.</summary>
    public static async Task<NetworkNamespaces> CreateAsync()
    {
        NetworkNamespaces network = await NetworkNamespaces.CreateAsync("cli", "nat", "gw", "lan", "aaa");
        try
        {
            await network.LinkAsync("cli", "eth0", $"{Client}/24", "nat", "in0", "10.99.1.1/24");
            await network.LinkAsync("nat", "out0", "10.106.54.1/24", "gw", "eth0", $"{Gateway}/24");
            await network.LinkAsync("gw", "lan0", "192.168.11.1/24", "lan", "eth0", $"{FirstHost}/24");
            await network.LinkAsync("gw", "aaa0", "10.197.243.1/24", "aaa", "eth0", $"{Proxy}/24");
            await network.IpAsync("gw", "addr", "add", "192.168.12.1/24", "dev", "lan0");
            await network.IpAsync("lan", "addr", "add", $"{SecondHost}/24", "dev", "eth0");
            await network.IpAsync("aaa", "addr", "add", $"{Primary}/24", "dev", "eth0");
            await network.IpAsync("aaa", "addr", "add", $"{Duo}/24", "dev", "eth0");
            await network.IpAsync("cli", "route", "add", "default", "via", "10.99.1.1");
            await network.IpAsync("gw", "route", "add", "10.99.1.0/24", "via", "10.106.54.1");
            await network.IpAsync("lan", "route", "add", "default", "via", "192.168.11.1");
            await network.IpAsync("aaa", "route", "add", "default", "via", "10.197.243.1");

            // RADIUS servers know the headend by its outer address.
            await network.IpAsync("gw", "route", "replace", "10.197.243.0/24", "dev", "aaa0", "src", Gateway);
            await network.ForwardAsync("nat");
            await network.ForwardAsync("gw");
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the client another address in place of the one that it has, as a network does that it comes into.</summary>
    public static async Task RoamAsync(NetworkNamespaces network, string from, string to)
    {
        await network.IpAsync("cli", "addr", "del", $"{from}/24", "dev", "eth0");
        await network.IpAsync("cli", "addr", "add", $"{to}/24", "dev", "eth0");
        await network.IpAsync("cli", "route", "replace", "default", "via", "10.99.1.1");
    }

    /// <summary>Makes the router translate addresses and ports, until told otherwise.</summary>
    public static async Task<IAsyncDisposable> TranslateAsync(NetworkNamespaces network)
    {
        await Tool.MustAsync(network.In(
            "nat", "nft", "add table ip t; add chain ip t post { type nat hook postrouting priority 100; }; add rule ip t post oifname out0 masquerade random"));
        return new Translation(network);
    }

    private sealed class Translation(NetworkNamespaces network) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Tool.MustAsync(network.In("nat", "nft", "delete table ip t"));
    }
}
