using System.Text;
using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Pushes;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>The API of RADIUS and Unix applications.</summary>
internal sealed class RestV1(DuoApi api, PushBoard board)
{
    public IResult Preauth(SignedCall call, bool bson)
    {
        if (call["user"] is not { Length: > 0 } name)
        {
            return DuoReply.Fail(40001, "Missing required request parameters", "user", bson);
        }

        JsonObject response = api.Find(name) switch
        {
            null => new JsonObject { ["result"] = "enroll", ["status"] = DuoApi.EnrolText },
            { Status: UserStatus.Bypass } => new JsonObject { ["result"] = "allow", ["status"] = "Bypass" },
            { Status: UserStatus.Disabled } => new JsonObject { ["result"] = "deny", ["status"] = "Access denied." },
            DuoUser user => Prompt(user),
        };
        return DuoReply.Ok(response, bson);
    }

    public async Task<IResult> AuthAsync(SignedCall call, bool bson, CancellationToken cancellationToken)
    {
        if (call["user"] is not { Length: > 0 } name || call["factor"] is not { Length: > 0 } kind)
        {
            return DuoReply.Fail(40001, "Missing required request parameters", call["user"] is { Length: > 0 } ? "factor" : "user", bson);
        }

        string? factor = kind switch
        {
            "auto" => call["auto"] ?? "auto",
            "passcode" => call["code"],
            "push" or "phone" => call["phone"] ?? "phone1",
            _ => null,
        };
        if (factor is null || (kind == "passcode" && !factor.All(char.IsAsciiDigit)))
        {
            return DuoReply.Fail(40002, "Invalid request parameters", kind == "passcode" ? "code" : "factor", bson);
        }

        if (api.Find(name) is not { } user || user.Status == UserStatus.Disabled)
        {
            return DuoReply.Ok(new JsonObject { ["result"] = "deny", ["status"] = "Access denied." }, bson);
        }

        (Push? push, PushAnswer? answer) = user.Status == UserStatus.Bypass ? (null, PushAnswer.Approved) : api.Begin(call, user, factor);
        if (push is null && answer is null)
        {
            return DuoReply.Fail(42901, "Too Many Requests", null, bson);
        }

        if (call["async"] == "1" && push is not null)
        {
            return DuoReply.Ok(new JsonObject { ["txid"] = push.Id }, bson);
        }

        answer ??= await push!.Answer.WaitAsync(cancellationToken);
        return DuoReply.Ok(new JsonObject { ["result"] = answer.Allowed ? "allow" : "deny", ["status"] = answer.Status }, bson);
    }

    public async Task<IResult> StatusAsync(SignedCall call, bool bson, CancellationToken cancellationToken)
    {
        if (call["txid"] is not { } id || board.Find(id) is not { } push)
        {
            return DuoReply.Fail(40002, "Invalid request parameters", "txid", bson);
        }

        PushAnswer answer = await push.Answer.WaitAsync(cancellationToken);
        return DuoReply.Ok(new JsonObject { ["result"] = answer.Allowed ? "allow" : "deny", ["status"] = answer.Status }, bson);
    }

    private static JsonObject Prompt(DuoUser user)
    {
        StringBuilder prompt = new();
        prompt.Append("Duo two-factor login for ").Append(user.Name).Append("\n\nEnter a passcode or select one of the following options:\n\n");
        JsonObject factors = new() { ["default"] = "push1" };
        for (int i = 1; i <= user.Phones.Count; i++)
        {
            prompt.Append(' ').Append(DuoApi.Text(i)).Append(". Duo Push to ").Append(DuoApi.Masked(user.Phones[i - 1].Number)).Append('\n');
            factors[DuoApi.Text(i)] = "push" + DuoApi.Text(i);
        }

        prompt.Append("\nPasscode or option (1-").Append(DuoApi.Text(Math.Max(1, user.Phones.Count))).Append("): ");
        return new JsonObject { ["result"] = "auth", ["prompt"] = prompt.ToString(), ["factors"] = factors };
    }
}
