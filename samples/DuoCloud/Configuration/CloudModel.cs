namespace Sallyport.Samples.DuoCloud.Configuration;

/// <summary>Which of Duo's APIs an application's keys may call.</summary>
public enum ApplicationType
{
    /// <summary>Both APIs: our own choice for configurations that do not say.</summary>
    Any,

    /// <summary><c>/auth/v2</c> only.</summary>
    AuthApi,

    /// <summary><c>/rest/v1</c> only; the other API answers 40301.</summary>
    Radius,

    /// <summary>Both, as newer and older Unix clients need.</summary>
    Unix,
}

/// <summary>What Duo thinks of a user.</summary>
public enum UserStatus
{
    /// <summary>Has to answer.</summary>
    Active,

    /// <summary>Passes without being asked.</summary>
    Bypass,

    /// <summary>Is refused without being asked.</summary>
    Disabled,
}

/// <summary>What happens to a user whom the configuration does not name.</summary>
public enum UnknownUsers
{
    /// <summary>Is told to enrol.</summary>
    Enroll,

    /// <summary>Is refused.</summary>
    Deny,

    /// <summary>Passes.</summary>
    Allow,
}

/// <summary>How a push or a call is answered.</summary>
public enum PushAnswer
{
    /// <summary>Approved after the delay.</summary>
    Approve,

    /// <summary>Denied after the delay.</summary>
    Deny,

    /// <summary>Never answered: it ends by itself.</summary>
    Timeout,

    /// <summary>Answered by a person on the phone page.</summary>
    Manual,
}

/// <summary>How pushes are answered.</summary>
/// <param name="Answer">What the answer is.</param>
/// <param name="Delay">How long the simulated person takes; nothing to <see cref="PushAnswer.Timeout"/> and <see cref="PushAnswer.Manual"/>.</param>
public sealed record PushPolicy(PushAnswer Answer, TimeSpan Delay);

/// <summary>An application: keys, and what they are for.</summary>
public sealed record CloudApplication
{
    /// <summary>The integration key.</summary>
    public required string IntegrationKey { get; init; }

    /// <summary>The secret key.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The name that the phone shows.</summary>
    public required string Name { get; init; }

    /// <summary>Which API the keys may call.</summary>
    public ApplicationType Type { get; init; }

    /// <summary>Name and integration key, never the secret key.</summary>
    public override string ToString() => $"{Name} ({IntegrationKey})";
}

/// <summary>A phone.</summary>
/// <param name="Id">The id by which <c>/auth/v2</c> names it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number; clients see the last four digits.</param>
/// <param name="Capabilities">push, phone, sms.</param>
public sealed record CloudPhone(string Id, string Name, string Number, IReadOnlyList<string> Capabilities)
{
    /// <summary>The number as clients see it.</summary>
    public string MaskedNumber
    {
        get
        {
            string digits = string.Concat(Number.Where(char.IsAsciiDigit));
            return $"XXX-XXX-{(digits.Length >= 4 ? digits[^4..] : digits.PadLeft(4, 'X'))}";
        }
    }

    /// <summary>Whether the phone can do something.</summary>
    public bool Can(string capability) => Capabilities.Contains(capability);
}

/// <summary>A user.</summary>
public sealed record CloudUser
{
    /// <summary>The name, compared without regard to case, as Duo does.</summary>
    public required string Name { get; init; }

    /// <summary>What Duo thinks of the user.</summary>
    public UserStatus Status { get; init; }

    /// <summary>The phones, in the order in which clients number them.</summary>
    public IReadOnlyList<CloudPhone> Phones { get; init; } = [];

    /// <summary>Bypass codes.</summary>
    public IReadOnlyList<string> Passcodes { get; init; } = [];

    /// <summary>How pushes are answered.</summary>
    public PushPolicy Policy { get; init; } = new(PushAnswer.Approve, TimeSpan.Zero);

    /// <summary>The name, never the passcodes.</summary>
    public override string ToString() => Name;
}
