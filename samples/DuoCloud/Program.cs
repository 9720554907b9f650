using System.CommandLine;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;

Option<string> config = new("--config") { Description = "The applications, users and push policies, JSON.", Required = true };
Option<string> urls = new("--urls") { Description = "Where to serve, https URLs separated by semicolons.", DefaultValueFactory = _ => "https://127.0.0.1:8443" };
Option<string?> authority = new("--ca-out") { Description = "Where to write the certificate of the authority that clients should trust, PEM." };
Option<bool> legacy = new("--legacy-bson") { Description = "Also serve /rest/v1 in BSON, and accept signatures without a date, which can be replayed for ever. Old login_duo and pam_duo need it." };
RootCommand root = new("A stand-in for Duo's cloud: checks signatures as strictly, and pushes to a phone page at /phone.") { config, urls, authority, legacy };
root.SetAction((result, cancellation) => SampleHost.RunAsync(
    () => DuoCloudHost.Build(new DuoCloudOptions
    {
        Configuration = DuoCloudConfiguration.Load(result.GetValue(config)!),
        Urls = result.GetValue(urls)!,
        AuthorityFile = result.GetValue(authority),
        LegacyBson = result.GetValue(legacy),
    }),
    host => string.Join(' ', DuoCloudHost.Urls(host)),
    cancellation));
return await root.Parse(args).InvokeAsync();
