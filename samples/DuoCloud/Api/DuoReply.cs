using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>Duo's envelope around an answer, in JSON or, for the oldest clients, in BSON.</summary>
internal static class DuoReply
{
    public static IResult Ok(JsonNode response, bool bson) => Write(200, new JsonObject { ["stat"] = "OK", ["response"] = response }, bson);

    public static IResult Fail(int code, string message, string? detail, bool bson)
    {
        JsonObject body = new() { ["stat"] = "FAIL", ["code"] = code, ["message"] = message };
        if (detail is not null)
        {
            body["message_detail"] = detail;
        }

        return Write(code / 100, body, bson);
    }

    /// <summary>What an answer says, in a few words; never more than the client is told.</summary>
    public static string Summary(IResult result) => result is OctetsResult octets ? octets.Summary : "";

    private static OctetsResult Write(int status, JsonObject body, bool bson) => bson
        ? new OctetsResult(status, "application/bson", Bson.Write(body), Describe(status, body))
        : new OctetsResult(status, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString()), Describe(status, body));

    private static string Describe(int status, JsonObject body)
    {
        JsonObject? response = body["response"] as JsonObject;
        string result = response?["result"]?.GetValue<string>() ?? body["message"]?.GetValue<string>() ?? "";
        string? text = response?["status_msg"]?.GetValue<string>() ?? response?["status"]?.GetValue<string>();
        return $"{status} {result}{(text is null ? "" : $": {text}")}".TrimEnd();
    }

    private sealed class OctetsResult(int status, string type, byte[] body, string summary) : IResult
    {
        public string Summary { get; } = summary;

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = type;
            httpContext.Response.ContentLength = body.Length;
            await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}

/// <summary>As much BSON (bsonspec.org, version 1.1) as Duo's answers need: strings, documents, 32-bit numbers.</summary>
internal static class Bson
{
    public static byte[] Write(JsonObject document)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        WriteDocument(writer, document);
        return stream.ToArray();
    }

    private static void WriteDocument(BinaryWriter writer, JsonObject document)
    {
        long start = writer.BaseStream.Position;
        writer.Write(0);
        foreach ((string name, JsonNode? value) in document)
        {
            switch (value)
            {
                case JsonObject inner:
                    WriteName(writer, 0x03, name);
                    WriteDocument(writer, inner);
                    break;
                case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                    WriteName(writer, 0x10, name);
                    writer.Write(number.GetValue<int>());
                    break;
                default:
                    WriteName(writer, 0x02, name);
                    byte[] text = Encoding.UTF8.GetBytes(value?.GetValue<string>() ?? "");
                    writer.Write(text.Length + 1);
                    writer.Write(text);
                    writer.Write((byte)0);
                    break;
            }
        }

        writer.Write((byte)0);
        long end = writer.BaseStream.Position;
        writer.BaseStream.Position = start;
        writer.Write((int)(end - start));
        writer.BaseStream.Position = end;
    }

    private static void WriteName(BinaryWriter writer, byte type, string name)
    {
        writer.Write(type);
        writer.Write(Encoding.UTF8.GetBytes(name));
        writer.Write((byte)0);
    }
}
