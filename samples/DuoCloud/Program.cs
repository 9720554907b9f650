using System.CommandLine;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud;
using Sallyport.Samples.DuoCloud.Configuration;

Option<string> config = new("--config") { Description = "Applications, users and how pushes are answered, as JSON.", Required = true };
Option<string> urls = new("--urls")
{
    Description = "The addresses to serve, separated by semicolons, such as https://127.0.0.1:8443; port 0 takes any free one.",
    DefaultValueFactory = _ => "https://127.0.0.1:8443",
};
Option<string> caOut = new("--ca-out") { Description = "Where to write the certificate that clients have to trust (PEM); it is made anew at each start.", Required = true };
Option<bool> legacyBson = new("--legacy-bson")
{
    Description = "Also serve old clients such as login_duo 1.x: /rest/v1/….bson, and signatures without a date, which can be replayed for ever.",
};

RootCommand root = new("Duo's cloud, simulated: verifies signatures as strictly as the real one, and answers pushes by policy or on the phone page at /phone.")
{
    config, urls, caOut, legacyBson,
};
root.SetAction((result, cancellation) => SampleHost.RunAsync(
    () => DuoCloudHost.Build(new DuoCloudOptions
    {
        Configuration = DuoCloudConfiguration.Load(result.GetValue(config)!),
        Urls = result.GetValue(urls)!,
        AuthorityFile = result.GetValue(caOut),
        LegacyBson = result.GetValue(legacyBson),
    }),
    host =>
    {
        IReadOnlyList<Uri> bound = DuoCloudHost.Urls(host);
        return $"{string.Join(' ', bound.Select(u => u.GetLeftPart(UriPartial.Authority)))}, the phone is at {new Uri(bound[0], "/phone")}";
    },
    cancellation));

return await root.Parse(args).InvokeAsync();
