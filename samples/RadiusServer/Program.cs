using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

Option<string> config = new("--config") { Description = "Where to listen, the network devices and the users, JSON.", Required = true };
RootCommand root = new("A primary RADIUS server: PAP, CHAP, MS-CHAPv2, EAP-MD5, EAP-GTC and EAP-MSCHAPv2.") { config };
root.SetAction((result, cancellation) => SampleHost.RunAsync(
    () => RadiusServerHost.Build(RadiusServerConfiguration.Load(result.GetValue(config)!)),
    host => string.Join(' ', host.Services.GetRequiredService<RadiusServerService>().EndPoints),
    cancellation));
return await root.Parse(args).InvokeAsync();
