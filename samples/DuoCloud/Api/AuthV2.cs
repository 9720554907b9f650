using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Pushes;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>The Auth API.</summary>
internal sealed class AuthV2(DuoApi api, PushBoard board, TimeProvider time)
{
    public static JsonObject Time(TimeProvider time) => new() { ["time"] = DuoApi.Number(time.GetUtcNow().ToUnixTimeSeconds()) };

    public IResult Check(SignedCall call) => DuoReply.Ok(Time(time), bson: false);

    public IResult Preauth(SignedCall call)
    {
        if (call["username"] is not { Length: > 0 } name)
        {
            return DuoReply.Fail(40001, "Missing required request parameters", "username", bson: false);
        }

        JsonObject response = api.Find(name) switch
        {
            null => Result("enroll", DuoApi.EnrolText),
            { Status: UserStatus.Bypass } => Result("allow", "Account is bypassed"),
            { Status: UserStatus.Disabled } => Result("deny", "Your account is disabled."),
            DuoUser user => Devices(user),
        };
        return DuoReply.Ok(response, bson: false);
    }

    public async Task<IResult> AuthAsync(SignedCall call, CancellationToken cancellationToken)
    {
        if (call["username"] is not { Length: > 0 } name || call["factor"] is not { Length: > 0 } factor)
        {
            return DuoReply.Fail(40001, "Missing required request parameters", call["username"] is { Length: > 0 } ? "factor" : "username", bson: false);
        }

        if (factor is not ("auto" or "push" or "phone" or "passcode") || (factor == "passcode" && !(call["passcode"]?.All(char.IsAsciiDigit) ?? false)))
        {
            return DuoReply.Fail(40002, "Invalid request parameters", factor == "passcode" ? "passcode" : "factor", bson: false);
        }

        if (api.Find(name) is not { } user || user.Status == UserStatus.Disabled)
        {
            return DuoReply.Ok(Status("deny", "deny", "Access denied."), bson: false);
        }

        (Push? push, PushAnswer? answer) = user.Status == UserStatus.Bypass
            ? (null, PushAnswer.Approved)
            : api.Begin(call, user, factor == "passcode" ? call["passcode"]!.PadLeft(6, '0') : factor);
        if (push is null && answer is null)
        {
            return DuoReply.Fail(42901, "Too Many Requests", null, bson: false);
        }

        if (call["async"] == "1" && push is not null)
        {
            return DuoReply.Ok(new JsonObject { ["txid"] = push.Id }, bson: false);
        }

        return Answer(answer ?? await push!.Answer.WaitAsync(cancellationToken));
    }

    public async Task<IResult> AuthStatusAsync(SignedCall call, CancellationToken cancellationToken)
    {
        if (call["txid"] is not { } id || board.Find(id) is not { } push)
        {
            return DuoReply.Fail(40002, "Invalid request parameters", "txid", bson: false);
        }

        // A long poll: news, or "waiting" after half a minute.
        try
        {
            return Answer(await push.Answer.WaitAsync(TimeSpan.FromSeconds(30), time, cancellationToken));
        }
        catch (TimeoutException)
        {
            return DuoReply.Ok(Status("waiting", "pushed", "Pushed a login request to your phone..."), bson: false);
        }
    }

    private static IResult Answer(PushAnswer answer) => DuoReply.Ok(Status(answer.Allowed ? "allow" : "deny", answer.State, answer.Status), bson: false);

    private static JsonObject Status(string result, string status, string message) => new() { ["result"] = result, ["status"] = status, ["status_msg"] = message };

    private static JsonObject Result(string result, string message) => new() { ["result"] = result, ["status_msg"] = message };

    private static JsonObject Devices(DuoUser user)
    {
        JsonObject response = Result("auth", "Account is active");
        response["devices"] = new JsonArray([.. user.Phones.Select(p => (JsonNode)new JsonObject
        {
            ["device"] = p.Id,
            ["type"] = "phone",
            ["number"] = DuoApi.Masked(p.Number),
            ["name"] = p.Name,
            ["display_name"] = $"{(p.Name.Length > 0 ? p.Name : "phone")} ({DuoApi.Masked(p.Number)})",
            ["capabilities"] = new JsonArray("auto", "push", "phone"),
        })]);
        return response;
    }
}
