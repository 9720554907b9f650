using System.CommandLine;
using Sallyport.Samples.Common;
using Sallyport.Samples.Walkthrough;
using Spectre.Console;

Option<int> logins = new("--logins") { Description = "How many people log in at once.", DefaultValueFactory = _ => 1 };
Option<int?> pool = new("--pool") { Description = "How many addresses the pool has." };
Option<bool> badPassword = new("--bad-password") { Description = "The password is wrong." };
Option<bool> deny = new("--deny") { Description = "The person denies the push." };
Option<bool> duoDown = new("--duo-down") { Description = "Duo's cloud cannot be reached." };
Option<string> failMode = new("--failmode") { Description = "What the proxy does then: safe or secure.", DefaultValueFactory = _ => "safe" };
failMode.AcceptOnlyFromAmong("safe", "secure");
logins.Validators.Add(r => Bound(r, 1, 5000));
pool.Validators.Add(r => Bound(r, 1, 10000));
RootCommand root = new("Client, headend, two-factor proxy, primary RADIUS server and Duo's cloud in one process: a login from the first message to a ping through the tunnel.")
{
    logins, pool, badPassword, deny, duoDown, failMode,
};
root.SetAction((result, cancellation) => SampleHost.GuardAsync(() =>
{
    if (Console.IsOutputRedirected)
    {
        // One line a message, however long.
        AnsiConsole.Profile.Width = 1000;
    }

    return WalkthroughRun.RunAsync(
        new WalkthroughOptions
        {
            Logins = result.GetValue(logins),
            Pool = result.GetValue(pool),
            BadPassword = result.GetValue(badPassword),
            Deny = result.GetValue(deny),
            DuoDown = result.GetValue(duoDown),
            FailMode = result.GetValue(failMode)!,
        },
        AnsiConsole.Console,
        cancellation);
}));
return await root.Parse(args).InvokeAsync();

static void Bound(System.CommandLine.Parsing.OptionResult result, int least, int most)
{
    if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < least || value > most))
    {
        result.AddError($"'{result.Tokens[0].Value}' is no number from {least} to {most}");
    }
}
