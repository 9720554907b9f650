using System.Globalization;
using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Logins;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary><c>/rest/v1</c>, which RADIUS and older Unix applications speak.</summary>
internal sealed class RestV1(UserDirectory directory, LoginDesk desk, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static JsonNode Ping() => "pong";

    public static Task<JsonNode> CheckAsync(CloudCall call) => Task.FromResult<JsonNode>("valid");

    /// <summary>The factors by the number that a prompt gives them, and the default.</summary>
    public static JsonObject Factors(CloudUser user)
    {
        JsonObject factors = [];
        int number = 1;
        foreach ((string name, LoginFactor factor, _, _) in UserDirectory.Factors(user))
        {
            if (number == 1)
            {
                factors["default"] = name;
            }

            factors[(number++).ToString(CultureInfo.InvariantCulture)] = name;
        }

        return factors;
    }

    public Task<JsonNode> PreauthAsync(CloudCall call)
    {
        CloudUser? user = directory.Find(call.Required("user"));
        JsonObject response = user switch
        {
            null => Enroll(call),
            { Status: UserStatus.Bypass } => State(LoginTexts.Bypassed),
            { Status: UserStatus.Disabled } => State(LoginTexts.Disabled),
            _ when !UserDirectory.IsEnrolled(user) => Enroll(call),
            _ => new() { ["result"] = "auth", ["prompt"] = UserDirectory.Prompt(user), ["factors"] = Factors(user) },
        };
        return Task.FromResult<JsonNode>(response);
    }

    public async Task<JsonNode> AuthAsync(CloudCall call)
    {
        CloudUser user = directory.Find(call.Required("user")) is { } known && UserDirectory.IsEnrolled(known) ? known : throw CloudRefusedException.InvalidParameter("user");
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
        LoginState state = await login.PollAsync(Patience, time, call.Cancellation);
        return state.IsFinal ? State(state) : new JsonObject { ["status"] = state.Message };
    }

    private static JsonObject State(LoginState state) => new() { ["result"] = state.Result, ["status"] = state.Message };

    private static JsonObject Enroll(CloudCall call) => new() { ["result"] = "enroll", ["status"] = $"{Enrolment.Text}: {Enrolment.Url(call.Host)}" };

    private static (LoginFactor Factor, CloudPhone? Phone, string? Passcode) Choice(CloudCall call, CloudUser user)
    {
        string factor = call.Required("factor");
        if (user.Status != UserStatus.Active)
        {
            return (LoginFactor.Push, null, null);
        }

        return factor switch
        {
            "auto" => UserDirectory.Choose(user, call.Required("auto")) ?? throw CloudRefusedException.InvalidParameter("auto"),
            "passcode" => (LoginFactor.Passcode, null, call.Required("code")),
            "push" or "phone" or "sms" => UserDirectory.Choose(user, factor + (call.Optional("phone") ?? "phone1").Replace("phone", "", StringComparison.Ordinal))
                ?? throw CloudRefusedException.InvalidParameter("phone"),
            _ => throw CloudRefusedException.InvalidParameter("factor"),
        };
    }
}
