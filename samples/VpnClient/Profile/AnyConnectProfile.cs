using System.Xml;
using System.Xml.Linq;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.VpnClient.Profile;

/// <summary>
/// An AnyConnect profile: whom to connect to and how. Elements outside the schema are kept and do no harm; values outside it are errors, each
/// with its line.
/// </summary>
public sealed class AnyConnectProfile
{
    /// <summary>The namespace of all elements.</summary>
    public const string Namespace = "http://schemas.xmlsoap.org/encoding/";

    private const int LongestProfile = 1 << 20;

    private AnyConnectProfile(XDocument document, string file) => (Document, File) = (document, file);

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary>The whole profile.</summary>
    public XDocument Document { get; }

    /// <summary>How long the gateway may take to answer while authenticating, 10 to 120 s; <see langword="null"/> where the profile does not say.</summary>
    public TimeSpan? AuthenticationTimeout { get; private init; }

    /// <summary>Whether a person may type in a gateway that is not listed.</summary>
    public bool AllowManualHostInput { get; private init; }

    /// <summary>The server list.</summary>
    public IReadOnlyList<ProfileHost> Hosts { get; private init; } = [];

    /// <summary>What this client does not know.</summary>
    public IReadOnlyList<UnknownElement> UnknownElements { get; private init; } = [];

    /// <summary>Reads a profile.</summary>
    /// <param name="text">The XML. Document type definitions are refused, nothing outside the text is ever read.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="ConfigurationException">The text is no profile, or a value in it is not one that the schema allows.</exception>
    public static AnyConnectProfile Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        XDocument document = Load(text, file);
        XElement root = document.Root!;
        ProfileReader reader = new(file);
        if (root.Name != ProfileReader.Name("AnyConnectProfile"))
        {
            throw reader.Error(root, $"the root element is '{root.Name.LocalName}' in the namespace '{root.Name.NamespaceName}'; 'AnyConnectProfile' in '{Namespace}' is wanted");
        }

        XElement? initialization = reader.Child(root, "ClientInitialization");
        XElement? servers = reader.Child(root, "ServerList");
        TimeSpan? timeout = null;
        bool manual = true;
        if (initialization is not null)
        {
            XElement? seconds = reader.Child(initialization, "AuthenticationTimeout");
            timeout = seconds is null ? null : TimeSpan.FromSeconds(reader.Integer(seconds, 10, 120));
            manual = reader.Boolean(initialization, "AllowManualHostInput", otherwise: true);
            reader.NoteUnknown(initialization, ProfileSchema.ClientInitialization);
        }

        ProfileHost[] hosts = servers is null ? [] : [.. servers.Elements(ProfileReader.Name("HostEntry")).Select(reader.Host)];
        if (servers is not null)
        {
            reader.NoteUnknown(servers, ["HostEntry"]);
        }

        reader.NoteUnknown(root, ["ClientInitialization", "ServerList"]);
        return new AnyConnectProfile(document, file)
        {
            AuthenticationTimeout = timeout,
            AllowManualHostInput = manual,
            Hosts = hosts,
            UnknownElements = reader.Unknown,
        };
    }

    private static XDocument Load(string text, string file)
    {
        XmlReaderSettings settings = new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = LongestProfile,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            // A byte order mark is part of the file and not of the XML.
            using XmlReader reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), settings);
            return XDocument.Load(reader, LoadOptions.SetLineInfo);
        }
        catch (XmlException e)
        {
            throw new ConfigurationException(file, Math.Max(1, e.LineNumber), $"not well-formed XML: {e.Message}");
        }
    }
}
