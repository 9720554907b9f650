using System.CommandLine;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Sallyport.Ipsec;
using Sallyport.Samples.Common;
using Sallyport.Samples.Headend;
using Sallyport.Samples.Headend.Configuration;
using Sallyport.Samples.Headend.Pki;
using Sallyport.Samples.Headend.Show;

Option<string> config = new("--config") { Description = "The router's configuration, as IOS XE shows it by 'show running-config'.", Required = true };
Option<string> pki = new("--pki") { Description = "The directory with the trustpoint's certificate (NAME.pem) and key (NAME.key).", Required = true };
Option<IPAddress?> listen = new("--listen")
{
    Description = "The address to listen on, instead of the outer interface's.",
    CustomParser = result => IPAddress.TryParse(result.Tokens[0].Value, out IPAddress? address) ? address : Fail(result, "not an address"),
};
Option<int> ikePort = new("--ike-port") { Description = "The UDP port of IKE.", DefaultValueFactory = _ => 500 };
Option<int> natPort = new("--natt-port") { Description = "The UDP port that IKE and ESP share.", DefaultValueFactory = _ => 4500 };
Option<bool> tun = new("--tun") { Description = "Carry the tunnels' packets through a TUN device (Linux, needs CAP_NET_ADMIN); otherwise a host inside the process answers pings for the networks behind the router." };
Option<string> control = new("--control") { Description = "The local socket of the show commands.", DefaultValueFactory = _ => ControlSocket.DefaultPath };

RootCommand root = new("A FlexVPN headend that reads the router's own IOS XE configuration.") { config, pki, listen, ikePort, natPort, tun, control };
root.SetAction((result, cancellation) => SampleHost.RunAsync(
    () => HeadendHost.Build(new HeadendOptions
    {
        ConfigFile = result.GetValue(config)!,
        PkiDirectory = result.GetValue(pki)!,
        Listen = result.GetValue(listen),
        IkePort = result.GetValue(ikePort),
        NatTraversalPort = result.GetValue(natPort),
        UseTun = result.GetValue(tun),
        ControlPath = result.GetValue(control)!,
    }),
    host =>
    {
        IpsecEndpoint endpoint = host.Services.GetRequiredService<HeadendService>().Endpoint;
        return $"IKE on {endpoint.IkeEndPoint}, IKE and ESP on {endpoint.NatTraversalEndPoint}";
    },
    cancellation));

Command enrol = new("pki", "Makes a private certification authority, and the trustpoint's certificate and key, where the configuration's enrollment cannot be used.") { config, pki };
enrol.SetAction((result, _) => SampleHost.GuardAsync(() =>
{
    HeadendPlan plan = HeadendHost.ReadPlan(result.GetValue(config)!);
    string authority = PrivateAuthority.Enrol(result.GetValue(pki)!, plan.Trustpoint, plan.OuterAddress, plan.Profile.Local, TimeProvider.System.GetUtcNow());
    Console.Out.WriteLine($"clients trust {authority}");
    return Task.FromResult(SampleHost.Ok);
}));
root.Add(enrol);

Argument<string[]> words = new("command") { Description = $"'{ShowCommands.Ikev2SaDetailed}' or '{ShowCommands.SessionDetail}', without 'show'.", Arity = ArgumentArity.OneOrMore };
Command show = new("show", "Asks the running headend, as the router's command line would.") { words, control };
show.SetAction((result, cancellation) => SampleHost.GuardAsync(async () =>
{
    string command = "show " + string.Join(' ', result.GetValue(words)!);
    string answer = await ControlSocket.AskAsync(result.GetValue(control)!, command, cancellation);
    Console.Out.Write(answer);
    return answer.StartsWith('%') ? SampleHost.Failed : SampleHost.Ok;
}));
root.Add(show);

return await root.Parse(args).InvokeAsync();

static IPAddress? Fail(System.CommandLine.Parsing.ArgumentResult result, string problem)
{
    result.AddError($"'{result.Tokens[0].Value}' is {problem}");
    return null;
}
