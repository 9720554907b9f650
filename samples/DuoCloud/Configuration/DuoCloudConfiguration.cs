using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoCloud.Configuration;

/// <summary>What becomes of a push.</summary>
public enum PushPolicy
{
    /// <summary>The person approves.</summary>
    Approve,

    /// <summary>The person denies.</summary>
    Deny,

    /// <summary>The person does nothing.</summary>
    Timeout,

    /// <summary>A person answers on the phone page.</summary>
    Manual,
}

/// <summary>What a user may do.</summary>
public enum UserStatus
{
    /// <summary>Log in with a second factor.</summary>
    Active,

    /// <summary>Log in without one.</summary>
    Bypass,

    /// <summary>Nothing.</summary>
    Disabled,
}

/// <summary>An application's keys.</summary>
public sealed record DuoApplication(string Name, string IntegrationKey, string SecretKey)
{
    /// <summary>The name, never the secret key.</summary>
    public override string ToString() => Name;
}

/// <summary>A user's phone.</summary>
public sealed record DuoPhone(string Id, string Number, string Name);

/// <summary>A user.</summary>
public sealed record DuoUser(string Name, UserStatus Status, PushPolicy Policy, TimeSpan Delay, IReadOnlyList<DuoPhone> Phones, IReadOnlyList<string> Passcodes)
{
    /// <summary>The name, never the passcodes.</summary>
    public override string ToString() => Name;
}

/// <summary>The simulator's configuration.</summary>
public sealed record DuoCloudConfiguration
{
    /// <summary>The applications, by integration key.</summary>
    public required IReadOnlyDictionary<string, DuoApplication> Applications { get; init; }

    /// <summary>The users, by name.</summary>
    public required IReadOnlyDictionary<string, DuoUser> Users { get; init; }

    /// <summary>When a push that nobody answers ends.</summary>
    public required TimeSpan PushTimeout { get; init; }

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static DuoCloudConfiguration Load(string file) => Read(JsonSection.Load(file));

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static DuoCloudConfiguration Read(JsonSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        JsonSection? policy = root.Section("policy");
        PushPolicy push = policy?.Choice("push", PushPolicy.Approve) ?? PushPolicy.Approve;
        double delay = policy?.Number("delaySeconds", 0, 0, 3600) ?? 0;
        double timeout = policy?.Number("timeoutSeconds", 60, 0.01, 3600) ?? 60;
        policy?.RejectOthers();

        Dictionary<string, DuoApplication> applications = [];
        foreach (JsonSection section in root.Sections("applications"))
        {
            DuoApplication application = new(section.OptionalText("name") ?? section.Text("ikey"), section.Text("ikey"), section.Text("skey"));
            section.RejectOthers();
            if (application.IntegrationKey.Length == 0 || application.SecretKey.Length == 0)
            {
                throw section.Error("ikey", "\"ikey\" and \"skey\" should not be empty");
            }

            if (!applications.TryAdd(application.IntegrationKey, application))
            {
                throw section.Error("ikey", $"the ikey {application.IntegrationKey} belongs to another application already");
            }
        }

        if (applications.Count == 0)
        {
            throw root.Error("applications", "\"applications\" should have at least one application with \"ikey\" and \"skey\"");
        }

        Dictionary<string, DuoUser> users = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonSection section in root.Sections("users"))
        {
            DuoUser user = ReadUser(section, push, delay, users.Count + 1);
            if (!users.TryAdd(user.Name, user))
            {
                throw section.Error("name", $"the user {user.Name} stands here twice");
            }
        }

        root.RejectOthers();
        return new DuoCloudConfiguration { Applications = applications, Users = users, PushTimeout = TimeSpan.FromSeconds(timeout) };
    }

    private static DuoUser ReadUser(JsonSection section, PushPolicy push, double delay, int number)
    {
        List<DuoPhone> phones = [];
        foreach (JsonSection phone in section.Sections("phones"))
        {
            phones.Add(new DuoPhone(phone.OptionalText("id") ?? $"DP{number:D9}{phones.Count + 1:D9}", phone.OptionalText("number") ?? "", phone.OptionalText("name") ?? ""));
            phone.RejectOthers();
        }

        if (phones.Count == 0 && !section.Has("phones"))
        {
            phones.Add(new DuoPhone($"DP{number:D9}{1:D9}", "", "phone"));
        }

        DuoUser user = new(
            section.Text("name"),
            section.Choice("status", UserStatus.Active),
            section.Choice("push", push),
            TimeSpan.FromSeconds(section.Number("delaySeconds", delay, 0, 3600)),
            phones,
            section.Texts("passcodes"));
        section.RejectOthers();
        return user;
    }
}
