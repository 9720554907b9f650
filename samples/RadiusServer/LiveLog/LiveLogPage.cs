using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.LiveLog;

/// <summary>The live log as a page in the browser, which shows each line as it comes. It only ever reads.</summary>
internal sealed class LiveLogPage(LiveLog log, Uri url, IHostApplicationLifetime lifetime)
{
    private const int MostViewers = 64;

    // Everything comes from this origin, and nobody may frame the page.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private int _viewers;

    /// <summary>Reads the address that the page is to have.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/" && (uri.HostNameType != UriHostNameType.Dns || uri.IsLoopback)
            ? uri
            : throw new ConfigurationException("--live-log", 1, $"'{url}' should read http://ADDRESS:PORT, such as http://127.0.0.1:8080");

    /// <summary>Adds the page's addresses.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/", (RequestDelegate)(c => FileAsync(c, "live-log.html", "text/html; charset=utf-8")));
        app.MapGet("/live-log.css", (RequestDelegate)(c => FileAsync(c, "live-log.css", "text/css; charset=utf-8")));
        app.MapGet("/live-log.js", (RequestDelegate)(c => FileAsync(c, "live-log.js", "text/javascript; charset=utf-8")));
        app.MapGet("/events", (RequestDelegate)EventsAsync);
    }

    private static async Task FileAsync(HttpContext context, string name, string type)
    {
        Headers(context.Response, type);
        await using Stream file = typeof(LiveLogPage).Assembly.GetManifestResourceStream($"RadiusServer.{name}")!;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static void Headers(HttpResponse response, string type)
    {
        response.ContentType = type;
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Whether the browser addresses us by a name of ours: a foreign name that was pointed at us (DNS rebinding) is none.</summary>
    private bool IsOurName(HttpRequest request)
    {
        string host = request.Host.Host.Trim('[', ']');
        return IPAddress.TryParse(host, out _) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase);
    }

    private async Task EventsAsync(HttpContext context)
    {
        if (!IsOurName(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        if (Interlocked.Increment(ref _viewers) > MostViewers)
        {
            Interlocked.Decrement(ref _viewers);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            Headers(context.Response, "text/event-stream");
            _ = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long last);
            while (!ended.IsCancellationRequested)
            {
                // Taken before the lines are: one that comes in between is told in the next round.
                Task changed = log.Changed;
                await context.Response.WriteAsync(":\n\n", ended.Token);
                foreach (LiveLogLine line in log.After(last))
                {
                    await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {line.Number}\ndata: {Describe(line)}\n\n"), ended.Token);
                    last = line.Number;
                }

                await context.Response.Body.FlushAsync(ended.Token);
                await Task.WhenAny(changed, Task.Delay(Heartbeat, ended.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The browser went away, or the server stops.
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
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
