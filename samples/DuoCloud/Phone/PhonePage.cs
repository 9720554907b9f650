using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sallyport.Samples.CommonWeb;
using Sallyport.Samples.DuoCloud.Logins;
using Sallyport.Samples.DuoCloud.Tls;

namespace Sallyport.Samples.DuoCloud.Phone;

/// <summary>The phone, as a page in the browser: shows the pushes that wait, as they come, and sends the answers.</summary>
internal sealed class PhonePage(LoginDesk desk, CloudCertificates certificates, IHostApplicationLifetime lifetime)
{
    private const int MostPushes = 100;
    private readonly BrowserPage _page = new(typeof(PhonePage).Assembly, "DuoCloud.Phone.", certificates.Names.Contains);

    /// <summary>Adds the page's addresses.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/", (RequestDelegate)(c =>
        {
            c.Response.Redirect("/phone");
            return Task.CompletedTask;
        }));
        _page.Map(app, "/phone", "phone.html");
        _page.Map(app, "/phone/phone.css", "phone.css");
        _page.Map(app, "/phone/phone.js", "phone.js");
        new EventFeed(_page, () => desk.Changed, _ => [new PageEvent(Describe())], lifetime).Map(app, "/phone/events");
        app.MapPost("/phone/pushes/{id}", (RequestDelegate)AnswerAsync);
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

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        BrowserPage.Head(context.Response, "application/json");

        // A form or script of another site may send a POST here, but cannot hide where it comes from.
        bool sameOrigin = _page.IsOurName(request)
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
