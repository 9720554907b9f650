namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>A call that Duo refuses: <c>{"stat":"FAIL","code":…}</c>, with the code's first three digits as HTTP status.</summary>
internal sealed class CloudRefusedException(int code, string message, string? detail = null) : Exception(message)
{
    public int Code { get; } = code;

    public string? Detail { get; } = detail;

    public static CloudRefusedException MissingParameter(string name) => new(40001, "Missing required request parameters", name);

    public static CloudRefusedException InvalidParameter(string name) => new(40002, "Invalid request parameters", name);

    public static CloudRefusedException MissingCredentials() => new(40101, "Missing request credentials");

    public static CloudRefusedException InvalidIntegrationKey() => new(40102, "Invalid integration key in request credentials");

    public static CloudRefusedException InvalidSignature() => new(40103, "Invalid signature in request credentials");

    public static CloudRefusedException MissingTimestamp() => new(40104, "Missing request timestamp");

    public static CloudRefusedException BadTimestamp() => new(40105, "Bad request timestamp");

    public static CloudRefusedException Forbidden() => new(40301, "Access forbidden", "the keys are of another type of application");

    public static CloudRefusedException NotFound() => new(40401, "Resource not found");

    public static CloudRefusedException TooManyRequests() => new(42901, "Too many requests");
}
