using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Client;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.VpnClient;

/// <summary>One run of the client: log in, say what was given, ping, stay, disconnect.</summary>
public static class VpnClientHost
{
    private const int PingAttempts = 3;

    /// <summary>Runs until the tunnel has ended.</summary>
    /// <param name="options">What the person asks for.</param>
    /// <param name="output">Where to say it.</param>
    /// <param name="errors">Where to say what went wrong.</param>
    /// <param name="loggerFactory">Where logs go.</param>
    /// <param name="cancellationToken">Disconnects, as Ctrl-C does.</param>
    /// <returns>0 after a clean end, 1 where the login, a ping or the tunnel failed.</returns>
    /// <exception cref="ConfigurationException">What is asked for cannot be done.</exception>
    public static async Task<int> RunAsync(
        VpnClientOptions options, TextWriter output, TextWriter errors, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            await using VpnSession session = await VpnSession.ConnectAsync(options, loggerFactory, cancellationToken);
            await TellAsync(session, output);
            bool reached = await PingAsync(session, options, output, cancellationToken);
            return await StayAsync(session, options, output, errors, cancellationToken) && reached ? SampleHost.Ok : SampleHost.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync("login failed: given up");
            return SampleHost.Failed;
        }
        catch (IpsecConnectException e)
        {
            await errors.WriteLineAsync($"login failed: {e.Message}");
            return SampleHost.Failed;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            await errors.WriteLineAsync($"error: {e.Message}");
            return SampleHost.Failed;
        }
    }

    private static async Task TellAsync(VpnSession session, TextWriter output)
    {
        await output.WriteLineAsync($"connected: {session.Plan.Host.Name} at {session.Gateway.Address}, {session.Tunnel.Ike.RemoteIdentity}");
        await output.WriteLineAsync($"address: {session.Address} on {session.DeviceName}");
        foreach (IPAddress server in session.Dns)
        {
            await output.WriteLineAsync($"dns: {server}");
        }

        foreach (IPNetwork route in session.Routes)
        {
            await output.WriteLineAsync($"route: {route}");
        }

        if (session.Banner is not null)
        {
            // The gateway's text may hold anything; a terminal must not obey it.
            await output.WriteLineAsync($"banner: {new string([.. session.Banner.Where(c => !char.IsControl(c))])}");
        }

        await output.WriteLineAsync($"ready: {session.Address}");
        await output.FlushAsync();
    }

    private static async Task<bool> PingAsync(VpnSession session, VpnClientOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        bool reached = true;
        foreach (IPAddress host in options.Ping)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            TimeSpan? time = null;
            for (int attempt = 0; attempt < PingAttempts && time is null; attempt++)
            {
                time = await session.PingAsync(host, options.PingTimeout, CancellationToken.None);
            }

            reached &= time is not null;
            await output.WriteLineAsync(time is null
                ? $"ping {host}: no answer"
                : string.Create(CultureInfo.InvariantCulture, $"ping {host}: {time.Value.TotalMilliseconds:0.0} ms"));
        }

        return reached;
    }

    private static async Task<bool> StayAsync(VpnSession session, VpnClientOptions options, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        TimeSpan stay = options.DisconnectAfter ?? (options.Ping.Count > 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
        try
        {
            (IkeCloseReason _, string detail) = await session.Closed.WaitAsync(stay, cancellationToken);
            await errors.WriteLineAsync($"the tunnel has ended: {detail}");
            return false;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await session.DisposeAsync();
            await output.WriteLineAsync("disconnected");
            return true;
        }
    }
}
