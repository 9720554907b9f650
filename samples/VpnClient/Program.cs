using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sallyport.Ikev2.Session;
using Sallyport.Samples.Common;
using Sallyport.Samples.VpnClient;

Option<string> profile = new("--profile") { Description = "The AnyConnect profile (XML).", Required = true, HelpName = "FILE" };
Option<string> user = new("--user") { Description = "Who logs in.", Required = true, HelpName = "NAME" };
Option<bool> passwordStdin = new("--password-stdin") { Description = "Read the password from the first line of standard input.", Required = true };
Option<string> ca = new("--ca") { Description = "The certificates of the trusted authorities (PEM).", Required = true, HelpName = "FILE" };
Option<string> host = new("--host") { Description = "The entry of the profile's server list; the first where none is named.", HelpName = "NAME" };
Option<string> server = new("--server") { Description = "Connect here instead of the profile's host address; port 500 where none is given.", HelpName = "HOST[:PORT]" };
Option<int> natPort = new("--natt-port") { Description = "The gateway's UDP port for IKE and ESP.", DefaultValueFactory = _ => 4500, HelpName = "PORT" };
Option<string> identity = new("--gateway-identity")
{
    Description = "The name or address that the gateway's certificate must speak for; the profile's host address where none is given.", HelpName = "NAME",
};
Option<int?> timeout = new("--authentication-timeout")
{
    Description = "How long the gateway may take to answer, in seconds. Where it is not given the profile's AuthenticationTimeout counts, and where that is missing 120: a push to a phone takes its time.",
    HelpName = "SECONDS",
    Validators = { AtLeastOne },
};
Option<EspOffer[]> esp = new("--esp-proposal")
{
    Description = "What may protect the tunnel's packets, such as aes256gcm16; may be repeated, the preferred first. Where it is not given: AES-GCM, ChaCha20-Poly1305, AES-CBC.",
    CustomParser = result => [.. result.Tokens.Select(t => ParseProposal(t.Value, result.AddError)).OfType<EspOffer>()],
    HelpName = "PROPOSAL",
};
Option<bool> tun = new("--tun") { Description = "Carry the tunnel by a TUN device with the gateway's routes (Linux, root). DNS is printed, not set up." };
Option<IPAddress[]> ping = new("--ping")
{
    Description = "Ping a host through the tunnel, then disconnect; works without root. May be repeated. Exit code 1 where a host does not answer.",
    CustomParser = result => [.. result.Tokens.Select(t => ParseAddress(t.Value, result.AddError))],
    HelpName = "ADDRESS",
};
Option<int?> disconnectAfter = new("--disconnect-after")
{
    Description = "Stay connected for so many seconds. Where it is not given: until Ctrl-C or SIGTERM, and with --ping until the pings are done.", HelpName = "SECONDS",
    Validators = { AtLeastOne },
};
Option<bool> verbose = new("--verbose") { Description = "Log every message to standard error." };

RootCommand command = new(
    """
    Logs in to an IKEv2 gateway as an AnyConnect profile says, and brings up a tunnel.

    Exit codes: 0 all went well, 1 the login, a ping or the tunnel failed, 2 the profile or the command line cannot be used.
    """)
{
    profile, user, passwordStdin, ca, host, server, natPort, identity, timeout, esp, tun, ping, disconnectAfter, verbose,
};
command.SetAction((parsed, cancellationToken) => SampleHost.GuardAsync(async () =>
{
    VpnClientOptions options = new()
    {
        ProfileFile = parsed.GetRequiredValue(profile),
        User = parsed.GetRequiredValue(user),
        Password = await ReadPasswordAsync(cancellationToken),
        CaFile = parsed.GetRequiredValue(ca),
        HostName = parsed.GetValue(host),
        Server = parsed.GetValue(server),
        NatTraversalPort = parsed.GetValue(natPort),
        GatewayIdentity = parsed.GetValue(identity),
        AuthenticationTimeout = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        EspOffers = parsed.GetValue(esp) ?? [],
        UseTun = parsed.GetValue(tun),
        Ping = parsed.GetValue(ping) ?? [],
        DisconnectAfter = parsed.GetValue(disconnectAfter) is { } stay ? TimeSpan.FromSeconds(stay) : null,
    };
    using ILoggerFactory loggers = LoggerFactory.Create(l =>
    {
        if (parsed.GetValue(verbose))
        {
            l.SetMinimumLevel(LogLevel.Debug).AddSimpleConsole(c => c.SingleLine = true);
            l.Services.Configure<ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        }
    });
    return await VpnClientHost.RunAsync(options, Console.Out, Console.Error, loggers, cancellationToken);
}));

// The command line's own handling of signals would end the process before the gateway is told.
using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
ParseResult result = command.Parse(args);
int code = await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);
return result.Errors.Count > 0 ? SampleHost.BadConfiguration : code;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

// Reading from a terminal cannot be cancelled; it is left behind instead.
static async Task<string> ReadPasswordAsync(CancellationToken cancellationToken)
{
    try
    {
        return await Task.Run(Console.In.ReadLine, cancellationToken).WaitAsync(cancellationToken)
            ?? throw new ConfigurationException("--password-stdin", 1, "standard input has no line with a password");
    }
    catch (OperationCanceledException)
    {
        throw new IOException("no password was given");
    }
}

static void AtLeastOne(OptionResult option)
{
    if (option.GetValueOrDefault<int?>() < 1)
    {
        option.AddError($"{option.Option.Name} wants a number of seconds, 1 or more");
    }
}

static EspOffer? ParseProposal(string text, Action<string> addError)
{
    if (!EspProposal.TryParse(text, out EspOffer? offer))
    {
        addError($"--esp-proposal wants {EspProposal.Known}; '{text}' is none of it");
    }

    return offer;
}

static IPAddress ParseAddress(string text, Action<string> addError)
{
    if (IPAddress.TryParse(text, out IPAddress? address))
    {
        return address;
    }

    addError($"--ping wants an address; '{text}' is none");
    return IPAddress.None;
}
