using System.Text;

namespace Sallyport.Radius.Generators;

/// <summary>
/// How names become C# identifiers, always the same way:
/// <list type="number">
/// <item>A name is cut at everything that is neither a letter nor a digit of ASCII, and the parts are joined.</item>
/// <item>A part all in capitals and digits keeps only its first letter big (NAS-IP-Address: NasIpAddress); other parts begin with a capital.</item>
/// <item>A digit in front gets an underscore before it (3GPP-IMSI: _3gppImsi).</item>
/// <item>Of two names that become the same identifier, or one that every object has (Equals), the later gets its number behind an
/// underscore (Equals_7), and where that is taken too a count behind another one.</item>
/// </list>
/// </summary>
internal static class DictionaryNames
{
    /// <summary>Members that every class inherits, which a property may not hide, and those that each has beside its attributes.</summary>
    private static readonly string[] Inherited = ["Definitions", "Table", nameof(Equals), nameof(ReferenceEquals), nameof(GetHashCode), nameof(GetType), nameof(ToString), nameof(MemberwiseClone), "Finalize"];

    public static string Identifier(string name)
    {
        StringBuilder identifier = new();
        foreach (string part in Parts(name))
        {
            bool capitals = part.Length > 1 && part.All(c => !char.IsLower(c));
            identifier.Append(char.ToUpperInvariant(part[0])).Append(capitals ? part.Substring(1).ToLowerInvariant() : part.Substring(1));
        }

        if (identifier.Length == 0 || char.IsDigit(identifier[0]))
        {
            identifier.Insert(0, '_');
        }

        return identifier.ToString();
    }

    /// <summary>Names that members of a class may not take.</summary>
    public static HashSet<string> TakenByClass(string className) => [.. Inherited, className];

    /// <summary>An identifier that was not used before.</summary>
    public static string Unique(string name, string number, ISet<string> used)
    {
        string identifier = Identifier(name);
        string unique = identifier;
        for (int again = 0; !used.Add(unique); again++)
        {
            unique = again == 0 ? $"{identifier}_{number}" : $"{identifier}_{number}_{again}";
        }

        return unique;
    }

    /// <summary>The class of a dictionary: the file's ending, and Vsa behind it where it defines a vendor.</summary>
    public static string Class(string path, bool vendor)
    {
        string file = System.IO.Path.GetFileName(path);
        const string Prefix = "dictionary.";
        string name = file.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && file.Length > Prefix.Length ? file.Substring(Prefix.Length) : System.IO.Path.GetFileNameWithoutExtension(file);
        return Identifier(name) + (vendor ? "Vsa" : string.Empty);
    }

    private static IEnumerable<string> Parts(string name)
    {
        int start = 0;
        for (int at = 0; at <= name.Length; at++)
        {
            if (at < name.Length && name[at] is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))
            {
                continue;
            }

            if (at > start)
            {
                yield return name.Substring(start, at - start);
            }

            start = at + 1;
        }
    }
}
