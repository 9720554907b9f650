using System.Net;
using Sallyport.Ikev2.Session;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>
/// A router's running configuration, as far as it concerns remote access by IKEv2: each definition under its name, not yet joined.
/// <see cref="HeadendPlan.Resolve"/> joins them. Top-level commands of other features are left alone and noted.
/// </summary>
public sealed class RouterConfiguration
{
    private readonly List<string> _notes = [];

    private RouterConfiguration(string file) => File = file;

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary><c>hostname</c>.</summary>
    public string Hostname { get; internal set; } = "Router";

    /// <summary>Lines that have no effect here, for the log.</summary>
    public IReadOnlyList<string> Notes => _notes;

    internal List<string> NoteList => _notes;

    /// <summary><c>radius server</c>.</summary>
    public Dictionary<string, RadiusServerSettings> RadiusServers { get; } = [];

    /// <summary><c>aaa group server radius</c>: server names with their lines.</summary>
    public Dictionary<string, List<(string Name, IosLine Line)>> RadiusGroups { get; } = [];

    /// <summary><c>aaa authentication login LIST group GROUP…</c>: group names with their line.</summary>
    public Dictionary<string, List<(string Name, IosLine Line)>> LoginLists { get; } = [];

    /// <summary><c>aaa authorization network LIST local</c>.</summary>
    public HashSet<string> LocalNetworkLists { get; } = [];

    /// <summary><c>crypto pki trustpoint</c>.</summary>
    public Dictionary<string, Trustpoint> Trustpoints { get; } = [];

    /// <summary><c>ip access-list standard</c>: the permitted networks in order of their sequence numbers.</summary>
    public Dictionary<string, SortedList<int, IPNetwork>> AccessLists { get; } = [];

    /// <summary><c>ip local pool</c>.</summary>
    public Dictionary<string, LocalPool> Pools { get; } = [];

    /// <summary><c>crypto ikev2 authorization policy</c>.</summary>
    public Dictionary<string, AuthorizationPolicy> AuthorizationPolicies { get; } = [];

    /// <summary><c>crypto ikev2 proposal</c>.</summary>
    public Dictionary<string, Ikev2Proposal> Proposals { get; } = [];

    /// <summary><c>crypto ikev2 policy</c>, in the order of the file.</summary>
    public List<Ikev2Policy> Policies { get; } = [];

    /// <summary><c>crypto ikev2 profile</c>.</summary>
    public Dictionary<string, Ikev2Profile> Ikev2Profiles { get; } = [];

    /// <summary>
    /// <c>crypto ikev2 fragmentation</c>; <see langword="null"/> without it. A router does not offer fragmentation unless it is told to, and whoever moves its
    /// configuration here finds on the wire and in <c>show</c> what the file says, no more.
    /// </summary>
    public IkeFragmentation? Fragmentation { get; internal set; }

    /// <summary><c>crypto ipsec transform-set</c>.</summary>
    public Dictionary<string, TransformSet> TransformSets { get; } = [];

    /// <summary><c>crypto ipsec profile</c>.</summary>
    public Dictionary<string, IpsecProfile> IpsecProfiles { get; } = [];

    /// <summary><c>crypto ipsec security-association lifetime</c>.</summary>
    public SaLifetime SaLifetime { get; } = new();

    /// <summary><c>interface</c>.</summary>
    public Dictionary<string, InterfaceSettings> Interfaces { get; } = [];

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">The whole running configuration.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <exception cref="Common.ConfigurationException">A line that concerns remote access cannot be used.</exception>
    public static RouterConfiguration Parse(string text, string file)
    {
        RouterConfiguration configuration = new(file);
        foreach (IosLine line in IosReader.Read(text, file))
        {
            if (!RouterCommands.Apply(configuration, line))
            {
                configuration._notes.Add($"{file}:{line.Number}: '{line.Text}' has no effect here");
            }
        }

        return configuration;
    }
}
