using System.Text.Json.Nodes;
using Sallyport.Samples.Common;
using Sallyport.Samples.CommonWeb;

namespace Sallyport.Samples.RadiusServer.LiveLog;

/// <summary>The live log as a page in the browser, which shows each line as it comes. It only ever reads.</summary>
internal sealed class LiveLogPage(LiveLog log, Uri url, IHostApplicationLifetime lifetime)
{
    /// <summary>Reads the address that the page is to have.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/" && (uri.HostNameType != UriHostNameType.Dns || uri.IsLoopback)
            ? uri
            : throw new ConfigurationException("--live-log", 1, $"'{url}' should read http://ADDRESS:PORT, such as http://127.0.0.1:8080");

    /// <summary>Adds the page's addresses.</summary>
    public void Map(WebApplication app)
    {
        BrowserPage page = new(typeof(LiveLogPage).Assembly, "RadiusServer.", name => name == "localhost" || name.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase));
        page.Map(app, "/", "live-log.html");
        page.Map(app, "/live-log.css", "live-log.css");
        page.Map(app, "/live-log.js", "live-log.js");
        new EventFeed(page, () => log.Changed, last => log.After(last).Select(l => new PageEvent(Describe(l), l.Number)), lifetime).Map(app, "/events");
    }

    private static string Describe(LiveLogLine line) => new JsonObject
    {
        ["number"] = line.Number,
        ["time"] = line.Time.ToUnixTimeMilliseconds(),
        ["result"] = line.Result,
        ["user"] = line.User,
        ["protocol"] = line.Protocol,
        ["device"] = line.Device,
        ["from"] = line.From,
        ["detail"] = line.Detail,
    }.ToJsonString();
}
