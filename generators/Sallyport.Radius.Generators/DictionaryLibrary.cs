using System.Collections.Immutable;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>
/// All dictionaries of a project, by their files: <c>$INCLUDE</c> finds them here. A dictionary that another one includes is a part of that
/// one and makes no class of its own.
/// </summary>
internal sealed class DictionaryLibrary
{
    private readonly Dictionary<string, DictionaryItem> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _reachable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);

    public DictionaryLibrary(ImmutableArray<DictionaryItem> items)
    {
        foreach (DictionaryItem item in items)
        {
            _items[Locate(string.Empty, item.Path)] = item;
        }

        Dictionary<string, List<string>> direct = _items.ToDictionary(
            i => i.Key, i => DictionaryParser.Includes(i.Value.Text).Select(name => Locate(i.Key, name)).Where(_items.ContainsKey).ToList(), StringComparer.Ordinal);
        foreach (string path in _items.Keys)
        {
            _reachable.Add(path, direct[path].Count == 0 ? direct[path] : Reach(path, direct));
        }

        foreach (KeyValuePair<string, List<string>> from in _reachable)
        {
            // Of files that include each other in a ring none is a part: each is to say so itself.
            _parts.UnionWith(from.Value.Where(to => to != from.Key && !_reachable[to].Contains(from.Key)));
        }
    }

    /// <summary>The dictionary with what it includes, or null where it is a part of another one.</summary>
    public DictionaryUnit? Unit(DictionaryItem item)
    {
        string path = Locate(string.Empty, item.Path);
        return item.IsPart || _parts.Contains(path) ? null : new DictionaryUnit(item, new EquatableArray<DictionaryFile>(_reachable[path].Select(p => new DictionaryFile(_items[p].Path, _items[p].Text))));
    }

    /// <summary>The file that a name means in a file: with forward slashes, and without dots where they can be resolved.</summary>
    public static string Locate(string from, string name)
    {
        string joined = name.Replace('\\', '/');
        bool rooted = joined.StartsWith("/", StringComparison.Ordinal) || (joined.Length > 1 && joined[1] == ':');
        if (!rooted)
        {
            joined = from.Replace('\\', '/') is var file && file.LastIndexOf('/') is >= 0 and int slash ? file.Substring(0, slash + 1) + joined : joined;
        }

        List<string> parts = [];
        foreach (string part in joined.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[parts.Count - 1] is not ("" or ".."))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != "." && (part.Length > 0 || parts.Count == 0))
            {
                parts.Add(part);
            }
        }

        return string.Join("/", parts);
    }

    private static List<string> Reach(string path, Dictionary<string, List<string>> direct)
    {
        List<string> reached = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> open = new(direct[path]);
        while (open.Count > 0)
        {
            string next = open.Pop();
            if (seen.Add(next))
            {
                reached.Add(next);
                foreach (string further in direct[next])
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }
}
