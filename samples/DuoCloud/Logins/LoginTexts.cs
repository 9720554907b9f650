namespace Sallyport.Samples.DuoCloud.Logins;

/// <summary>The states of logins, in Duo's words where they are published.</summary>
internal static class LoginTexts
{
    public static readonly LoginState Allowed = new("allow", "allow", "Success. Logging you in...");
    public static readonly LoginState Bypassed = new("allow", "bypass", "Success. Logging you in...");
    public static readonly LoginState Denied = new("deny", "deny", "Login request denied.");
    public static readonly LoginState TimedOut = new("deny", "timeout", "Login timed out.");
    public static readonly LoginState WrongPasscode = new("deny", "deny", "Incorrect passcode. Please try again.");
    public static readonly LoginState CodesSent = new("deny", "sms_sent", "New SMS passcodes sent.");
    public static readonly LoginState Disabled = new("deny", "deny", "Your account is disabled and cannot access this application. Please contact your administrator.");
    public static readonly LoginState Pushed = new("waiting", "pushed", "Pushed a login request to your phone...");

    public static LoginState Calling(string number) => new("waiting", "calling", $"Dialing {number}...");
}
