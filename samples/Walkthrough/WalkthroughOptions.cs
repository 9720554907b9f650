namespace Sallyport.Samples.Walkthrough;

/// <summary>Which of the endings to walk to.</summary>
public sealed record WalkthroughOptions
{
    /// <summary>How many people log in at once.</summary>
    public int Logins { get; init; } = 1;

    /// <summary>How many addresses the pool has; as many as there are logins, and at least ten, where it is not said.</summary>
    public int? Pool { get; init; }

    /// <summary>The password is wrong.</summary>
    public bool BadPassword { get; init; }

    /// <summary>The person denies the push.</summary>
    public bool Deny { get; init; }

    /// <summary>Duo's cloud cannot be reached.</summary>
    public bool DuoDown { get; init; }

    /// <summary>What the proxy does then: safe or secure.</summary>
    public string FailMode { get; init; } = "safe";

    /// <summary>Whether the login has to succeed.</summary>
    public bool MustSucceed => !BadPassword && !Deny && !(DuoDown && FailMode == "secure");
}
