using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Interop.Tests.DuoCloud;

/// <summary>login_duo with a configuration of its own, and our simulator for it.</summary>
internal sealed class LoginDuo : IAsyncDisposable
{
    private const string Key = "DIXXXXXXXXXXXXXXXXXX";
    private const string Secret = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    private readonly IHost _cloud;
    private readonly string _folder;
    private readonly string _configuration;

    private LoginDuo(IHost cloud, string folder, string configuration)
    {
        _cloud = cloud;
        _folder = folder;
        _configuration = configuration;
    }

    public DuoCloudService Cloud => _cloud.Services.GetRequiredService<DuoCloudService>();

    public static async Task<LoginDuo> StartAsync(bool legacy = true, string secret = Secret, bool trusted = true)
    {
        Peer.Require(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "root is needed to give login_duo's configuration to its user");
        Peer.RequirePrograms("login_duo", "script", "chown");

        string folder = Directory.CreateTempSubdirectory("login-duo-").FullName;
        string authority = Path.Combine(folder, "ca.pem");
        IHost cloud = DuoCloudHost.Build(
            new DuoCloudOptions
            {
                Configuration = DuoCloudConfiguration.Read(JsonSection.Parse(
                    $$"""
                    {
                      "applications": [{ "name": "SSH", "type": "unix", "ikey": "{{Key}}", "skey": "{{Secret}}" }],
                      "policy": { "push": "approve", "timeoutSeconds": 1 },
                      "users": [
                        { "name": "alice", "delaySeconds": 0.2, "passcodes": ["123456"] },
                        { "name": "bob", "push": "deny" },
                        { "name": "carol", "push": "timeout" },
                        { "name": "dora", "status": "bypass" },
                        { "name": "emil", "status": "disabled" }
                      ]
                    }
                    """,
                    "duocloud.json")),
                Urls = "https://localhost:0",
                AuthorityFile = authority,
                LegacyBson = legacy,
            },
            l => l.ClearProviders());
        await cloud.StartAsync();

        // login_duo drops to the user sshd before it reads its configuration, and insists on being its only reader.
        string configuration = Path.Combine(folder, "login_duo.conf");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            [duo]
            ikey = {Key}
            skey = {secret}
            host = localhost:{DuoCloudHost.Urls(cloud)[0].Port}
            failmode = secure
            pushinfo = yes
            accept_env_factor = yes
            {(trusted ? $"cafile = {authority}" : "")}

            """);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
            File.SetUnixFileMode(configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await Tool.MustAsync("chown", "sshd", configuration);
        return new LoginDuo(cloud, folder, configuration);
    }

    /// <summary>Logs in without a terminal: one call that waits for the answer.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string user, string? passcode = null) => Tool.RunAsync(
        [.. Command(user), "/bin/echo", "the shell runs"],
        environment: passcode is null ? null : new Dictionary<string, string> { ["DUO_PASSCODE"] = passcode });

    /// <summary>Logs in at a terminal: a prompt, and polls until the answer is there.</summary>
    public Task<(int ExitCode, string Output)> TypeAsync(string user, string typed) =>
        Tool.RunAsync(["script", "-qec", string.Join(' ', [.. Command(user), "/bin/true"]), "/dev/null"], input: typed + "\n");

    public async ValueTask DisposeAsync()
    {
        await _cloud.StopAsync();
        _cloud.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string[] Command(string user) => ["login_duo", "-d", "-c", _configuration, "-f", user, "-h", "198.51.100.7"];
}
