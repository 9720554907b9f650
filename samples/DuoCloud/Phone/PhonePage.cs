using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Pushes;

namespace Sallyport.Samples.DuoCloud.Phone;

/// <summary>The phone: a page that shows the pushes that wait for a person, with two buttons each.</summary>
internal static class PhonePage
{
    public static void Map(IEndpointRouteBuilder routes, PushBoard board)
    {
        routes.MapGet("/", () => Results.Redirect("/phone"));
        routes.MapGet("/phone", (HttpContext context) =>
        {
            // Nothing but the page's own script and style runs, and nobody can frame it under other buttons.
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.CacheControl = "no-store";
            return Results.Content(Asset("phone.html"), "text/html; charset=utf-8");
        });
        routes.MapGet("/phone/phone.js", () => Results.Content(Asset("phone.js"), "text/javascript; charset=utf-8"));
        routes.MapGet("/phone/phone.css", () => Results.Content(Asset("phone.css"), "text/css; charset=utf-8"));
        routes.MapGet("/phone/waiting", () => Results.Content(
            new JsonArray([.. board.Waiting.Select(p => (JsonNode)new JsonObject
            {
                ["id"] = p.Id,
                ["application"] = p.Application,
                ["user"] = p.User.Name,
                ["address"] = p.Address,
                ["at"] = p.At.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            })]).ToJsonString(),
            "application/json"));
        routes.MapPost("/phone/{id}/{answer:regex(^(approve|deny)$)}", (HttpContext context, string id, string answer) =>
        {
            // Another site's page may send a POST here, but not with a header of its own (CORS), nor from our origin.
            string? origin = context.Request.Headers.Origin;
            if (origin != $"https://{context.Request.Host}" || context.Request.Headers["X-Phone"] != "1")
            {
                return Results.StatusCode(StatusCodes.Status403Forbidden);
            }

            return board.TryAnswer(id, answer == "approve") ? Results.NoContent() : Results.NotFound();
        });
    }

    private static string Asset(string name)
    {
        using Stream stream = typeof(PhonePage).Assembly.GetManifestResourceStream($"DuoCloud.Phone.{name}")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
