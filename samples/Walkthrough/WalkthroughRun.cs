using System.Globalization;
using System.Net;
using Sallyport.Ipsec.Client;
using Sallyport.Samples.Common;
using Sallyport.Samples.Headend.Show;
using Sallyport.Samples.VpnClient;
using Spectre.Console;

namespace Sallyport.Samples.Walkthrough;

/// <summary>One walk: start the five, log in, ping, tell what happened.</summary>
public static class WalkthroughRun
{
    private const int MostTimelineLines = 200;

    /// <summary>Walks.</summary>
    /// <param name="options">To which ending.</param>
    /// <param name="console">Where to tell it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>0 where the ending is the right one, else 1.</returns>
    public static async Task<int> RunAsync(WalkthroughOptions options, IAnsiConsole console, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(console);
        await using FiveRoles roles = await FiveRoles.StartAsync(options, cancellationToken);
        Login[] logins = await Task.WhenAll(Enumerable.Range(0, options.Logins).Select(i => LogInAsync(roles, i, cancellationToken)));
        try
        {
            IReadOnlyList<SessionReport> sessions = await roles.Headend.ReportAsync();
            TellTimeline(console, roles.Timeline.Entries);
            TellSessions(console, sessions);
            return TellOutcome(console, options, logins, roles.Pushes);
        }
        finally
        {
            await Task.WhenAll(logins.Select(l => l.Session?.DisposeAsync().AsTask() ?? Task.CompletedTask));
        }
    }

    private static async Task<Login> LogInAsync(FiveRoles roles, int number, CancellationToken cancellationToken)
    {
        try
        {
            VpnSession session = await roles.LogInAsync(number, cancellationToken);
            TimeSpan? ping = await session.PingAsync(IPAddress.Parse(Configurations.InsideHost), TimeSpan.FromSeconds(10), cancellationToken);
            return new Login(Configurations.User(number), session, ping, null);
        }
        catch (IpsecConnectException e)
        {
            return new Login(Configurations.User(number), null, null, e.Message);
        }
    }

    private static void TellTimeline(IAnsiConsole console, IReadOnlyList<TimelineEntry> entries)
    {
        console.MarkupLine("[bold]Every message between the five[/]");
        foreach (TimelineEntry entry in entries.Take(MostTimelineLines))
        {
            string at = entry.At.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
            console.MarkupLine($"[dim]{at,8} ms[/]  {Name(entry.From),8} → {Name(entry.To),-8}  {entry.Protocol,-6}  {Markup.Escape(entry.Summary)}");
        }

        if (entries.Count > MostTimelineLines)
        {
            console.MarkupLine($"[dim]… and {entries.Count - MostTimelineLines} more[/]");
        }
    }

    private static void TellSessions(IAnsiConsole console, IReadOnlyList<SessionReport> sessions)
    {
        // Of many sessions alike a few tell all.
        IReadOnlyList<SessionReport> shown = [.. sessions.Take(3)];
        foreach (string command in (string[])[ShowCommands.Ikev2SaDetailed, ShowCommands.SessionDetail])
        {
            console.WriteLine();
            console.MarkupLine($"[bold]R1#{command}[/]");
            console.WriteLine(ShowCommands.Answer(command, shown).TrimEnd());
        }

        if (sessions.Count > shown.Count)
        {
            console.MarkupLine($"[dim]… and {sessions.Count - shown.Count} more sessions[/]");
        }
    }

    private static int TellOutcome(IAnsiConsole console, WalkthroughOptions options, Login[] logins, int pushes)
    {
        console.WriteLine();
        int inside = logins.Count(l => l.Session is not null);
        int reached = logins.Count(l => l.Ping is not null);
        int addresses = logins.Where(l => l.Session is not null).Select(l => l.Session!.Address).Distinct().Count();
        if (logins is [{ Session: { } session } single])
        {
            console.MarkupLine($"{single.User} is in: address {session.Address}, DNS {string.Join(", ", session.Dns)}, routes {string.Join(", ", session.Routes)}");
            string ping = single.Ping is { } time ? time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms" : "no answer";
            console.MarkupLine($"ping {Configurations.InsideHost} through the tunnel: {ping}");
        }
        else
        {
            console.MarkupLine($"{inside} of {logins.Length} are in, each with an address of its own: {addresses} addresses; {reached} reach {Configurations.InsideHost}");
            foreach (IGrouping<string, Login> failed in logins.Where(l => l.Problem is not null).GroupBy(l => l.Problem!))
            {
                console.MarkupLine($"{failed.Count()} refused: {Markup.Escape(failed.Key)}");
            }
        }

        int expected = !options.MustSucceed ? 0 : Math.Min(logins.Length, options.Pool ?? logins.Length);
        bool right = inside == expected && reached == expected && addresses == expected;
        console.MarkupLine($"[bold {(right ? "green" : "red")}]{Markup.Escape(Ending(options, right, pushes))}[/]");
        return right ? SampleHost.Ok : SampleHost.Failed;
    }

    private static string Ending(WalkthroughOptions options, bool right, int pushes) => (options, right) switch
    {
        ({ BadPassword: true }, true) => $"Refused, as it must be: the primary server rejects the password, and no push is sent ({pushes}).",
        ({ Deny: true }, true) => $"Refused, as it must be: the password is right, the person denies the push ({pushes} sent).",
        ({ DuoDown: true, FailMode: "secure" }, true) => "Refused, as it must be: Duo cannot be reached, and failmode=secure lets nobody in on the password alone.",
        ({ DuoDown: true }, true) => "In on the password alone: Duo cannot be reached, and failmode=safe allows that.",
        ({ Pool: { } size }, true) when size < options.Logins => $"In, as many as the pool has addresses ({size}); the others are refused with INTERNAL_ADDRESS_FAILURE.",
        (_, true) => $"In: both doors have opened, the password and the push ({pushes} sent).",
        ({ MustSucceed: false }, false) => "WRONG: a login that must fail has succeeded.",
        _ => "WRONG: a login that must succeed has failed.",
    };

    private static string Name(Role role) => role switch
    {
        Role.Client => "client",
        Role.Headend => "headend",
        Role.Proxy => "proxy",
        Role.Primary => "primary",
        _ => "duo",
    };

    private sealed record Login(string User, VpnSession? Session, TimeSpan? Ping, string? Problem);
}
