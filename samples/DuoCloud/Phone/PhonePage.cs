using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Logins;
using Sallyport.Samples.DuoCloud.Tls;

namespace Sallyport.Samples.DuoCloud.Phone;

/// <summary>The phone, as a page in the browser: shows the pushes that wait, as they come, and sends the answers.</summary>
internal sealed class PhonePage(LoginDesk desk, CloudCertificates certificates, IHostApplicationLifetime lifetime)
{
    private const int MostViewers = 64;
    private const int MostPushes = 100;

    // Everything comes from this origin, and nobody may frame the page: a click on "Approve" is the person's own.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private int _viewers;

    /// <summary>Adds the page's addresses.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/", (RequestDelegate)(c =>
        {
            c.Response.Redirect("/phone");
            return Task.CompletedTask;
        }));
        app.MapGet("/phone", (RequestDelegate)(c => FileAsync(c, "phone.html", "text/html; charset=utf-8")));
        app.MapGet("/phone/phone.css", (RequestDelegate)(c => FileAsync(c, "phone.css", "text/css; charset=utf-8")));
        app.MapGet("/phone/phone.js", (RequestDelegate)(c => FileAsync(c, "phone.js", "text/javascript; charset=utf-8")));
        app.MapGet("/phone/events", (RequestDelegate)EventsAsync);
        app.MapPost("/phone/pushes/{id}", (RequestDelegate)AnswerAsync);
    }

    private static async Task FileAsync(HttpContext context, string name, string type)
    {
        Headers(context.Response, type);
        await using Stream file = typeof(PhonePage).Assembly.GetManifestResourceStream($"DuoCloud.Phone.{name}")!;
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

    private static async Task<bool?> ReadAnswerAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 4 }, cancellation);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("answer", out JsonElement answer) && answer.ValueKind == JsonValueKind.String
                ? answer.GetString() switch
                {
                    "approve" => true,
                    "deny" => false,
                    _ => null,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the browser addresses us by a name of ours: a foreign name that was pointed at us (DNS rebinding) is none.</summary>
    private bool IsOurName(HttpRequest request)
    {
        string host = request.Host.Host.Trim('[', ']').ToLowerInvariant();
        return certificates.Names.Contains(host) || IPAddress.TryParse(host, out _);
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
            while (!ended.IsCancellationRequested)
            {
                // Taken before the list is: a change in between is told in the next round.
                Task changed = desk.Changed;
                await context.Response.WriteAsync($"data: {Describe()}\n\n", ended.Token);
                await context.Response.Body.FlushAsync(ended.Token);
                await Task.WhenAny(changed, Task.Delay(Heartbeat, ended.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The browser went away, or the simulator stops.
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        Headers(context.Response, "application/json");

        // A form or script of another site may send a POST here, but cannot hide where it comes from.
        bool sameOrigin = IsOurName(request)
            && request.Headers.Origin == string.Create(CultureInfo.InvariantCulture, $"https://{request.Host}")
            && (request.Headers["Sec-Fetch-Site"].FirstOrDefault() ?? "same-origin") == "same-origin";
        if (!sameOrigin)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (await ReadAnswerAsync(request, context.RequestAborted) is not { } approve)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        bool answered = desk.Answer((string)context.GetRouteValue("id")!, approve);
        context.Response.StatusCode = answered ? StatusCodes.Status204NoContent : StatusCodes.Status410Gone;
    }

    private string Describe()
    {
        JsonArray pushes = [];
        foreach (CloudLogin login in desk.AwaitingPhone.Take(MostPushes))
        {
            JsonArray details = [.. login.Request.Details.Select(d => (JsonNode)new JsonArray(d.Key, d.Value))];
            pushes.Add((JsonNode)new JsonObject
            {
                ["id"] = login.PushId,
                ["application"] = login.Request.Application.Name,
                ["user"] = login.Request.User.Name,
                ["address"] = login.Request.Address,
                ["device"] = login.Request.Phone?.Name,
                ["call"] = login.Request.Factor == LoginFactor.Phone,
                ["started"] = login.Started.ToUnixTimeMilliseconds(),
                ["expires"] = login.Expires.ToUnixTimeMilliseconds(),
                ["details"] = details,
            });
        }

        return pushes.ToJsonString();
    }
}
