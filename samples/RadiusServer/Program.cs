using System.CommandLine;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

Option<string> config = new("--config") { Description = "Where to listen, the network devices and the users, JSON; the users may stand in a file of FreeRADIUS' text form.", Required = true };
Option<string?> liveLog = new("--live-log") { Description = "Where to show the log as a page in the browser, such as http://127.0.0.1:8080; port 0 takes any free one." };
RootCommand root = new("A primary RADIUS server: PAP, CHAP, MS-CHAP, MS-CHAPv2, EAP-MD5, EAP-GTC and EAP-MSCHAPv2, and accounting to an SQLite file.") { config, liveLog };
root.SetAction((result, cancellation) => SampleHost.RunAsync(
    () => RadiusServerHost.Build(RadiusServerConfiguration.Load(result.GetValue(config)!), null, result.GetValue(liveLog)),
    host => host.Services.GetRequiredService<RadiusServerService>().ToString(),
    cancellation));
return await root.Parse(args).InvokeAsync();
