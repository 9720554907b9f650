using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Logins;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary><c>/auth/v2</c>.</summary>
internal sealed class AuthV2(UserDirectory directory, LoginDesk desk, TimeProvider time)
{
    /// <summary>How long auth_status waits for news before it says again that nothing happened.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public JsonNode Time() => new JsonObject { ["time"] = time.GetUtcNow().ToUnixTimeSeconds() };

    public Task<JsonNode> CheckAsync(CloudCall call) => Task.FromResult(Time());

    public Task<JsonNode> PreauthAsync(CloudCall call)
    {
        CloudUser? user = User(call);
        bool prompt = call.Flag("text_prompt");
        if (user is null || !UserDirectory.IsEnrolled(user))
        {
            string url = Enrolment.Url(call.Host);
            JsonObject enroll = new() { ["result"] = "enroll", ["status_msg"] = Enrolment.Text, ["enroll_portal_url"] = url };
            if (prompt)
            {
                enroll["prompt"] = new JsonObject { ["text"] = $"{Enrolment.Text}: {url}" };
            }

            return Task.FromResult<JsonNode>(enroll);
        }

        JsonObject response = user.Status switch
        {
            UserStatus.Bypass => new() { ["result"] = "allow", ["status_msg"] = LoginTexts.Bypassed.Message },
            UserStatus.Disabled => new() { ["result"] = "deny", ["status_msg"] = LoginTexts.Disabled.Message },
            _ => new() { ["result"] = "auth", ["status_msg"] = "Account is active", ["devices"] = new JsonArray([.. user.Phones.Select(Device)]) },
        };
        if (prompt && user.Status == UserStatus.Active)
        {
            response["prompt"] = new JsonObject { ["text"] = UserDirectory.Prompt(user), ["factors"] = RestV1.Factors(user) };
        }

        return Task.FromResult<JsonNode>(response);
    }

    public async Task<JsonNode> AuthAsync(CloudCall call)
    {
        CloudUser user = User(call) is { } known && UserDirectory.IsEnrolled(known) ? known : throw CloudRefusedException.InvalidParameter("username");
        (LoginFactor factor, CloudPhone? phone, string? passcode) = Choice(call, user);
        bool asynchronous = call.Flag("async");
        CloudLogin login = desk.Begin(new LoginRequest
        {
            Application = call.Application,
            User = user,
            Factor = factor,
            Phone = phone,
            Passcode = passcode,
            Address = call.Optional("ipaddr"),
            Details = call.PushDetails(),
        }) ?? throw CloudRefusedException.TooManyRequests();
        return asynchronous ? new JsonObject { ["txid"] = login.TransactionId } : State(await login.Finished.WaitAsync(call.Cancellation));
    }

    public async Task<JsonNode> StatusAsync(CloudCall call)
    {
        CloudLogin login = desk.Find(call.Required("txid"), call.Application) ?? throw CloudRefusedException.InvalidParameter("txid");
        return State(await login.PollAsync(Patience, time, call.Cancellation));
    }

    private static JsonObject State(LoginState state) => new() { ["result"] = state.Result, ["status"] = state.Status, ["status_msg"] = state.Message };

    private static JsonObject Device(CloudPhone phone)
    {
        List<string> capabilities = [.. phone.Capabilities];
        if (phone.Can("push"))
        {
            capabilities.Insert(0, "auto");
        }

        return new JsonObject
        {
            ["device"] = phone.Id,
            ["type"] = "phone",
            ["number"] = phone.MaskedNumber,
            ["name"] = phone.Name,
            ["display_name"] = $"{phone.Name} ({phone.MaskedNumber})",
            ["capabilities"] = new JsonArray([.. capabilities.Select(c => (JsonNode)c)]),
        };
    }

    private static (LoginFactor Factor, CloudPhone? Phone, string? Passcode) Choice(CloudCall call, CloudUser user)
    {
        string factor = call.Required("factor");
        if (user.Status != UserStatus.Active)
        {
            return (LoginFactor.Push, null, null);
        }

        switch (factor)
        {
            case "passcode":
                return (LoginFactor.Passcode, null, call.Required("passcode"));
            case "prompt":
                return UserDirectory.Choose(user, call.Required("prompt")) ?? throw CloudRefusedException.InvalidParameter("prompt");
            case "auto" or "push" or "phone" or "sms":
                string device = call.Required("device");
                CloudPhone? phone = device == "auto" ? null : user.Phones.FirstOrDefault(p => p.Id == device) ?? throw CloudRefusedException.InvalidParameter("device");
                return UserDirectory.Choose(phone is null ? user : user with { Phones = [phone] }, factor) ?? throw CloudRefusedException.InvalidParameter(phone is null ? "factor" : "device");
            default:
                throw CloudRefusedException.InvalidParameter("factor");
        }
    }

    private CloudUser? User(CloudCall call)
    {
        if (call.Optional("user_id") is not null)
        {
            throw CloudRefusedException.InvalidParameter(call.Optional("username") is null ? "user_id" : "username and user_id exclude each other");
        }

        return directory.Find(call.Required("username"));
    }
}
