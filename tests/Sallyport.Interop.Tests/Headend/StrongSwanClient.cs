using System.Globalization;
using System.Text.RegularExpressions;
using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Headend;

/// <summary>What a strongSwan client is told; each line of <c>swanctl.conf</c> that a test varies.</summary>
internal sealed record StrongSwanSettings
{
    public string Eap { get; init; } = "md5";

    public string User { get; init; } = "alice";

    public string Password { get; init; } = "alice-pw";

    /// <summary>IDi; the user's name where none is given.</summary>
    public string? Identity { get; init; }

    public string Ike { get; init; } = "aes256-sha384-ecp256";

    public string Esp { get; init; } = "aes256gcm16";

    public string Gateway { get; init; } = HeadendLab.Name;

    /// <summary>Whether the client claims to be behind a NAT.</summary>
    public bool Encapsulate { get; init; } = true;

    /// <summary>Dead peer detection's interval in seconds; 0 for none.</summary>
    public int Dpd { get; init; }

    /// <summary>Whether the daemon logs the keys of Child SAs, and every ESP packet that it refuses.</summary>
    public bool LogsKeys { get; init; }

    /// <summary>Whether it offers to take messages in fragments: yes, accept, force or no.</summary>
    public string Fragmentation { get; init; } = "yes";

    /// <summary>The longest datagram that it sends a message in, where the gateway takes fragments.</summary>
    public int FragmentSize { get; init; } = 1280;

    /// <summary>How many connections with different identities there are: c1, c2 ….</summary>
    public int Connections { get; init; } = 1;
}

/// <summary>strongSwan in the client's namespace.</summary>
internal sealed partial class StrongSwanClient : IAsyncDisposable
{
    private readonly HeadendLab _lab;

    private StrongSwanClient(HeadendLab lab, Charon charon) => (_lab, Charon) = (lab, charon);

    public Charon Charon { get; }

    public string Log => Charon.Log;

    public static async Task<StrongSwanClient> StartAsync(HeadendLab lab, StrongSwanSettings settings) =>
        new(lab, await Charon.StartAsync(
            lab.Network, "cli", Configuration(settings), new Dictionary<string, string> { ["ca.pem"] = lab.Authority }, logsKeys: settings.LogsKeys, fragmentSize: settings.FragmentSize));

    /// <summary>Starts a client and logs in.</summary>
    public static async Task<StrongSwanClient> ConnectAsync(HeadendLab lab, StrongSwanSettings settings)
    {
        StrongSwanClient client = await StartAsync(lab, settings);
        if (await client.LogInAsync())
        {
            return client;
        }

        string log = client.Log;
        await client.DisposeAsync();
        throw new InvalidOperationException($"the login failed\n{log}\n{lab.Headend.Output}");
    }

    /// <summary>Logs in.</summary>
    public async Task<bool> LogInAsync(int connection = 1) =>
        (await Charon.ControlAsync("--initiate", "--child", Child(connection), "--timeout", "20")).ExitCode == 0;

    /// <summary>Disconnects.</summary>
    public async Task LogOutAsync(int connection = 1)
    {
        (int code, string output) = await Charon.ControlAsync("--terminate", "--ike", Connection(connection), "--timeout", "5");
        Assert.True(code == 0, $"{output}\n{Log}");
    }

    /// <summary>The SAs, as strongSwan lists them.</summary>
    public async Task<string> ListAsync() => (await Charon.ControlAsync("--list-sas")).Output;

    /// <summary>The virtual address.</summary>
    public async Task<string> AddressAsync()
    {
        string list = await ListAsync();
        Match match = VirtualAddress().Match(list);
        return match.Success ? match.Groups[1].Value : throw new InvalidOperationException($"no virtual address in\n{list}\n{Log}");
    }

    /// <summary>The SPI and key of each direction of the newest Child SA: ours to it, then its to us. The log must hold keys.</summary>
    public ((uint Spi, byte[] Key) In, (uint Spi, byte[] Key) Out) Keys()
    {
        Match spis = ChildSpis().Matches(Log)[^1];
        return ((Spi(spis.Groups[1]), Key("responder")), (Spi(spis.Groups[2]), Key("initiator")));
    }

    /// <summary>The routes that lead into the tunnel.</summary>
    public Task<string> RoutesAsync() => Tool.MustAsync("ip", "-n", _lab.Network["cli"], "route", "show", "table", "220");

    /// <summary>Whether a host answers pings, by the client's own routes.</summary>
    public async Task<bool> PingAsync(string host) =>
        (await Tool.RunAsync(_lab.Network.In("cli", "ping", "-c", "2", "-i", "0.2", "-W", "2", host))).ExitCode == 0;

    /// <summary>Pings a host many times, a hundred a second, and gives what ping says of it.</summary>
    public Task<(int ExitCode, string Output)> PingsAsync(string host, int count, int size = 56) => Tool.RunAsync(_lab.Network.In(
        "cli", "ping", "-q", "-c", count.ToString(CultureInfo.InvariantCulture), "-s", size.ToString(CultureInfo.InvariantCulture), "-i", "0.01", "-W", "2", host));

    /// <summary>Waits for the list of SAs to be as wanted.</summary>
    public async Task WaitForListAsync(Func<string, bool> wanted)
    {
        for (int i = 0; i < 100; i++)
        {
            if (wanted(await ListAsync()))
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"{await ListAsync()}\n{Log}\n{_lab.Headend.Output}");
    }

    /// <summary>Pings both split networks, or fails with what everybody says.</summary>
    public async Task MustReachBothNetworksAsync()
    {
        foreach (string host in (string[])[HeadendNetwork.FirstHost, HeadendNetwork.SecondHost])
        {
            Assert.True(await PingAsync(host), $"{host} does not answer\n{await ListAsync()}\n{await RoutesAsync()}\n{Log}\n{_lab.Headend.Output}");
        }
    }

    /// <summary>Waits for every SA to be gone; a Delete may be on its way.</summary>
    public Task MustHaveNoSaAsync() => MustNotListAsync("ESTABLISHED");

    /// <summary>Waits for a connection's SAs to be gone.</summary>
    public Task MustHaveNoSaAsync(int connection) => MustNotListAsync($"{Connection(connection)}: #");

    public ValueTask DisposeAsync() => Charon.DisposeAsync();

    private async Task MustNotListAsync(string what)
    {
        for (int i = 0; i < 50 && (await ListAsync()).Contains(what, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
        }

        Assert.DoesNotContain(what, await ListAsync(), StringComparison.Ordinal);
    }

    private static string Connection(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number}");

    private static string Child(int number) => string.Create(CultureInfo.InvariantCulture, $"net{number}");

    private static string Configuration(StrongSwanSettings s) => $$"""
        connections {
        {{string.Join("\n", Enumerable.Range(1, s.Connections).Select(i => Section(s, i)))}}
        }
        secrets {
          eap-1 {
            id = {{s.User}}
            secret = "{{s.Password}}"
          }
        }
        authorities {
          headend {
            cacert = @folder@/ca.pem
          }
        }
        """;

    private static string Section(StrongSwanSettings s, int number) => $$"""
          {{Connection(number)}} {
            version = 2
            remote_addrs = {{HeadendNetwork.Gateway}}
            proposals = {{s.Ike}}
            vips = 0.0.0.0
            encap = {{(s.Encapsulate ? "yes" : "no")}}
            mobike = yes
            fragmentation = {{s.Fragmentation}}
            dpd_delay = {{s.Dpd.ToString(CultureInfo.InvariantCulture)}}s
            rekey_time = 0
            local {
              auth = eap-{{s.Eap}}
              id = "{{s.Identity ?? (s.Connections == 1 ? s.User : $"{s.User}-{Connection(number)}")}}"
              eap_id = {{s.User}}
            }
            remote {
              auth = pubkey
              id = {{s.Gateway}}
            }
            children {
              {{Child(number)}} {
                remote_ts = 0.0.0.0/0
                esp_proposals = {{s.Esp}}
                rekey_time = 0
              }
            }
          }
        """;

    private static uint Spi(Group text) => uint.Parse(text.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // "encryption initiator key => 36 bytes @ 0x…", then lines of sixteen octets each.
    private byte[] Key(string side)
    {
        string[] lines = Log[Log.LastIndexOf($"encryption {side} key =>", StringComparison.Ordinal)..].Split('\n');
        return [.. lines.Skip(1).Select(l => DumpLine().Match(l)).TakeWhile(m => m.Success).SelectMany(m => Convert.FromHexString(m.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal)))];
    }

    [GeneratedRegex(@"CHILD_SA \S+ established with SPIs ([0-9a-f]+)_i ([0-9a-f]+)_o")]
    private static partial Regex ChildSpis();

    [GeneratedRegex(@"\[CHD\] +\d+: ((?:[0-9A-F]{2} )+)")]
    private static partial Regex DumpLine();

    [GeneratedRegex(@"^  local .*\[(192\.168\.13\.\d+)\]", RegexOptions.Multiline)]
    private static partial Regex VirtualAddress();
}
