using System.Text;

namespace Sallyport.Radius.Generators;

/// <summary>
/// How names become C# identifiers, always the same way: cut at everything that is neither letter nor digit, a part all in capitals keeps
/// only its first (NAS-IP-Address: NasIpAddress), other parts get a capital in front; a digit in front gets an underscore before it; of two
/// names that become one the later gets its number behind an underscore.
/// </summary>
internal static class DictionaryNames
{
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

    /// <summary>An identifier that was not used before.</summary>
    public static string Unique(string name, uint number, ISet<string> used)
    {
        string identifier = Identifier(name);
        string unique = identifier;
        for (int again = 0; !used.Add(unique); again++)
        {
            unique = again == 0 ? $"{identifier}_{number}" : $"{identifier}_{number}_{again}";
        }

        return unique;
    }

    /// <summary>The class of a dictionary: the file's ending, and Vsa behind it where it defines a vendor's attributes.</summary>
    public static string Class(string path, bool vendor)
    {
        string file = System.IO.Path.GetFileName(path);
        const string Prefix = "dictionary.";
        string name = file.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && file.Length > Prefix.Length ? file.Substring(Prefix.Length) : System.IO.Path.GetFileNameWithoutExtension(file);
        return Identifier(name) + (vendor ? "Vsa" : string.Empty);
    }

    private static IEnumerable<string> Parts(string name)
    {
        StringBuilder part = new();
        foreach (char c in name)
        {
            if (c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))
            {
                part.Append(c);
            }
            else if (part.Length > 0)
            {
                yield return part.ToString();
                part.Clear();
            }
        }

        if (part.Length > 0)
        {
            yield return part.ToString();
        }
    }
}
