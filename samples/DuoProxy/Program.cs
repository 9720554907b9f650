using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoProxy;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Proxy;

Option<string> config = new("--config")
{
    Description = "The configuration: [main], [radius_client] and [radius_server_auto] sections, as in authproxy.cfg.",
    HelpName = "authproxy.cfg",
    Required = true,
};
RootCommand command = new("A two-factor RADIUS proxy: the primary RADIUS server checks the first factor, Duo the second.") { config };
command.SetAction((arguments, cancellationToken) => SampleHost.RunAsync(
    () => DuoProxyHost.Build(new DuoProxyOptions { Configuration = AuthProxyConfiguration.Load(arguments.GetRequiredValue(config)) }),
    host => $"RADIUS on {string.Join(", ", host.Services.GetRequiredService<AuthProxyService>().Endpoints)}",
    cancellationToken));

// The host ends on SIGTERM and Ctrl-C by itself, and takes the time it needs to do so.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
