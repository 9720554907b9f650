using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.VpnClient.Profile;

/// <summary>Reads values out of a profile's elements, each failure with its line.</summary>
internal sealed class ProfileReader(string file)
{
    private readonly List<UnknownElement> _unknown = [];

    public IReadOnlyList<UnknownElement> Unknown => _unknown;

    public static XName Name(string name) => XName.Get(name, AnyConnectProfile.Namespace);

    public ConfigurationException Error(XElement element, string problem) => new(file, Line(element), problem);

    /// <summary>A child that may stand at most once.</summary>
    public XElement? Child(XElement parent, string name)
    {
        XElement? found = null;
        foreach (XElement element in parent.Elements(Name(name)))
        {
            found = found is null ? element : throw Error(element, $"'{name}' stands here a second time; the first is in line {Line(found)}");
        }

        return found;
    }

    /// <summary>The text of an element without that of its children: the schema has both in one element.</summary>
    public static string Text(XElement element) => string.Concat(element.Nodes().OfType<XText>().Select(t => t.Value)).Trim();

    public int Integer(XElement element, int least, int most)
    {
        string text = Text(element);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Error(element, $"'{element.Name.LocalName}' is '{text}'; a number from {least} to {most} is wanted");
    }

    public bool Boolean(XElement parent, string name, bool otherwise) => Child(parent, name) is { } element ? Boolean(element) : otherwise;

    public bool Boolean(XElement element) => Choice(element, new Dictionary<string, bool> { ["true"] = true, ["false"] = false });

    public T Choice<T>(XElement element, Dictionary<string, T> choices)
    {
        string text = Text(element);
        return choices.TryGetValue(text, out T? value)
            ? value
            : throw Error(element, $"'{element.Name.LocalName}' is '{text}'; {string.Join(", ", choices.Keys)} are allowed");
    }

    /// <summary>Reads a host entry.</summary>
    public ProfileHost Host(XElement entry)
    {
        string name = Required(entry, "HostName");
        ProfileHost host = new()
        {
            Name = name,
            Address = Optional(entry, "HostAddress") ?? name,
            UserGroup = Optional(entry, "UserGroup"),
            BackupServers = Child(entry, "BackupServerList") is { } backups ? [.. backups.Elements(Name("HostAddress")).Select(Text).Where(a => a.Length > 0)] : [],
            Line = Line(entry),
            ProtocolLine = Line(entry),
            StandardLine = Line(entry),
            MethodLine = Line(entry),
        };
        NoteUnknown(entry, ProfileSchema.HostEntry);
        return Child(entry, "PrimaryProtocol") is { } protocol ? WithProtocol(host, protocol) : host;
    }

    public void NoteUnknown(XElement parent, string[] known) =>
        _unknown.AddRange(
            from element in parent.Elements()
            where element.Name.NamespaceName != AnyConnectProfile.Namespace || !known.Contains(element.Name.LocalName)
            select new UnknownElement(element.Name.LocalName, Line(element), Text(element)));

    private ProfileHost WithProtocol(ProfileHost host, XElement protocol)
    {
        int line = Line(protocol);
        host = host with { Protocol = Choice(protocol, ProfileSchema.Protocols), ProtocolLine = line, StandardLine = line, MethodLine = line };
        NoteUnknown(protocol, ["StandardAuthenticationOnly"]);
        if (Child(protocol, "StandardAuthenticationOnly") is not { } standard)
        {
            return host;
        }

        XElement? method = Child(standard, "AuthMethodDuringIKENegotiation");
        NoteUnknown(standard, ["AuthMethodDuringIKENegotiation", "IKEIdentity"]);
        return host with
        {
            StandardAuthenticationOnly = Boolean(standard),
            AuthMethod = method is null ? IkeAuthMethod.EapGtc : Choice(method, ProfileSchema.AuthMethods),
            IkeIdentity = Optional(standard, "IKEIdentity"),
            StandardLine = Line(standard),
            MethodLine = Line(method ?? standard),
        };
    }

    private string Required(XElement parent, string name) =>
        Optional(parent, name) ?? throw Error(parent, $"'{parent.Name.LocalName}' has no '{name}'");

    private string? Optional(XElement parent, string name) =>
        Child(parent, name) is { } element && Text(element) is { Length: > 0 } text ? text : null;

    private static int Line(XElement element) => element is IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : 1;
}
