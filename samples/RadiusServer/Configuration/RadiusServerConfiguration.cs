using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer.Users;

namespace Sallyport.Samples.RadiusServer.Configuration;

/// <summary>The server's configuration.</summary>
public sealed record RadiusServerConfiguration
{
    /// <summary>The names of attributes: the RFCs', Microsoft's, and of the vendors that this program opted into.</summary>
    public static RadiusDictionary Dictionary { get; } = RadiusDictionary.Standard.With(
        _3gppVsa.Definitions, ArubaVsa.Definitions, AscendVsa.Definitions, CiscoVsa.Definitions, ExtremeVsa.Definitions, HpVsa.Definitions, HuaweiVsa.Definitions,
        JuniperVsa.Definitions, MikrotikVsa.Definitions, RuckusVsa.Definitions);

    /// <summary>Where it listens for logins.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Where it listens for accounting; nowhere where <see cref="Database"/> is null.</summary>
    public IReadOnlyList<IPEndPoint> ListenForAccounting { get; init; } = [];

    /// <summary>The SQLite file that sessions go to, or null for no accounting.</summary>
    public string? Database { get; init; }

    /// <summary>Where and how it serves devices over TLS.</summary>
    public IReadOnlyList<RadiusListener> Tls { get; init; } = [];

    /// <summary>The network devices that may ask.</summary>
    public required IReadOnlyList<RadiusPeer> Devices { get; init; }

    /// <summary>The people.</summary>
    public required UserDirectory Users { get; init; }

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static RadiusServerConfiguration Load(string file) => Read(JsonSection.Load(file));

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static RadiusServerConfiguration Read(JsonSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        List<IPEndPoint> listen = EndPoints(root);
        JsonSection? accounting = root.Section("accounting");
        List<RadiusPeer> devices = [.. root.Sections("devices").Select(Device)];
        if (devices.Count == 0)
        {
            throw root.Error("devices", "\"devices\" should have at least one network device with \"name\", \"address\" and \"secret\"");
        }

        UserDirectory users = ReadUsers(root);
        List<IPEndPoint> forAccounting = accounting is null ? [] : EndPoints(accounting);
        string? database = accounting is null ? null : accounting.Beside("database");
        accounting?.RejectOthers();
        JsonSection? tls = root.Section("tls");
        IReadOnlyList<RadiusListener> overTls = tls is null ? [] : TlsSection.Read(tls, EndPoints(tls), accounting is not null);
        root.RejectOthers();
        return new RadiusServerConfiguration
        {
            Listen = listen.Count > 0 ? listen : [new IPEndPoint(IPAddress.Any, 1812)],
            ListenForAccounting = accounting is null || forAccounting.Count > 0 ? forAccounting : [new IPEndPoint(IPAddress.Any, 1813)],
            Database = database,
            Tls = overTls,
            Devices = devices,
            Users = users,
        };
    }

    // Either a list, or the name of a file in FreeRADIUS' text form.
    private static UserDirectory ReadUsers(JsonSection root)
    {
        IReadOnlyList<EapMethodType> otherwise = EapMethods.Read(root) is { Count: > 0 } given ? given : [EapMethodType.MsChapV2, EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard];
        Dictionary<string, IReadOnlyList<EapMethodType>> methods = new(StringComparer.Ordinal);
        if (!root.IsText("users"))
        {
            return new UserDirectory(JsonUsers.Read(root, Dictionary, methods), otherwise, methods);
        }

        return RadiusUsersFile.TryLoad(root.Beside("users"), Dictionary, out RadiusUsersFile? users, out RadiusTextError? error)
            ? new UserDirectory(users, otherwise, methods)
            : throw new ConfigurationException(error.File, error.Line, string.Create(CultureInfo.InvariantCulture, $"column {error.Column}: {error.Problem}"));
    }

    private static List<IPEndPoint> EndPoints(JsonSection section) => [.. section.Texts("listen").Select(text =>
        IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && text.Contains(':', StringComparison.Ordinal)
            ? endPoint
            : throw section.Error("listen", $"'{text}' should read ADDRESS:PORT, such as 0.0.0.0:1812"))];

    private static RadiusPeer Device(JsonSection section)
    {
        string text = section.Text("address");
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address))
        {
            throw section.Error("address", $"'{text}' should be an address or a network such as 192.0.2.0/24");
        }

        int longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int prefix = longest;
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > longest))
        {
            throw section.Error("address", $"'{text}' should have a prefix of 0 to {longest} bits");
        }

        string secret = section.Text("secret");
        if (secret.Length is 0 or > RadiusSecret.LargestSize)
        {
            throw section.Error("secret", $"\"secret\" should have 1 to {RadiusSecret.LargestSize} characters");
        }

        RadiusPeer device = new(section.OptionalText("name") ?? text, address, prefix, new RadiusSecret(secret))
        {
            MessageAuthenticator = section.Flag("requireMessageAuthenticator", true) ? RadiusMessageAuthenticatorPolicy.Require : RadiusMessageAuthenticatorPolicy.IfPresent,
        };
        section.RejectOthers();
        return device;
    }
}
