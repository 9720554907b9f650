using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Sallyport.Samples.CommonWeb;

/// <summary>A page that a program serves out of itself. Everything comes from its own origin, and nobody may frame it: a click on it is the person's own.</summary>
/// <param name="program">The program, whose resources the page's files are.</param>
/// <param name="folder">What the resources' names begin with.</param>
/// <param name="isOurName">Whether a name is the program's.</param>
public sealed class BrowserPage(Assembly program, string folder, Func<string, bool> isOurName)
{
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Says what a reply is, and what a browser may do with it.</summary>
    public static void Head(HttpResponse response, string type)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.ContentType = type;
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Serves one of the page's files.</summary>
    /// <param name="app">The program's addresses.</param>
    /// <param name="path">The file's address.</param>
    /// <param name="name">Its name; what it holds is told by the end of it.</param>
    public void Map(WebApplication app, string path, string name)
    {
        string type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => throw new ArgumentException($"'{name}' is no file of a page", nameof(name)),
        };
        app.MapGet(path, (RequestDelegate)(async context =>
        {
            Head(context.Response, type);
            await using Stream file = program.GetManifestResourceStream(folder + name)!;
            await file.CopyToAsync(context.Response.Body, context.RequestAborted);
        }));
    }

    /// <summary>Whether the browser addresses us by an address or by a name of ours: a foreign name that was pointed at us (DNS rebinding) is neither.</summary>
    public bool IsOurName(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string host = request.Host.Host.Trim('[', ']').ToLowerInvariant();
        return IPAddress.TryParse(host, out _) || isOurName(host);
    }
}
