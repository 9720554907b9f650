using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Bson;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>Where calls come in: reads them, has them answered, and writes the answer as JSON or BSON.</summary>
internal sealed partial class Gate(CallReader reader, IHostApplicationLifetime lifetime, ILogger<Gate> logger)
{
    /// <summary>Serves a signed call.</summary>
    public Task ServeAsync(HttpContext context, bool v2, Func<CloudCall, Task<JsonNode>> handler) => AnswerAsync(context, IsBson(context), async () =>
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        return await handler(await reader.ReadAsync(context, v2, ended.Token));
    });

    /// <summary>Serves a call that needs no signature.</summary>
    public Task ServeOpenAsync(HttpContext context, Func<JsonNode> handler) => AnswerAsync(context, IsBson(context), () => Task.FromResult(handler()));

    /// <summary>Refuses what is not there.</summary>
    public Task NotFoundAsync(HttpContext context) => AnswerAsync(context, false, () => throw CloudRefusedException.NotFound());

    [LoggerMessage(EventId = 9000, EventName = "MessageSent", Level = LogLevel.Debug, Message = "{Protocol} {Local} -> {Remote}: {Summary}")]
    private static partial void LogMessageSent(ILogger logger, string protocol, string local, string remote, string summary);

    [LoggerMessage(EventId = 12, Level = LogLevel.Information, Message = "{Method} {Path} from {Remote} is refused: {Code} {Text} {Detail}")]
    private static partial void LogRefused(ILogger logger, string method, string path, string remote, int code, string text, string detail);

    private static string Describe(JsonNode response) => response switch
    {
        JsonObject o when o.ContainsKey("result") => $"{(string?)o["result"]}, {(string?)o["status_msg"] ?? (string?)o["status"] ?? "with a prompt"}",
        JsonObject o when o.ContainsKey("status") => (string?)o["status"] ?? "",
        JsonObject o when o.ContainsKey("txid") => "transaction begun",
        _ => "OK",
    };

    private static string EndPoint(IPAddress? address, int port) => new IPEndPoint(address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None, port).ToString();

    private static bool IsBson(HttpContext context) => context.Request.Path.Value?.EndsWith(".bson", StringComparison.OrdinalIgnoreCase) == true;

    private async Task AnswerAsync(HttpContext context, bool bson, Func<Task<JsonNode>> handler)
    {
        int status = StatusCodes.Status200OK;
        JsonObject envelope;
        string summary;
        try
        {
            JsonNode response = await handler();
            summary = Describe(response);
            envelope = new JsonObject { ["stat"] = "OK", ["response"] = response };
        }
        catch (CloudRefusedException e)
        {
            status = e.Code / 100;
            summary = string.Create(CultureInfo.InvariantCulture, $"{e.Code} {e.Message}");
            envelope = new JsonObject { ["stat"] = "FAIL", ["code"] = e.Code, ["message"] = e.Message };
            if (e.Detail is not null)
            {
                envelope["message_detail"] = e.Detail;
            }

            LogRefused(logger, context.Request.Method, Common.SafeText.OneLine(context.Request.Path), EndPoint(context.Connection.RemoteIpAddress, context.Connection.RemotePort), e.Code, e.Message, Common.SafeText.OneLine(e.Detail ?? ""));
        }
        catch (BadHttpRequestException e)
        {
            // Too long or broken off: nothing more can be read from this connection.
            context.Response.StatusCode = e.StatusCode;
            return;
        }
        catch (OperationCanceledException)
        {
            // The client went away, or the simulator stops: a real outage looks the same to clients.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        // Before it is sent, so that a trace has it before whatever it sets off.
        if (logger.IsEnabled(LogLevel.Debug))
        {
            ConnectionInfo connection = context.Connection;
            string line = string.Create(CultureInfo.InvariantCulture, $"{status} to {context.Request.Method} {Common.SafeText.OneLine(context.Request.Path)}: {Common.SafeText.OneLine(summary)}");
            LogMessageSent(logger, "HTTPS", EndPoint(connection.LocalIpAddress, connection.LocalPort), EndPoint(connection.RemoteIpAddress, connection.RemotePort), line);
        }

        await WriteAsync(context, status, envelope, bson);
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonObject envelope, bool bson)
    {
        byte[] body = bson ? BsonDocument.Encode(envelope) : Encoding.UTF8.GetBytes(envelope.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = bson ? "application/bson" : "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body);
    }
}
