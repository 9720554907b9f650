using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sallyport.Samples.Tests;

/// <summary>The programs as a person starts them.</summary>
public partial class ProgramTests
{
    [Theory]
    [InlineData("DuoCloud", "--config")]
    [InlineData("DuoProxy", "--config")]
    [InlineData("Headend", "--pki")]
    [InlineData("RadiusServer", "--live-log")]
    [InlineData("DecodePacket", "packet")]
    [InlineData("SendAccessRequest", "--secret")]
    [InlineData("VpnClient", "--password-stdin")]
    [InlineData("Walkthrough", "--duo-down")]
    public async Task Help_names_the_options(string program, string option)
    {
        (int code, string output, _) = await RunAsync(program, "--help");

        Assert.Equal(0, code);
        Assert.Contains(option, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DuoCloud", "--config", "--ca-out", "ca.pem")]
    [InlineData("DuoProxy", "--config")]
    [InlineData("Headend", "--config", "--pki", "pki")]
    [InlineData("RadiusServer", "--config")]
    [InlineData("VpnClient", "--profile", "--user", "sadks", "--ca", "ca.pem")]
    public async Task A_configuration_that_is_not_there_is_named_with_its_place_and_exit_code_2(string program, string option, params string[] others)
    {
        (int code, _, string error) = await RunAsync(program, [option, "missing.file", .. others]);

        Assert.True(code == 2, error);
        Assert.StartsWith("missing.file:1: ", error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_cloud_says_ready_with_the_port_it_took_and_ends_cleanly_on_SIGTERM()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        string folder = Directory.CreateTempSubdirectory("duocloud-").FullName;
        try
        {
            string config = Path.Combine(folder, "duocloud.json");
            await File.WriteAllTextAsync(config, DuoCloud.Cloud.Configuration);
            using Process process = Start("DuoCloud", "--config", config, "--urls", "https://127.0.0.1:0", "--ca-out", Path.Combine(folder, "ca.pem"));

            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Matches(@"^ready: https://127\.0\.0\.1:[1-9][0-9]*, the phone is at https://127\.0\.0\.1:[0-9]+/phone$", line);
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", await File.ReadAllTextAsync(Path.Combine(folder, "ca.pem")), StringComparison.Ordinal);

            const int Terminate = 15;
            Assert.Equal(0, Kill(process.Id, Terminate));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("DuoCloud")]
    [InlineData("RadiusServer")]
    public async Task Dotnet_run_leaves_the_person_in_the_folder_where_they_stand(string program)
    {
        ProcessStartInfo start = new("dotnet", ["msbuild", Repository.At($"samples/{program}"), "-getProperty:RunWorkingDirectory"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;

        string folder = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, process.ExitCode);
        Assert.Empty(folder.Trim());
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    private static Process Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.StandardInput.WriteLine("a password");
        process.StandardInput.Close();
        return process;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
