using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.Configuration;

/// <summary>A person.</summary>
/// <param name="Name">Their name.</param>
/// <param name="Password">Their password or its NT hash.</param>
/// <param name="EapMethods">The EAP methods they may use, the favourite first.</param>
/// <param name="Reply">What an Access-Accept says of them.</param>
public sealed record IdentityUser(string Name, EapPassword Password, IReadOnlyList<EapMethodType> EapMethods, IReadOnlyList<ReplyItem> Reply)
{
    /// <summary>The name, never the password.</summary>
    public override string ToString() => Name;
}

/// <summary>The server's configuration.</summary>
public sealed record RadiusServerConfiguration
{
    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>The network devices that may ask.</summary>
    public required IReadOnlyList<RadiusPeer> Devices { get; init; }

    /// <summary>The people, by name.</summary>
    public required IReadOnlyDictionary<string, IdentityUser> Users { get; init; }

    /// <summary>The EAP methods of people without a list of their own, and of strangers.</summary>
    public required IReadOnlyList<EapMethodType> EapMethods { get; init; }

    /// <summary>Reads a configuration file.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static RadiusServerConfiguration Load(string file) => Read(JsonSection.Load(file));

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static RadiusServerConfiguration Read(JsonSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        List<IPEndPoint> listen = [.. root.Texts("listen").Select(t => EndPoint(root, t))];
        IReadOnlyList<EapMethodType> methods = Methods(root, [EapMethodType.MsChapV2, EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard]);
        List<RadiusPeer> devices = [.. root.Sections("devices").Select(Device)];
        if (devices.Count == 0)
        {
            throw root.Error("devices", "\"devices\" should have at least one network device with \"name\", \"address\" and \"secret\"");
        }

        Dictionary<string, IdentityUser> users = [];
        foreach (JsonSection section in root.Sections("users"))
        {
            IdentityUser user = User(section, methods);
            if (!users.TryAdd(user.Name, user))
            {
                throw section.Error("name", $"the user {user.Name} stands here twice");
            }
        }

        root.RejectOthers();
        return new RadiusServerConfiguration
        {
            Listen = listen.Count > 0 ? listen : [new IPEndPoint(IPAddress.Any, 1812)],
            Devices = devices,
            Users = users,
            EapMethods = methods,
        };
    }

    private static IPEndPoint EndPoint(JsonSection root, string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && text.Contains(':', StringComparison.Ordinal)
            ? endPoint
            : throw root.Error("listen", $"'{text}' should read ADDRESS:PORT, such as 0.0.0.0:1812");

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

    private static IdentityUser User(JsonSection section, IReadOnlyList<EapMethodType> methods)
    {
        string name = section.Text("name");
        string? text = section.OptionalText("password");
        string? hash = section.OptionalText("ntHash");
        EapPassword password = (text, hash) switch
        {
            (not null, null) => EapPassword.FromText(text),
            (null, { Length: 32 }) when hash.All(char.IsAsciiHexDigit) => EapPassword.FromNtHash(Convert.FromHexString(hash)),
            (null, not null) => throw section.Error("ntHash", "\"ntHash\" should have 32 hexadecimal digits"),
            _ => throw section.Error(text is null ? "name" : "ntHash", $"the user {name} should have either \"password\" or \"ntHash\""),
        };
        IdentityUser user = new(name, password, Methods(section, methods), ReplyItem.Read(section.Section("reply")));
        section.RejectOthers();
        return user;
    }

    private static IReadOnlyList<EapMethodType> Methods(JsonSection section, IReadOnlyList<EapMethodType> otherwise)
    {
        List<EapMethodType> methods = [.. section.Texts("eapMethods").Select(m => m.ToLowerInvariant() switch
        {
            "md5" => EapMethodType.Md5Challenge,
            "gtc" => EapMethodType.GenericTokenCard,
            "mschapv2" => EapMethodType.MsChapV2,
            _ => throw section.Error("eapMethods", $"'{m}' should be md5, gtc or mschapv2"),
        })];
        return methods.Count > 0 ? methods : otherwise;
    }
}
