using System.Diagnostics.CodeAnalysis;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>An entry of a users file.</summary>
/// <param name="Name">The name of whom it is about, or <see cref="RadiusUsersFile.Default"/> for everybody.</param>
/// <param name="Check">What stands behind the name: what a request must have for the entry to count, and what is set then.</param>
/// <param name="Reply">What goes into the reply.</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Line">The line it begins on, counted from 1.</param>
public sealed record RadiusUsersEntry(string Name, IReadOnlyList<RadiusTextItem> Check, IReadOnlyList<RadiusTextItem> Reply, string File, int Line)
{
    /// <summary>Whether the entries behind it count too where it does.</summary>
    public bool FallsThrough => Reply.Any(i => i.Name == RadiusServerItems.FallThrough && i.Value.Span is [.., not 0]);

    /// <summary>The name and where it stands; never a password.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} ({File}:{Line})");
}

/// <summary>
/// Users in FreeRADIUS' text form, as users(5) describes it: a name and its check items on one line, its reply items on the indented lines
/// behind, commas between.
/// <code>
/// alice  Cleartext-Password := "open sesame", NAS-IP-Address == 192.0.2.1
///        Reply-Message = "Welcome",
///        Session-Timeout = 3600
/// DEFAULT  Auth-Type := Reject
/// </code>
/// </summary>
public sealed class RadiusUsersFile
{
    /// <summary>The name of entries that are about everybody.</summary>
    public const string Default = "DEFAULT";

    private readonly Dictionary<string, List<int>> _names = new(StringComparer.Ordinal);

    /// <summary>Users from entries.</summary>
    /// <param name="entries">The entries, in the order in which they are looked at.</param>
    public RadiusUsersFile(IEnumerable<RadiusUsersEntry> entries)
    {
        Guard.NotNull(entries);
        Entries = [.. entries];
        for (int i = 0; i < Entries.Count; i++)
        {
            if (!_names.TryGetValue(Entries[i].Name, out List<int>? places))
            {
                _names[Entries[i].Name] = places = [];
            }

            places.Add(i);
        }
    }

    /// <summary>The entries, in order.</summary>
    public IReadOnlyList<RadiusUsersEntry> Entries { get; }

    /// <summary>Reads a text. It includes no files.</summary>
    /// <param name="text">The text.</param>
    /// <param name="dictionary">The names of attributes.</param>
    /// <param name="users">The users.</param>
    /// <param name="error">The first mistake, where there is one.</param>
    /// <param name="file">How the text is called in messages.</param>
    public static bool TryParse(
        string text, RadiusDictionary dictionary, [NotNullWhen(true)] out RadiusUsersFile? users, [NotNullWhen(false)] out RadiusTextError? error, string file = "users")
    {
        Guard.NotNull(text);
        return RadiusUsersParser.TryParse(file, dictionary, name => name == file ? text : null, out users, out error);
    }

    /// <summary>Reads a file and those that it includes with <c>$INCLUDE</c>, named relative to itself.</summary>
    /// <param name="file">The file.</param>
    /// <param name="dictionary">The names of attributes.</param>
    /// <param name="users">The users.</param>
    /// <param name="error">The first mistake, where there is one, or why a file cannot be read.</param>
    public static bool TryLoad(string file, RadiusDictionary dictionary, [NotNullWhen(true)] out RadiusUsersFile? users, [NotNullWhen(false)] out RadiusTextError? error) =>
        RadiusUsersParser.TryParse(file, dictionary, ReadFile, out users, out error);

    /// <summary>Looks up what the entries say of a request: those of its user and of everybody, in order, until one counts that does not fall through.</summary>
    /// <param name="userName">The user's name; null where the request has none.</param>
    /// <param name="request">The request.</param>
    public RadiusUsersMatch Match(string? userName, RadiusPacket request)
    {
        RadiusUsersMatch match = new();
        List<int> own = userName is not null && userName != Default && _names.TryGetValue(userName, out List<int>? found) ? found : [];
        List<int> all = _names.TryGetValue(Default, out found) ? found : [];
        for (int i = 0, j = 0; i < own.Count || j < all.Count;)
        {
            bool isOwn = j == all.Count || (i < own.Count && own[i] < all[j]);
            RadiusUsersEntry entry = Entries[isOwn ? own[i++] : all[j++]];
            if (!RadiusUsersCheck.Passes(entry, request))
            {
                continue;
            }

            match.Add(entry);
            if (!entry.FallsThrough)
            {
                break;
            }
        }

        return match;
    }

    private static string? ReadFile(string name)
    {
        try
        {
            return System.IO.File.ReadAllText(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
