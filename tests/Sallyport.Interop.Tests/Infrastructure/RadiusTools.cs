using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>The clients <c>eapol_test</c> and <c>radclient</c>, as independent network access servers.</summary>
internal static class RadiusTools
{
    /// <summary>Runs a command, feeds it, and returns its exit code with all it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string file, IEnumerable<string> arguments, string input = "")
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Logs in by EAP.</summary>
    /// <param name="server">The RADIUS server.</param>
    /// <param name="secret">The shared secret.</param>
    /// <param name="method">MD5, GTC or MSCHAPV2.</param>
    /// <param name="user">The identity.</param>
    /// <param name="password">The password.</param>
    /// <param name="timeout">Seconds after which the client gives up.</param>
    public static async Task<(int ExitCode, string Output)> EapolTestAsync(IPEndPoint server, string secret, string method, string user, string password, int timeout = 20)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""
                network={
                	ssid="test"
                	key_mgmt=WPA-EAP
                	eapol_flags=0
                	eap={{method}}
                	identity="{{user}}"
                	password="{{password}}"
                }

                """);
            List<string> arguments = ["-c", file, "-a", server.Address.ToString(), "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-s", secret, "-t", timeout.ToString(CultureInfo.InvariantCulture)];
            if (method != "MSCHAPV2")
            {
                arguments.Add("-n"); // These methods have no key to compare.
            }

            return await RunAsync("eapol_test", arguments);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Sends one Access-Request and returns what <c>radclient</c> shows of the exchange.</summary>
    /// <param name="server">The RADIUS server.</param>
    /// <param name="secret">The shared secret.</param>
    /// <param name="attributes">The attributes, one a line; Message-Authenticator is added.</param>
    /// <param name="timeout">Seconds to wait for an answer.</param>
    /// <param name="retries">How often the request is sent.</param>
    public static async Task<string> RadclientAsync(IPEndPoint server, string secret, string attributes, int timeout = 20, int retries = 1) =>
        (await RunAsync("radclient", ["-x", "-t", timeout.ToString(CultureInfo.InvariantCulture), "-r", retries.ToString(CultureInfo.InvariantCulture), server.ToString(), "auth", secret], $"{attributes}\nMessage-Authenticator = 0x00\n")).Output;
}
