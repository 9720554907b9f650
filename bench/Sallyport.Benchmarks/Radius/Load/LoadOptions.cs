using System.Globalization;
using System.Net;
using System.Text;
using Sallyport.Radius.Security;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>Whom to ask, for what, how often.</summary>
internal sealed record LoadOptions
{
    /// <summary>The server.</summary>
    public required IPEndPoint Server { get; init; }

    /// <summary>Where accounting goes; null for the same port.</summary>
    public IPEndPoint? AccountingServer { get; init; }

    /// <summary>The shared secret.</summary>
    public required RadiusSecret Secret { get; init; }

    /// <summary>How much of each kind.</summary>
    public LoadMix Mix { get; init; } = LoadMix.Pap;

    /// <summary>How many people log in.</summary>
    public int Users { get; init; } = 10_000;

    /// <summary>The name of a person by number.</summary>
    public string UserFormat { get; init; } = "user{0:00000}";

    /// <summary>The password of a person by number.</summary>
    public string PasswordFormat { get; init; } = "pass{0:00000}";

    /// <summary>What part of the logins has a wrong password, 0 to 1.</summary>
    public double WrongPasswords { get; init; }

    /// <summary>Whether requests have the 13 attributes of a switch instead of five.</summary>
    public bool Rich { get; init; }

    /// <summary>Whether replies must carry a Message-Authenticator (CVE-2024-3596).</summary>
    public bool RequireMessageAuthenticator { get; init; } = true;

    /// <summary>Source ports over UDP, connections over TLS.</summary>
    public int Sockets { get; init; } = 16;

    /// <summary>Threads over UDP, among which the sockets are divided; over TLS each connection has its own.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How many requests wait for their reply at once.</summary>
    public int Outstanding { get; init; } = 64;

    /// <summary>Requests a second, however fast the answers come; 0 sends as soon as one has come.</summary>
    public double Rate { get; init; }

    /// <summary>When a request without reply counts as lost.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many requests are built for each identifier. Prime to the number of sockets, so that the same authenticator does not come from the
    /// same port with the same identifier again while a server may take it for a retransmission.
    /// </summary>
    public int RequestsPerIdentifier { get; init; } = 251;

    /// <summary>A person's name.</summary>
    public byte[] UserName(int user) => Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, UserFormat, user));

    /// <summary>A person's password.</summary>
    public byte[] Password(int user) => Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, PasswordFormat, user));
}
