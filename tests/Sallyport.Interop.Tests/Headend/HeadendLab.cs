using System.Net;
using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>The headend's real program in the scenario's network, with the scenario's configuration and FreeRADIUS at the address that it names.</summary>
internal sealed class HeadendLab : IAsyncDisposable
{
    public const string Name = "flexvpn-C8000V.cisco.com";
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Headend.dll");
    private readonly string _folder = Directory.CreateTempSubdirectory("sallyport-headend-").FullName;
    private readonly Stack<IAsyncDisposable> _parts = new();

    private HeadendLab(NetworkNamespaces network)
    {
        Network = network;
        _parts.Push(network);
    }

    public NetworkNamespaces Network { get; }

    public Tool Headend { get; private set; } = null!;

    /// <summary>The authority that clients trust.</summary>
    public string Authority => File.ReadAllText(In("pki/ca.pem"));

    private string Control => In("control");

    /// <summary>Starts it.</summary>
    /// <param name="serveLogins">Starts who answers at the RADIUS server's address; FreeRADIUS unless told otherwise.</param>
    /// <param name="edit">Changes the scenario's configuration.</param>
    public static async Task<HeadendLab> StartAsync(Func<HeadendLab, Task>? serveLogins = null, Func<string, string>? edit = null)
    {
        Charon.Require();
        Peer.RequirePrograms("freeradius", "ping", "nft");
        HeadendLab lab = new(await HeadendNetwork.CreateAsync());
        try
        {
            string router = serveLogins is null ? Configuration.Replace(" key cisco", $" key {FreeRadius.Secret}", StringComparison.Ordinal) : Configuration;
            await File.WriteAllTextAsync(lab.In("router.cfg"), edit is null ? router : edit(router));
            await (serveLogins is null ? lab.ServeRadiusAsync(HeadendNetwork.Proxy) : serveLogins(lab));
            await Tool.MustAsync("dotnet", Program, "pki", "--config", lab.In("router.cfg"), "--pki", lab.In("pki"));
            lab.Headend = await lab.ProgramAsync("gw", "Headend", "--config", lab.In("router.cfg"), "--pki", lab.In("pki"), "--tun", "--control", lab.Control);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A file of the lab's.</summary>
    public string In(string name) => Path.Combine(_folder, name);

    /// <summary>Starts one of the samples in a namespace; it ends with the lab.</summary>
    public async Task<Tool> ProgramAsync(string name, string sample, params string[] arguments)
    {
        Tool program = Tool.Start(Network.In(name, ["dotnet", Path.Combine(AppContext.BaseDirectory, sample + ".dll"), .. arguments]));
        _parts.Push(program);
        await program.WaitForAsync("ready: ", TimeSpan.FromSeconds(20));
        return program;
    }

    /// <summary>Starts FreeRADIUS.</summary>
    public async Task ServeRadiusAsync(string address) =>
        _parts.Push(await FreeRadius.StartAsync(new IPEndPoint(IPAddress.Parse(address), 1812), Network.In("aaa")));

    /// <summary>Asks the running headend, as its operator does.</summary>
    public async Task<string> ShowAsync(string command) =>
        await Tool.MustAsync(["dotnet", Program, "show", .. command.Split(' '), "--control", Control]);

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // The scenario's configuration, and a second proposal for clients with the longer key.
    private static string Configuration => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenario", "router.cfg")).ReplaceLineEndings("\n")
        .Replace(
            "crypto ikev2 policy FlexVPN_IKEv2_Policy\n",
            "crypto ikev2 proposal Longer\n encryption aes-cbc-256\n integrity sha384\n group 19\n!\ncrypto ikev2 policy FlexVPN_IKEv2_Policy\n proposal Longer\n",
            StringComparison.Ordinal);
}

/// <summary>One lab for several classes of tests, which run one after the other. It starts with the first test, so that a missing peer skips tests.</summary>
public sealed class SharedHeadend : IAsyncLifetime
{
    private Task<HeadendLab>? _lab;

    internal Task<HeadendLab> LabAsync() => _lab ??= HeadendLab.StartAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_lab is { IsCompletedSuccessfully: true })
        {
            await (await _lab).DisposeAsync();
        }
    }
}

/// <summary>Tests that share a headend.</summary>
[CollectionDefinition(Name)]
public sealed class OneHeadend : ICollectionFixture<SharedHeadend>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "strongSwan against the headend";
}
