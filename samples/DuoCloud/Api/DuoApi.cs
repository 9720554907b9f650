using System.Globalization;
using System.Text.Json.Nodes;
using Sallyport.Samples.DuoCloud.Configuration;
using Sallyport.Samples.DuoCloud.Pushes;

namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>What both API versions do with a call: find the user, begin a push or check a passcode, wait.</summary>
internal sealed partial class DuoApi(DuoCloudConfiguration configuration, PushBoard board, CallVerifier verifier, TimeProvider time, ILogger<DuoApi> logger)
{
    private const string Enrol = "Enroll an authentication device to proceed";

    public void Map(IEndpointRouteBuilder routes, bool legacy)
    {
        AuthV2 v2 = new(this, board, time);
        RestV1 v1 = new(this, board);
        routes.MapGet("/auth/v2/ping", () => DuoReply.Ok(AuthV2.Time(time), bson: false));
        routes.MapGet("/auth/v2/check", Signed(v2.Check));
        routes.MapPost("/auth/v2/preauth", Signed(v2.Preauth));
        routes.MapPost("/auth/v2/auth", Signed(v2.AuthAsync));
        routes.MapGet("/auth/v2/auth_status", Signed(v2.AuthStatusAsync));
        foreach (string suffix in legacy ? (string[])["", ".bson"] : [""])
        {
            bool bson = suffix.Length > 0;
            routes.MapGet("/rest/v1/ping" + suffix, () => DuoReply.Ok("pong", bson));
            routes.MapGet("/rest/v1/check" + suffix, Signed((_, _) => Task.FromResult(DuoReply.Ok("valid", bson)), bson));
            routes.MapPost("/rest/v1/preauth" + suffix, Signed((call, _) => Task.FromResult(v1.Preauth(call, bson)), bson));
            routes.MapPost("/rest/v1/auth" + suffix, Signed((call, cancellation) => v1.AuthAsync(call, bson, cancellation), bson));
            routes.MapGet("/rest/v1/status" + suffix, Signed((call, cancellation) => v1.StatusAsync(call, bson, cancellation), bson));
        }

        routes.MapFallback(() => DuoReply.Fail(40401, "Resource not found", null, bson: false));
    }

    /// <summary>The user of a name, or null with what to tell instead.</summary>
    public DuoUser? Find(string name) => configuration.Users.GetValueOrDefault(name);

    public static string EnrolText => Enrol;

    /// <summary>Begins what a factor asks for: a push, or a passcode that is judged at once.</summary>
    public (Push? Push, PushAnswer? Answer) Begin(SignedCall call, DuoUser user, string factor)
    {
        if (factor.Length > 0 && factor.All(char.IsAsciiDigit) && factor.Length >= 6)
        {
            bool right = user.Passcodes.Contains(factor, StringComparer.Ordinal);
            LogTransaction(logger, call.Application.Name, user.Name, "passcode", right ? "allow" : "deny");
            return (null, right ? PushAnswer.Approved : new PushAnswer(false, "Incorrect passcode. Please try again.", "deny"));
        }

        Push? push = board.Begin(call.Application.Name, user, call["ipaddr"] ?? "");
        if (push is not null)
        {
            LogPush(logger, call.Application.Name, user.Name, push.Address, user.Policy.ToString().ToLowerInvariant());
            _ = LogAnswerAsync(call, push);
        }

        return (push, null);
    }

    [LoggerMessage(EventId = 9000, EventName = "MessageSent", Level = LogLevel.Debug, Message = "{Protocol} {Local} -> {Remote}: {Summary}")]
    private static partial void LogMessageSent(ILogger logger, string protocol, string local, string remote, string summary);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Application}: {User}, {Factor}: {Result}")]
    private static partial void LogTransaction(ILogger logger, string application, string user, string factor, string result);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Application}: {User} from {Address}: pushed, policy {Policy}")]
    private static partial void LogPush(ILogger logger, string application, string user, string address, string policy);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{Method} {Path} refused: {Code} {Reason}")]
    private static partial void LogRefused(ILogger logger, string method, string path, int code, string reason);

    private async Task LogAnswerAsync(SignedCall call, Push push)
    {
        PushAnswer answer = await push.Answer;
        LogTransaction(logger, call.Application.Name, push.User.Name, "push", answer.State);
    }

    private Func<HttpContext, Task<IResult>> Signed(Func<SignedCall, CancellationToken, Task<IResult>> handle, bool bson = false) => async context =>
    {
        (SignedCall? call, int code, string message) = await verifier.VerifyAsync(context.Request);
        if (call is null)
        {
            LogRefused(logger, context.Request.Method, context.Request.Path.ToString(), code, message);
            return DuoReply.Fail(code, message, null, bson);
        }

        IResult result = await handle(call, context.RequestAborted);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            ConnectionInfo connection = context.Connection;
            LogMessageSent(logger, "HTTPS", $"{connection.LocalIpAddress}:{connection.LocalPort}", $"{connection.RemoteIpAddress}:{connection.RemotePort}", DuoReply.Summary(result));
        }

        return result;
    };

    private Func<HttpContext, Task<IResult>> Signed(Func<SignedCall, IResult> handle) => Signed((call, _) => Task.FromResult(handle(call)));

    /// <summary>Numbers as prompts show them: the last four digits.</summary>
    public static string Masked(string number) => number.Length >= 4 ? "XXX-XXX-" + number[^4..] : "XXX-XXX-XXXX";

    public static JsonNode Number(long value) => JsonValue.Create(value)!;

    public static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
