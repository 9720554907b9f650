using System.Text;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Logins;

/// <summary>Finds users, their devices and the factors that they may choose.</summary>
public sealed class UserDirectory(DuoCloudConfiguration configuration)
{
    private readonly Dictionary<string, CloudUser> _users = configuration.Users.ToDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds a user by name; null where the name is not known and unknown users have to enrol.</summary>
    public CloudUser? Find(string name) => _users.TryGetValue(name, out CloudUser? user) ? user : configuration.UnknownUsers switch
    {
        UnknownUsers.Allow => new CloudUser { Name = name, Status = UserStatus.Bypass },
        UnknownUsers.Deny => new CloudUser { Name = name, Status = UserStatus.Disabled },
        _ => null,
    };

    /// <summary>Whether a user has something to answer with.</summary>
    public static bool IsEnrolled(CloudUser user) => user.Status != UserStatus.Active || user.Phones.Count > 0 || user.Passcodes.Count > 0;

    /// <summary>What Duo's <c>auto</c> does: the first device that can take a push, else the first that can be called.</summary>
    public static (LoginFactor Factor, CloudPhone Phone)? Automatic(CloudUser user) =>
        user.Phones.FirstOrDefault(p => p.Can("push")) is { } pushable ? (LoginFactor.Push, pushable)
        : user.Phones.FirstOrDefault(p => p.Can("phone")) is { } callable ? (LoginFactor.Phone, callable)
        : null;

    /// <summary>The factors in the order in which a prompt numbers them: <c>push1</c>, <c>phone1</c>, <c>sms1</c>, <c>push2</c> …</summary>
    public static IEnumerable<(string Name, LoginFactor Factor, CloudPhone Phone, string Label)> Factors(CloudUser user)
    {
        for (int i = 0; i < user.Phones.Count; i++)
        {
            CloudPhone phone = user.Phones[i];
            string number = (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (phone.Can("push"))
            {
                yield return ($"push{number}", LoginFactor.Push, phone, $"Duo Push to {phone.MaskedNumber}");
            }

            if (phone.Can("phone"))
            {
                yield return ($"phone{number}", LoginFactor.Phone, phone, $"Phone call to {phone.MaskedNumber}");
            }

            if (phone.Can("sms"))
            {
                yield return ($"sms{number}", LoginFactor.Sms, phone, $"SMS passcodes to {phone.MaskedNumber}");
            }
        }
    }

    /// <summary>Reads a factor's name as people type it: <c>auto</c>, <c>push</c>, <c>phone2</c>, <c>sms1</c>, or a passcode.</summary>
    /// <returns>Null where it is none of these, or the user has no such device.</returns>
    public static (LoginFactor Factor, CloudPhone? Phone, string? Passcode)? Choose(CloudUser user, string text)
    {
        if (text == "auto")
        {
            return Automatic(user) is { } automatic ? (automatic.Factor, automatic.Phone, null) : null;
        }

        foreach ((string name, LoginFactor factor, CloudPhone phone, _) in Factors(user))
        {
            if (name == text || name.TrimEnd('1', '2', '3', '4', '5', '6', '7', '8', '9', '0') == text)
            {
                return (factor, phone, null);
            }
        }

        return text.Length is > 0 and <= 64 && text.All(char.IsAsciiDigit) ? (LoginFactor.Passcode, null, text) : null;
    }

    /// <summary>The prompt that text clients print as it comes.</summary>
    public static string Prompt(CloudUser user)
    {
        (string Name, LoginFactor Factor, CloudPhone Phone, string Label)[] factors = [.. Factors(user)];
        StringBuilder text = new($"Duo two-factor login for {user.Name}\n\n");
        if (factors.Length == 0)
        {
            return text.Append("Passcode: ").ToString();
        }

        text.Append(user.Passcodes.Count > 0 ? "Enter a passcode or select one of the following options:\n\n" : "Select one of the following options:\n\n");
        for (int i = 0; i < factors.Length; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {i + 1}. {factors[i].Label}\n");
        }

        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\nPasscode or option (1-{factors.Length}): ").ToString();
    }
}
