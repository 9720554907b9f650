using System.CommandLine;
using System.Net;
using Sallyport.Radius.Security;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary><c>load</c>: puts load on any RADIUS server and reports it.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        Option<string> host = new("--host") { Description = "The server's address.", DefaultValueFactory = _ => "127.0.0.1" };
        Option<int> port = new("--port") { Description = "Its port.", DefaultValueFactory = _ => 1812 };
        Option<int?> accountingPort = new("--accounting-port") { Description = "The port for accounting; the same one where absent." };
        Option<string> secret = new("--secret") { Description = "The shared secret.", DefaultValueFactory = _ => "testing123" };
        Option<string> mix = new("--mix") { Description = $"How much of each kind, as pap=80,chap=20; kinds: {string.Join(", ", LoadMix.Kinds)}.", DefaultValueFactory = _ => "pap" };
        Option<int> users = new("--users") { Description = "How many people log in: user00000 with pass00000 and so on.", DefaultValueFactory = _ => 10_000 };
        Option<string> userFormat = new("--user-format") { Description = "A person's name.", DefaultValueFactory = _ => "user{0:00000}" };
        Option<string> passwordFormat = new("--password-format") { Description = "A person's password.", DefaultValueFactory = _ => "pass{0:00000}" };
        Option<double> wrong = new("--wrong") { Description = "What part of the logins has a wrong password, 0 to 1." };
        Option<bool> rich = new("--rich") { Description = "Requests with 13 attributes instead of five." };
        Option<bool> lax = new("--accept-missing-message-authenticator") { Description = "Take replies without Message-Authenticator, as FreeRADIUS before 3.2.5 sends to PAP." };
        Option<int> outstanding = new("--outstanding") { Description = "How many requests wait for their reply at once.", DefaultValueFactory = _ => 64 };
        Option<int> sockets = new("--sockets") { Description = "Source ports, or connections over TLS.", DefaultValueFactory = _ => 16 };
        Option<int> threads = new("--threads") { Description = "Threads over UDP; over TLS each connection has its own.", DefaultValueFactory = _ => 1 };
        Option<double> rate = new("--rate") { Description = "Requests a second, however fast the answers come; 0 sends as soon as one has come." };
        Option<double> seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 5 };
        Option<double> warmUp = new("--warm-up") { Description = "How many seconds before that do not count.", DefaultValueFactory = _ => 2 };
        Option<double> timeout = new("--timeout") { Description = "After how many seconds a request counts as lost.", DefaultValueFactory = _ => 2 };
        Option<string[]> processes = new("--pid") { Description = "A process whose processor time and memory are reported, as NAME=PID; repeatable." };
        Option<string?> certificate = new("--certificate") { Description = "RADIUS/TLS: the client's certificate, PEM." };
        Option<string?> key = new("--key") { Description = "RADIUS/TLS: its key, PEM." };
        Option<string?> authority = new("--ca") { Description = "RADIUS/TLS: the authority of the server's certificate, PEM." };
        Command command = new("load", "Put load on a RADIUS server, check every reply, and report rate, latency, losses and what each side used.")
        {
            host, port, accountingPort, secret, mix, users, userFormat, passwordFormat, wrong, rich, lax, outstanding, sockets, threads, rate,
            seconds, warmUp, timeout, processes, certificate, key, authority,
        };
        command.SetAction(result =>
        {
            IPAddress address = IPAddress.Parse(result.GetValue(host)!);
            LoadOptions options = new()
            {
                Server = new IPEndPoint(address, result.GetValue(port)),
                AccountingServer = result.GetValue(accountingPort) is { } other ? new IPEndPoint(address, other) : null,
                Secret = new RadiusSecret(result.GetValue(secret)!),
                Mix = LoadMix.Parse(result.GetValue(mix)!),
                Users = result.GetValue(users),
                UserFormat = result.GetValue(userFormat)!,
                PasswordFormat = result.GetValue(passwordFormat)!,
                WrongPasswords = result.GetValue(wrong),
                Rich = result.GetValue(rich),
                RequireMessageAuthenticator = !result.GetValue(lax),
                Outstanding = result.GetValue(outstanding),
                Sockets = result.GetValue(sockets),
                Threads = result.GetValue(threads),
                Rate = result.GetValue(rate),
                Timeout = TimeSpan.FromSeconds(result.GetValue(timeout)),
            };
            TlsIdentity? identity = TlsIdentity.Optional(result.GetValue(certificate), result.GetValue(key), result.GetValue(authority));
            List<(string, int)> watched = [("generator", Environment.ProcessId), .. (result.GetValue(processes) ?? []).Select(Watched)];
            return Run(options, identity, TimeSpan.FromSeconds(result.GetValue(warmUp)), TimeSpan.FromSeconds(result.GetValue(seconds)), watched);
        });
        return command;
    }

    private static (string Name, int Process) Watched(string text)
    {
        string[] sides = text.Split('=', 2);
        return int.TryParse(sides[^1], out int process) ? (sides.Length == 2 ? sides[0] : "server", process) : throw new FormatException($"'{text}' is not NAME=PID");
    }

    private static int Run(LoadOptions options, TlsIdentity? identity, TimeSpan warmUp, TimeSpan duration, List<(string Name, int Process)> watched)
    {
        using ILoad load = identity is null ? new UdpLoad(options) : new TlsLoad(options, identity);
        load.Run(warmUp);
        ProcessUsage[] before = [.. watched.Select(w => ProcessUsage.Of(w.Process))];
        LoadResult result = load.Run(duration);
        ProcessUsage[] after = [.. watched.Select(w => ProcessUsage.Of(w.Process))];
        foreach (string line in LoadReport.Lines(result, watched.Select((w, i) => (w.Name, before[i], after[i]))))
        {
            Console.WriteLine(line);
        }

        return result.Counts is { Answered: > 0, Bad: 0, Unexpected: 0 } ? 0 : 1;
    }
}
