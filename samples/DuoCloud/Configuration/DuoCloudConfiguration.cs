using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoCloud.Configuration;

/// <summary>All that the simulator knows: <c>duocloud.json</c>.</summary>
public sealed record DuoCloudConfiguration
{
    private static readonly string[] AllCapabilities = ["push", "phone", "sms"];

    /// <summary>The applications; the integration keys differ.</summary>
    public required IReadOnlyList<CloudApplication> Applications { get; init; }

    /// <summary>The users; the names differ, without regard to case.</summary>
    public required IReadOnlyList<CloudUser> Users { get; init; }

    /// <summary>When a push that nobody answers ends; Duo's own take about a minute.</summary>
    public TimeSpan PushTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a passcode works; 0 for any number of times.</summary>
    public int PasscodeUses { get; init; } = 1;

    /// <summary>What happens to users who are not named.</summary>
    public UnknownUsers UnknownUsers { get; init; }

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read or used.</exception>
    public static DuoCloudConfiguration Load(string file) => Read(JsonSection.Load(file));

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static DuoCloudConfiguration Read(JsonSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        JsonSection? section = root.Section("policy");
        PushPolicy policy = ReadPolicy(section, new PushPolicy(PushAnswer.Approve, TimeSpan.Zero));
        double timeout = section?.Number("timeoutSeconds", 60, 0.01, 3600) ?? 60;
        section?.RejectOthers();

        List<CloudApplication> applications = ReadApplications(root);
        List<CloudUser> users = [];
        foreach (JsonSection item in root.Sections("users"))
        {
            CloudUser user = ReadUser(item, policy, users.Count + 1);
            if (users.Any(u => string.Equals(u.Name, user.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw item.Error("name", $"the user {user.Name} stands here twice");
            }

            users.Add(user);
        }

        DuoCloudConfiguration configuration = new()
        {
            Applications = applications,
            Users = users,
            PushTimeout = TimeSpan.FromSeconds(timeout),
            PasscodeUses = (int)root.Number("passcodeUses", 1, 0, 1_000_000),
            UnknownUsers = root.Choice("unknownUsers", UnknownUsers.Enroll),
        };
        root.RejectOthers();
        return configuration;
    }

    private static PushPolicy ReadPolicy(JsonSection? section, PushPolicy otherwise) => section is null ? otherwise : new PushPolicy(
        section.Choice("push", otherwise.Answer),
        TimeSpan.FromSeconds(section.Number("delaySeconds", otherwise.Delay.TotalSeconds, 0, 3600)));

    private static List<CloudApplication> ReadApplications(JsonSection root)
    {
        List<CloudApplication> applications = [];
        foreach (JsonSection item in root.Sections("applications"))
        {
            string key = item.Text("ikey");
            CloudApplication application = new()
            {
                IntegrationKey = key,
                SecretKey = item.Text("skey"),
                Name = item.OptionalText("name") ?? key,
                Type = item.Choice("type", ApplicationType.Any),
            };
            item.RejectOthers();
            if (application.SecretKey.Length == 0)
            {
                throw item.Error("skey", "\"skey\" should not be empty");
            }

            if (key.Length == 0 || key.Contains(':', StringComparison.Ordinal))
            {
                throw item.Error("ikey", "\"ikey\" should not be empty and hold no colon");
            }

            if (applications.Any(a => a.IntegrationKey == key))
            {
                throw item.Error("ikey", $"the ikey {key} belongs to another application already");
            }

            applications.Add(application);
        }

        return applications.Count > 0 ? applications : throw root.Error("applications", "\"applications\" should have at least one application with \"ikey\" and \"skey\"");
    }

    private static CloudUser ReadUser(JsonSection item, PushPolicy policy, int number)
    {
        List<CloudPhone> phones = [];
        foreach (JsonSection phone in item.Sections("phones"))
        {
            phones.Add(ReadPhone(phone, DeviceId(number, phones.Count + 1)));
        }

        // Someone who says nothing of phones wants one that works; an empty list means somebody who has yet to enrol.
        if (!item.Has("phones"))
        {
            phones.Add(new CloudPhone(DeviceId(number, 1), "phone", "", AllCapabilities));
        }

        CloudUser user = new()
        {
            Name = item.Text("name"),
            Status = item.Choice("status", UserStatus.Active),
            Policy = ReadPolicy(item, policy),
            Phones = phones,
            Passcodes = item.Texts("passcodes"),
        };
        item.RejectOthers();
        if (user.Name.Length == 0)
        {
            throw item.Error("name", "\"name\" should not be empty");
        }

        return user.Passcodes.All(c => c.Length is >= 6 and <= 9 && c.All(char.IsAsciiDigit)) ? user : throw item.Error("passcodes", "a passcode should have 6 to 9 digits");
    }

    private static CloudPhone ReadPhone(JsonSection item, string id)
    {
        IReadOnlyList<string> capabilities = item.Has("capabilities") ? item.Texts("capabilities") : AllCapabilities;
        CloudPhone phone = new(item.OptionalText("id") ?? id, item.OptionalText("name") ?? "phone", item.OptionalText("number") ?? "", capabilities);
        item.RejectOthers();
        return capabilities.FirstOrDefault(c => !AllCapabilities.Contains(c)) is { } unknown
            ? throw item.Error("capabilities", $"\"capabilities\" should be of {string.Join(", ", AllCapabilities)}, not \"{unknown}\"")
            : phone;
    }

    private static string DeviceId(int user, int phone) => $"DP{user:D9}{phone:D9}";
}
