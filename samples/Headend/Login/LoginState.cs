using System.Net;
using System.Security.Cryptography;
using Sallyport.Eap.Authenticator;
using Sallyport.Radius.Transport;

namespace Sallyport.Samples.Headend.Login;

/// <summary>What the headend remembers of a client while it logs in, and after.</summary>
internal sealed class LoginState(bool queryIdentity, string ikeIdentity)
{
    /// <summary>The EAP conversation, passed through to RADIUS.</summary>
    public EapAuthenticator Eap { get; } = new(new EapAuthenticatorOptions
    {
        Random = RandomNumberGenerator.Fill,
        QueryIdentity = queryIdentity,
        KnownIdentity = queryIdentity ? null : ikeIdentity,
    });

    /// <summary>The State of the last Access-Challenge (RFC 2865 §5.24).</summary>
    public byte[]? RadiusState { get; set; }

    /// <summary>The server that the conversation is with: State binds it there.</summary>
    public RadiusUpstream? Server { get; set; }

    /// <summary>The address that the Access-Accept gives, if any.</summary>
    public IPAddress? FramedAddress { get; set; }

    /// <summary>How long the session may last by the Access-Accept, if it says so.</summary>
    public TimeSpan? SessionTimeout { get; set; }

    /// <summary>The address leased to it.</summary>
    public IPAddress? Leased { get; set; }

    /// <summary>When it came in.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>The person's name, safe to print.</summary>
    public string User => Printable(Eap.Identity ?? ikeIdentity);

    /// <summary>Text of a client with what a terminal or log would obey made harmless.</summary>
    public static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
