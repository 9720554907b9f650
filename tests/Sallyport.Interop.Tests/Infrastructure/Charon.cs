using System.Diagnostics;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>
/// A strongSwan daemon in a namespace, with ESP in user space (kernel-libipsec) so that no kernel support is needed. Nothing under /etc is
/// read or written: it has a folder of its own, mounted over /run because the daemon insists on its pid file there.
/// </summary>
internal sealed class Charon : IAsyncDisposable
{
    private const string Program = "/usr/lib/ipsec/charon";
    private const string Control = "/usr/sbin/swanctl";
    private readonly NetworkNamespaces _namespaces;
    private readonly string _namespace;
    private readonly string _folder;
    private readonly Tool _daemon;

    private Charon(NetworkNamespaces namespaces, string name, string folder, Tool daemon) =>
        (_namespaces, _namespace, _folder, _daemon) = (namespaces, name, folder, daemon);

    /// <summary>The daemon's log.</summary>
    public string Log => File.Exists(LogFile(_folder)) ? File.ReadAllText(LogFile(_folder)) : _daemon.Output;

    /// <summary>The name servers that it was given, as the resolver's file.</summary>
    public string Resolver => File.ReadAllText(Path.Combine(_folder, "resolv.conf"));

    /// <summary>Asks for strongSwan.</summary>
    public static void Require()
    {
        Peer.RequireRoot();
        Peer.RequirePrograms(Program, Control, "unshare", "mount");
        Peer.Require(File.Exists("/dev/net/tun"), "there is no /dev/net/tun");
    }

    /// <summary>Starts a daemon and loads its configuration.</summary>
    /// <param name="namespaces">The test's namespaces.</param>
    /// <param name="name">The one it runs in.</param>
    /// <param name="swanctl">swanctl.conf, in which <c>@folder@</c> stands for the daemon's folder.</param>
    /// <param name="files">Files in that folder; private keys go under <c>private/</c>.</param>
    /// <param name="plugins">The sections of further plugins in strongswan.conf.</param>
    /// <param name="logsKeys">Whether the log holds the keys of Child SAs, and tells of every ESP packet that is refused.</param>
    /// <param name="fragmentSize">The longest IP datagram that a message of IKE is sent in, where its peer takes fragments; its own default unless told otherwise.</param>
    public static async Task<Charon> StartAsync(
        NetworkNamespaces namespaces, string name, string swanctl, IReadOnlyDictionary<string, string> files, string plugins = "", bool logsKeys = false,
        int fragmentSize = 1280)
    {
        string folder = Directory.CreateTempSubdirectory("sallyport-charon-").FullName;
        foreach (string sub in (string[])["run", "private", "x509", "x509ca", "x509ocsp", "x509aa", "x509ac", "x509crl", "pubkey", "rsa", "ecdsa", "bliss", "pkcs8", "pkcs12"])
        {
            Directory.CreateDirectory(Path.Combine(folder, sub));
        }

        foreach ((string file, string text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), text);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "resolv.conf"), "");
        await File.WriteAllTextAsync(Path.Combine(folder, "swanctl.conf"), swanctl.Replace("@folder@", folder, StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder, "strongswan.conf"), DaemonConfiguration(folder, plugins, logsKeys, fragmentSize));
        string script = $"mount --bind {folder}/resolv.conf /etc/resolv.conf; mount --bind {folder}/run /run; exec {Program}";
        Tool daemon = Tool.Start(namespaces.In(name, "unshare", "-m", "--propagation", "private", "sh", "-c", script), null, Environment(folder));
        Charon charon = new(namespaces, name, folder, daemon);
        try
        {
            await charon.LoadAsync();
            return charon;
        }
        catch
        {
            await charon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs swanctl against the daemon.</summary>
    public Task<(int ExitCode, string Output)> ControlAsync(params string[] arguments) =>
        Tool.RunAsync(_namespaces.In(_namespace, [Control, .. arguments, "--uri", $"unix://{_folder}/vici"]), null, Environment(_folder));

    /// <summary>Waits until a text is in the log behind a place in it.</summary>
    public async Task WaitForLogAsync(string text, int from, TimeSpan patience)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (Log.IndexOf(text, from, StringComparison.Ordinal) < 0)
        {
            if (_daemon.HasExited || waited.Elapsed > patience)
            {
                throw new TimeoutException($"charon does not log '{text}':\n{Log}");
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LoadAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            if (File.Exists(Path.Combine(_folder, "vici")) && (await ControlAsync("--stats")).ExitCode == 0)
            {
                break;
            }

            if (attempt == 100 || _daemon.HasExited)
            {
                throw new InvalidOperationException($"charon does not start:\n{_daemon.Output}\n{Log}");
            }

            await Task.Delay(100);
        }

        (int code, string output) = await ControlAsync("--load-all", "--noprompt", "--file", Path.Combine(_folder, "swanctl.conf"));
        if (code != 0)
        {
            throw new InvalidOperationException($"swanctl does not load the configuration:\n{output}\n{Log}");
        }
    }

    private static Dictionary<string, string> Environment(string folder) => new() { ["STRONGSWAN_CONF"] = Path.Combine(folder, "strongswan.conf") };

    private static string LogFile(string folder) => Path.Combine(folder, "charon.log");

    private static string DaemonConfiguration(string folder, string plugins, bool logsKeys, int fragmentSize) => $$"""
        charon {
          load = random nonce openssl aes sha1 sha2 md5 hmac kdf gcm pem pkcs1 pkcs8 x509 pubkey constraints kernel-libipsec kernel-netlink socket-default vici updown eap-identity eap-md5 eap-mschapv2 eap-gtc eap-radius attr resolve
          install_routes = yes
          fragment_size = {{fragmentSize.ToString(System.Globalization.CultureInfo.InvariantCulture)}}
          filelog {
            main {
              path = {{LogFile(folder)}}
              flush_line = yes
              default = 1
              ike = 2
              cfg = 2
              chd = {{(logsKeys ? 4 : 1)}}
              esp = 1
            }
          }
          plugins {
            vici {
              socket = unix://{{folder}}/vici
            }
            openssl {
              load_legacy = yes
            }
            {{plugins}}
          }
        }

        """;
}
