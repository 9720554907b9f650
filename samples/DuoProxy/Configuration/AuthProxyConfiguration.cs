using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>
/// An <c>authproxy.cfg</c>: one <c>[main]</c>, which may be absent, the <c>[radius_client]</c> sections that check first factors and
/// the <c>[radius_server_auto]</c> sections that serve network access servers. Further sections of a kind carry a number.
/// </summary>
public sealed class AuthProxyConfiguration
{
    private AuthProxyConfiguration(string file, MainSection main, IReadOnlyList<RadiusClientSection> clients, IReadOnlyList<RadiusServerAutoSection> servers, IReadOnlyList<string> warnings)
    {
        File = file;
        Main = main;
        Clients = clients;
        Servers = servers;
        Warnings = warnings;
    }

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary><c>[main]</c>.</summary>
    public MainSection Main { get; }

    /// <summary><c>[radius_client]</c> sections in the order of the file.</summary>
    public IReadOnlyList<RadiusClientSection> Clients { get; }

    /// <summary><c>[radius_server_auto]</c> sections in the order of the file.</summary>
    public IReadOnlyList<RadiusServerAutoSection> Servers { get; }

    /// <summary>What has no effect, each as <c>file:line: text</c>, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads and parses a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">The file cannot be read or used.</exception>
    public static AuthProxyConfiguration Load(string path)
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ConfigurationException(path, 1, $"the file cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <exception cref="ConfigurationException">A line cannot be used. No text makes this method throw anything else.</exception>
    public static AuthProxyConfiguration Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        List<string> warnings = [];
        List<SectionReader> clientSections = [];
        List<SectionReader> serverSections = [];
        MainSection main = new();
        foreach (IniSection section in IniFile.Read(text, file))
        {
            SectionReader reader = new(section, warnings);
            switch (section.Kind)
            {
                case "main" when section.Name == "main":
                    main = MainSection.Read(reader);
                    reader.Finish();
                    break;
                case "radius_client":
                    clientSections.Add(reader);
                    break;
                case "radius_server_auto":
                    serverSections.Add(reader);
                    break;
                case var kind when KnownOptions.UnsupportedSection(kind) is { } advice:
                    throw new ConfigurationException(file, section.Line, $"[{section.Name}]: {advice}");
                default:
                    warnings.Add($"{file}:{section.Line}: [{section.Name}] is no section of this file; it has no effect");
                    break;
            }
        }

        if (clientSections.Count == 0 || serverSections.Count == 0)
        {
            string missing = clientSections.Count == 0 ? "[radius_client], the RADIUS server that checks passwords" : "[radius_server_auto], the network access servers to serve and the Duo application";
            throw new ConfigurationException(file, 1, $"there is no section {missing}");
        }

        List<RadiusClientSection> clients = [.. clientSections.Select(RadiusClientSection.Read)];
        List<RadiusServerAutoSection> servers = [.. serverSections.Select(s => RadiusServerAutoSection.Read(s, main, clients))];
        clientSections.ForEach(s => s.Finish());
        serverSections.ForEach(s => s.Finish());
        RefuseOverlaps(servers);
        return new AuthProxyConfiguration(file, main, clients, servers, warnings);
    }

    // Sections may share a port as long as the source address tells them apart.
    private static void RefuseOverlaps(List<RadiusServerAutoSection> servers)
    {
        List<(RadiusServerAutoSection Server, NasSettings Nas)> seen = [];
        foreach (RadiusServerAutoSection server in servers)
        {
            foreach (NasSettings nas in server.NetworkAccessServers)
            {
                foreach ((RadiusServerAutoSection earlier, NasSettings other) in seen)
                {
                    // Within one section the narrower network wins; two equal ones cannot be told apart even there.
                    bool sameSocket = server.Port.Value != 0 && server.Port.Value == earlier.Port.Value
                        && (server.Interface is null || earlier.Interface is null || server.Interface.Value.Equals(earlier.Interface.Value));
                    bool clash = ReferenceEquals(server, earlier) ? nas.Networks.Any(n => other.Networks.Contains(n)) : sameSocket && nas.Overlaps(other);
                    if (clash)
                    {
                        throw nas.Source.Error($"{nas.Source.Value} is claimed in line {other.Source.Line} already; give each network access server to one section, or the sections different ports");
                    }
                }

                seen.Add((server, nas));
            }
        }
    }
}
