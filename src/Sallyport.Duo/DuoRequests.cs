namespace Sallyport.Duo;

/// <summary>Whom a preauth call of <c>/auth/v2</c> is about. Give exactly one of <see cref="UserName"/> and <see cref="UserId"/>.</summary>
public sealed record DuoPreauthRequest
{
    /// <summary>The person's name.</summary>
    public string? UserName { get; init; }

    /// <summary>The person's id at Duo, <c>DU…</c>.</summary>
    public string? UserId { get; init; }

    /// <summary>Where the person comes from, an address without port; Duo's network policies need it.</summary>
    public string? IpAddress { get; init; }

    /// <summary>The name of the machine that the person comes from.</summary>
    public string? HostName { get; init; }

    /// <summary>The token of a remembered device, from an earlier <see cref="DuoAuth.TrustedDeviceToken"/>.</summary>
    public string? TrustedDeviceToken { get; init; }
}

/// <summary>How a person is asked by an auth call of <c>/auth/v2</c>. Give exactly one of <see cref="UserName"/> and <see cref="UserId"/>.</summary>
public sealed record DuoAuthRequest
{
    /// <summary>The person's name.</summary>
    public string? UserName { get; init; }

    /// <summary>The person's id at Duo, <c>DU…</c>.</summary>
    public string? UserId { get; init; }

    /// <summary>auto, push, passcode, sms or phone.</summary>
    public string Factor { get; init; } = "auto";

    /// <summary>The device's id, or auto; not sent with the factor passcode.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>The passcode, with that factor. A secret: <see cref="ToString"/> leaves it out.</summary>
    public string? Passcode { get; init; }

    /// <summary>Where the person comes from, an address without port.</summary>
    public string? IpAddress { get; init; }

    /// <summary>The name of the machine that the person comes from.</summary>
    public string? HostName { get; init; }

    /// <summary>What the phone says above the request, "Login" where nothing is given.</summary>
    public string? Type { get; init; }

    /// <summary>The name that the phone shows instead of the person's.</summary>
    public string? DisplayUserName { get; init; }

    /// <summary>What else the phone shows, as name and value; below 20,000 octets once encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PushInfo { get; init; } = [];

    /// <summary>Who is asked and how, never the passcode.</summary>
    public override string ToString() => $"{UserName ?? UserId} by {Factor} to {Device}";
}
