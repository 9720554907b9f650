using Microsoft.Extensions.Hosting;

namespace Sallyport.Samples.Common;

/// <summary>
/// The life of every sample: build a host from its configuration, start it, say <c>ready:</c> on standard output, and serve until
/// SIGTERM or Ctrl-C.
/// </summary>
public static class SampleHost
{
    /// <summary>Exit code of a clean end.</summary>
    public const int Ok = 0;

    /// <summary>Exit code of a failure while running, such as a port that is taken.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of a configuration that cannot be used.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Runs a host until it is told to stop.</summary>
    /// <param name="build">Builds the host; may throw <see cref="ConfigurationException"/>.</param>
    /// <param name="ready">What to say after <c>ready: </c> once the host serves.</param>
    /// <param name="cancellationToken">Stops the host, as Ctrl-C would.</param>
    /// <returns>The process's exit code.</returns>
    public static Task<int> RunAsync(Func<IHost> build, Func<IHost, string> ready, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            // The command line knows what it is to wait for on SIGTERM once this call has returned: at the first wait, which else comes after ready.
            await Task.Yield();
            using IHost host = build();
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            Console.Out.WriteLine($"ready: {ready(host)}");
            await Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            await host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return Ok;
        });

    /// <summary>Turns the two foreseen failures of a command into their messages and exit codes.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (ConfigurationException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return BadConfiguration;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return Failed;
        }
    }
}
