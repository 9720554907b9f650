namespace Sallyport.Samples.DuoCloud.Api;

/// <summary>What a user without a device is told.</summary>
internal static class Enrolment
{
    public const string Path = "/enroll";
    public const string Text = "Enroll an authentication device to proceed";

    /// <summary>What the address shows: the simulator enrols nobody by itself.</summary>
    public const string Page = "This simulator knows the users that its configuration names. To enrol somebody, give the user a phone there and start it again.\n";

    public static string Url(string host) => $"https://{host}{Path}";
}
